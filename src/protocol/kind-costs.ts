/**
 * What a block of each kind costs to prove, and the choice of a kind by that. The cost is a number
 * of constraints: the time of a proof grows with them, whatever the machine.
 */
import { DIGEST_ARITY } from "./constants.ts";
import { type BlockKind, type BlockNeeds, CELL_LEVELS, holds } from "./kinds.ts";
import type { Preset } from "./presets.ts";
import { COMMITTED_INPUTS } from "./public-inputs.ts";

/**
 * Constraints of the parts of a block, with two fee tokens; a test compares them with compiled
 * circuits. They decide only which kind is chosen. Another choice leads to other blocks of the same
 * events, so a store of events is to be read with the numbers that it was written with.
 */
export const KIND_CONSTRAINTS = {
  /** A slot of a `main` block whose leaves are cells. */
  slot: 6330,
  /** Each level of the state tree below the cells, in a slot: for two accounts. */
  slotStateLevel: 1618,
  /** Where the balance is, in a slot of a `wide` block. */
  slotWide: 25,
  /** Each level of the tails, in a slot of a `wide` block: for two accounts. */
  slotTailLevel: 1615,
  /** The top of the state tree, hashed once before and once after the block. */
  top: 7236,
  /** Each level of the state tree above the levels in use. */
  upperLevel: 806,
  /** The header's columns. */
  header: 123,
  /** The fee account's leaf. */
  fees: 1692,
  /** Each level of the state tree below the cells, for the fee account. */
  feeStateLevel: 809,
  /** Where the balance is, for each fee token of a `wide` block. */
  feeWide: 16,
  /** Each level of the tails, for each fee token of a `wide` block. */
  feeTailLevel: 809,
  /** A call of the hash in the chain of the digest. */
  digestLink: 609,
} as const;

/**
 * What a block costs besides its proof unless an operator says otherwise, in constraints: its gas
 * on L1 (80,000 to commit it, 75,000 for a tenth of a transaction with proofs, 45,000 to execute
 * it), a constraint a gas.
 *
 * @see docs/operator.md#sealing
 */
export const DEFAULT_BLOCK_OVERHEAD = 200_000;

/** Field elements that a slot adds to the digest: record and two of the extension. */
const SLOT_ELEMENTS = 3;

/**
 * Returns the constraints of a kind's circuit.
 *
 * @param preset - Sizes of the rollup.
 * @param kind - Any kind that the rollup can have.
 *
 * @example
 * const [narrow, , wide] = PRESETS.dev.blockKinds; // both of 4 slots
 * kindCost(PRESETS.dev, narrow) < kindCost(PRESETS.dev, wide); // true
 */
export function kindCost(preset: Preset, { slots, levels, tokens }: BlockKind): number {
  const cost = KIND_CONSTRAINTS;
  const lowerLevels = levels - CELL_LEVELS;
  const upperLevels = preset.stateTreeLevels - levels;
  const wide = tokens === "wide" ? 1 : 0;
  const perSlot =
    cost.slot +
    lowerLevels * cost.slotStateLevel +
    wide * (cost.slotWide + preset.tailLevels * cost.slotTailLevel);
  const perBlock =
    cost.top +
    upperLevels * cost.upperLevel +
    cost.header +
    cost.fees +
    lowerLevels * cost.feeStateLevel +
    wide * preset.feeTokens * (cost.feeWide + preset.tailLevels * cost.feeTailLevel) +
    digestLinks(slots) * cost.digestLink;
  return slots * perSlot + perBlock;
}

/**
 * Returns the kind with the fewest constraints that holds operations with these needs; the first
 * of several.
 *
 * @returns undefined if no kind of the preset holds them all in one block.
 *
 * @example
 * cheapestKind(PRESETS.dev, { slots: 5, levels: 2, tokens: "main" }).slots; // 16
 */
export function cheapestKind(preset: Preset, needs: BlockNeeds): BlockKind | undefined {
  const holding = preset.blockKinds.filter((kind) => holds(kind, needs));
  const [first, ...others] = holding.map((kind) => ({ kind, cost: kindCost(preset, kind) }));
  return others.reduce((best, other) => (other.cost < best!.cost ? other : best), first)?.kind;
}

/** Returns the most slots of a kind with at least these levels and tokens; 0 if there is none. */
export function slotsMax({ blockKinds }: Preset, needs: Omit<BlockNeeds, "slots">): number {
  const holding = blockKinds.filter((kind) => holds(kind, { ...needs, slots: 0 }));
  return Math.max(0, ...holding.map(({ slots }) => slots));
}

/** Counts the calls of the hash in the digest chain of a block. */
export function digestLinks(slots: number): number {
  return Math.ceil((COMMITTED_INPUTS.length + SLOT_ELEMENTS * slots) / (DIGEST_ARITY - 1));
}
