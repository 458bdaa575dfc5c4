/**
 * How much of the state tree blocks touch, for several shapes of traffic, and what two ideas would
 * make of that: a routing network in place of the cells of each slot, and paths for each leaf that
 * a block touches in place of two for each slot. Counted with the constraints of the templates as
 * they are; nothing is compiled.
 *
 * @see docs/scaling.md#fewer-paths-judged
 */
import { KIND_CONSTRAINTS, kindCost } from "../protocol/kind-costs.ts";
import { type BlockKind, CELL_LEVELS, TREE_ARITY } from "../protocol/kinds.ts";
import { PRESETS } from "../protocol/presets.ts";
import { createSeededRandom, type Random } from "./random.ts";

/** The two accounts of a slot. */
type Slot = readonly [accountA: number, accountB: number];

interface Shape {
  readonly name: string;
  readonly accounts: number;
  readonly createSlots: (random: Random) => (place: number) => Slot;
}

export interface LeavesBench {
  readonly name: string;
  readonly accounts: number;
  readonly slots: number;
  /** Means over blocks: different leaves, cells of 64 and of 512, and nodes below the 64. */
  readonly leaves: number;
  readonly cells: number;
  readonly cells512: number;
  readonly nodes: number;
  /** Nodes that a block hashes now below its cells: a path for each account of each slot. */
  readonly nodesNow: number;
  /** Constraints a slot: now, with 512 cells behind a network, and with paths for each leaf. */
  readonly now: number;
  readonly network: number;
  readonly uniqueLeaves: number;
}

const BLOCKS = 40;
const SLOTS = [64, 256] as const;
/** A hash of eight children; `TopOfTree` has nine for each root. */
const NODE = KIND_CONSTRAINTS.top / 18;
/** Of `ReplaceCell`. */
const CELL = 143;
const CELLS = TREE_ARITY ** CELL_LEVELS;

const uniform = (accounts: number) => (random: Random) => () =>
  [random.int(accounts), random.int(accounts)] as const;

/** Draws accounts with a probability of 1 / rank. */
function zipf(accounts: number) {
  const sums = new Float64Array(accounts);
  let sum = 0;
  for (let rank = 0; rank < accounts; rank++) sums[rank] = sum += 1 / (rank + 1);
  return (random: Random) => {
    const draw = () => {
      const at = (random.int(2 ** 32) / 2 ** 32) * sum;
      let [low, high] = [0, accounts - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! < at) low = middle + 1;
        else high = middle;
      }
      // A popular account is as likely to be old as any other.
      return (low * 7919) % accounts;
    };
    return (): Slot => [draw(), draw()];
  };
}

const hotWallet = (accounts: number, percent: number) => (random: Random) => (): Slot => {
  const user = random.int(accounts);
  if (random.int(100) >= percent) return [user, random.int(accounts)];
  return random.bool() ? [0, user] : [user, 0];
};

const SHAPES: readonly Shape[] = [
  ...[10_000, 1_000_000].flatMap((accounts) => [
    { name: "payments, uniform", accounts, createSlots: uniform(accounts) },
    { name: "payments, Zipf", accounts, createSlots: zipf(accounts) },
    { name: "exchange, all with its wallet", accounts, createSlots: hotWallet(accounts, 100) },
    { name: "exchange, half with its wallet", accounts, createSlots: hotWallet(accounts, 50) },
  ]),
  {
    name: "shops: 20 recipients",
    accounts: 10_000,
    createSlots: (random) => () => [random.int(10_000), random.int(20)],
  },
  {
    name: "payroll, one to many",
    accounts: 10_000,
    createSlots: (random) => () => [0, 1 + random.int(9999)],
  },
  {
    name: "airdrop to new accounts",
    accounts: 10_000,
    createSlots: () => (place) => [0, 10_000 + place],
  },
  {
    name: "market maker and 50 traders",
    accounts: 50,
    createSlots: (random) => () => (random.bool() ? [0, random.int(50)] : [random.int(50), 0]),
  },
];

