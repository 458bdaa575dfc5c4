/**
 * What operations cost to prove after an operator has cut them into blocks, for several shapes of
 * traffic. The operator's own functions place and seal them; nothing is proven.
 */
import { emptyBlockNeeds } from "../block/needs.ts";
import {
  openSlots,
  placeBatch,
  sealOpenSlots,
  type Sequence,
} from "../operator/ledger/sequence.ts";
import { cheapestPartition } from "../operator/ledger/partition.ts";
import { DEFAULT_BLOCK_OVERHEAD, cheapestKind, kindCost } from "../protocol/kind-costs.ts";
import { type BlockNeeds, MAIN_TOKENS, TREE_ARITY } from "../protocol/kinds.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { type Preset, PRESETS } from "../protocol/presets.ts";
import { createGenesisState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { createSeededRandom } from "./random.ts";
import { FEE_ACCOUNT_ADDRESS } from "./transfers.ts";

/** Operations between two times at which the open block is sealed. */
export interface SealingShape {
  readonly name: string;
  readonly perSeal: number;
  /** What the operation at a place needs besides a main token and a low account id. */
  readonly needsOf: (place: number) => "main" | "wide" | "high";
}

/** Blocks, and their constraints for each operation. */
export interface SealingCost {
  readonly blocks: number;
  readonly constraintsPerOperation: number;
}

export interface SealingBench {
  readonly name: string;
  readonly perSeal: number;
  /** In as few blocks as possible: with any operation that still fits into the open one. */
  readonly fewest: SealingCost;
  /** As an operator seals them by default. */
  readonly sealed: SealingCost;
  /** With the cheapest cuts of all operations between two seals, known in advance. */
  readonly least: SealingCost;
}

const PRESET: Preset = PRESETS.full;
const OPERATIONS = 2000;
const NO_LIMITS = { gasMax: Infinity, bytesMax: Infinity };
const LEVELS_LOW = Math.min(...PRESET.blockKinds.map(({ levels }) => levels));
const TOKEN_IDS = { main: 0, wide: MAIN_TOKENS, high: 0 };
const ACCOUNT_IDS = { main: 0, wide: 0, high: TREE_ARITY ** LEVELS_LOW };
/** More than any proof. */
const FEWEST_BLOCKS = 1e11;

function shapes(): readonly SealingShape[] {
  const random = createSeededRandom("bench sealing");
  const share = (percent: number, needs: "wide" | "high") => () =>
    random.int(1000) < 10 * percent ? needs : "main";
  const sizes = [17, 65, 100, 129, 200].map((perSeal) => {
    return { name: "main tokens", perSeal, needsOf: () => "main" as const };
  });
  const mixed = [65, 1000].flatMap((perSeal) =>
    [1, 5, 20, 50].map((percent) => {
      return { name: `wide ${percent} %`, perSeal, needsOf: share(percent, "wide") };
    }),
  );
  const turns = [1, 16, 32, 100].map((count) => {
    const needsOf = (place: number) => (place % (count + 1) === count ? "wide" : "main");
    return { name: `${count} main, 1 wide`, perSeal: 1000, needsOf } as const;
  });
  const high = { name: "ids from 8^6 on: 1 %", perSeal: 1000, needsOf: share(1, "high") };
  return [...sizes, ...mixed, ...turns, high];
}

/** Seals operations of all shapes. */
export function benchSealing(): SealingBench[] {
  return shapes().map((shape) => {
    const needs = Array.from({ length: OPERATIONS }, (_, place) => shape.needsOf(place));
    const { name, perSeal } = shape;
    return {
      name,
      perSeal,
      fewest: seal(shape, needs, FEWEST_BLOCKS),
      sealed: seal(shape, needs, DEFAULT_BLOCK_OVERHEAD),
      least: leastCost(shape, needs),
    };
  });
}

/** Exits of nothing: they need what any operation on their account and token does. */
function seal(
  { perSeal }: SealingShape,
  needs: readonly ReturnType<SealingShape["needsOf"]>[],
  blockOverhead: number,
): SealingCost {
  const state = createGenesisState(PRESET, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  let sequence: Sequence = {
    sealed: [],
    open: openSlots(state, 1, 0n),
    limits: NO_LIMITS,
    blockOverhead,
  };
  for (const [requestId, each] of needs.entries()) {
    if (requestId % perSeal === 0) sequence = sealOpenSlots(sequence);
    const owner = FEE_ACCOUNT_ADDRESS + 1n;
    const exit = { tokenId: TOKEN_IDS[each], accountId: ACCOUNT_IDS[each], owner };
    const request = { type: "fullExit" as const, requestId, expiresAt: 0n, ...exit };
    sequence = placeBatch(sequence, [{ kind: "request", request }]);
  }
  const { sealed } = sealOpenSlots(sequence);
  const costs = sealed.map(({ applied }) => kindCost(PRESET, applied.block.kind));
  return toCost(costs, needs.length);
}

function leastCost(
  { perSeal }: SealingShape,
  needs: readonly ReturnType<SealingShape["needsOf"]>[],
): SealingCost {
  const feeAccountId = GENESIS_FEE_ACCOUNT_ID;
  const costs: number[] = [];
  for (let first = 0; first < needs.length; first += perSeal) {
    const batches = needs.slice(first, first + perSeal).map((each): BlockNeeds => {
      const { levels } = emptyBlockNeeds(ACCOUNT_IDS[each]);
      return { slots: 1, levels, tokens: each === "wide" ? "wide" : "main" };
    });
    const uncut = { preset: PRESET, feeAccountId, blockOverhead: DEFAULT_BLOCK_OVERHEAD };
    let from = 0;
    for (const count of cheapestPartition({ ...uncut, batches })) {
      const block = batches.slice(from, from + count);
      const levels = Math.max(...block.map((each) => each.levels));
      const tokens = block.some((each) => each.tokens === "wide") ? "wide" : "main";
      const kind = cheapestKind(PRESET, { slots: count, levels, tokens });
      assert(kind !== undefined, "a partition is of blocks that kinds hold");
      costs.push(kindCost(PRESET, kind));
      from += count;
    }
  }
  return toCost(costs, needs.length);
}

function toCost(costs: readonly number[], operations: number): SealingCost {
  const sum = costs.reduce((total, cost) => total + cost, 0);
  return { blocks: costs.length, constraintsPerOperation: Math.round(sum / operations) };
}