/** Counts what blocks of all shapes touch. */
export function benchLeaves(): LeavesBench[] {
  return SHAPES.flatMap((shape) => SLOTS.map((slots) => measureShape(shape, slots)));
}

function measureShape({ name, accounts, createSlots }: Shape, slots: number): LeavesBench {
  const next = createSlots(createSeededRandom(`bench leaves ${name} ${accounts}`));
  // New accounts of an airdrop have the ids after the others.
  let levels = CELL_LEVELS;
  while (TREE_ARITY ** levels < 2 * accounts) levels++;
  const kind: BlockKind = { slots, levels: Math.max(levels, 6), tokens: "main" };
  const now = kindCost(PRESETS.full, kind);
  const sums = { leaves: 0, cells: 0, cells512: 0, nodes: 0, unique: 0 };
  for (let block = 0; block < BLOCKS; block++) {
    const ids = Array.from({ length: slots }, (_, slot) => next(block * slots + slot)).flat();
    const leaves = distinctAt(ids, 0);
    sums.leaves += leaves;
    sums.cells += distinctAt(ids, kind.levels - CELL_LEVELS);
    sums.cells512 += distinctAt(ids, kind.levels - CELL_LEVELS - 1);
    for (let level = 1; level <= kind.levels - CELL_LEVELS; level++) {
      sums.nodes += distinctAt(ids, level);
    }
    sums.unique += Math.min(now, ...withUniqueLeaves(kind, now, leaves));
  }
  return {
    name,
    accounts,
    slots,
    leaves: sums.leaves / BLOCKS,
    cells: sums.cells / BLOCKS,
    cells512: sums.cells512 / BLOCKS,
    nodes: sums.nodes / BLOCKS,
    nodesNow: 2 * slots * (kind.levels - CELL_LEVELS),
    now: Math.round(now / slots),
    network: Math.round(withNetwork(kind, now) / slots),
    uniqueLeaves: Math.round(sums.unique / BLOCKS / slots),
  };
}

/** Different nodes at a level above these leaves. */
function distinctAt(ids: readonly number[], level: number): number {
  return new Set(ids.map((id) => Math.floor(id / TREE_ARITY ** level))).size;
}

/**
 * Constraints with 512 cells, one level further down. Each access consumes the token of its cell
 * that was made last, and makes one; a network sorts the tokens made to those that consume them.
 */
function withNetwork({ slots }: BlockKind, now: number): number {
  const accesses = 2 * slots + 1;
  const saved = slots * (KIND_CONSTRAINTS.slotStateLevel + 2 * CELL);
  const savedByFees = KIND_CONSTRAINTS.feeStateLevel + CELL;
  const top = 2 * CELLS * NODE;
  return now - saved - savedByFees + top + routing(TREE_ARITY * CELLS, accesses);
}

/**
 * Constraints with paths for each leaf, where a circuit has a fixed number of them: a quarter,
 * half, all or one and a half times the slots. Slots read and write leaf hashes by the same kind of
 * tokens.
 */
function withUniqueLeaves({ slots, levels }: BlockKind, now: number, leaves: number): number[] {
  const path = (levels - CELL_LEVELS) * (KIND_CONSTRAINTS.slotStateLevel / 2) + CELL;
  const sizes = [slots / 4, slots / 2, slots + 2, 1.5 * slots];
  return sizes
    .filter((size) => size >= leaves)
    .map((size) => now - 2 * slots * path + size * path + routing(size, 2 * slots));
}

/**
 * An AS-Waksman network of places that begin with a token and accesses, for tokens of three words:
 * place, value and the access that has made it, which must be earlier than the one that consumes
 * it. Without the last, two accesses could live on values that no state ever had.
 */
function routing(places: number, accesses: number): number {
  const words = 3;
  const timeBits = Math.ceil(Math.log2(accesses + 1)) + 1;
  let switches = 0;
  for (let size = 2; size <= places + accesses; size++) switches += Math.ceil(Math.log2(size));
  return switches * (words + 1) + accesses * timeBits;
}
