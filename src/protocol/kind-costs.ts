/**
 * What a block of each kind costs to prove, and the choice of a kind by that. The cost is a number
 * of constraints: the time of a proof grows with them, whatever the machine.
 */
import { DIGEST_ARITY } from "./constants.ts";
import { type BlockKind, type BlockNeeds, CELL_LEVELS, holds } from "./kinds.ts";
import type { Preset } from "./presets.ts";
import { COMMITTED_INPUTS } from "./public-inputs.ts";

/**
 * Constraints of the parts of a block, as the compiled circuits have them. They decide only which
 * kind is chosen. Another choice leads to other blocks of the same events, so a store of events is
 * to be read with the numbers that it was written with.
 */
export const KIND_CONSTRAINTS = {
  /** A level of a tree in which a leaf is replaced: two hashes, and the place of the child. */
  level: 806,
  /** A slot without any level of a tree. */
  slot: 6540,
  /** Of a slot of a `wide` block: where the balance is. */
  wideSlot: 60,
  /** The top of the state tree, hashed once before and once after the block. */
  top: 7240,
  /** The header's columns. */
  header: 123,
  /** The fee account's leaf, and the sums of the fees. */
  fees: 2000,
  /** Of the fees of a `wide` block: where the balances are. */
  wideFees: 9,
  /** A call of the hash in the chain of the digest. */
  digestLink: 609,
} as const;

/** Each slot updates two leaves, one after the other. */
const BRANCHES = 2;
/** Field elements that a slot adds to the digest: record and two of the extension. */
const SLOT_ELEMENTS = 3;

/**
 * Estimates the constraints of a kind's circuit.
 *
 * @param preset - Sizes of the rollup.
 * @param kind - Any kind that the rollup can have.
 *
 * @example
 * const [narrow, , wide] = PRESETS.dev.blockKinds; // both of 4 slots
 * kindCost(PRESETS.dev, narrow) < kindCost(PRESETS.dev, wide); // true
 */
export function kindCost(preset: Preset, { slots, levels, tokens }: BlockKind): number {
  const { level, slot, wideSlot, top, header, fees, wideFees } = KIND_CONSTRAINTS;
  const isWide = tokens === "wide";
  const lowerLevels = levels - CELL_LEVELS;
  const upperLevels = preset.stateTreeLevels - levels;
  const tailLevels = isWide ? preset.tailLevels : 0;
  const perSlot = slot + BRANCHES * level * (lowerLevels + tailLevels) + (isWide ? wideSlot : 0);
  const perBlock =
    top +
    header +
    fees +
    level * (lowerLevels + upperLevels + preset.feeTokens * tailLevels) +
    (isWide ? wideFees : 0) +
    digestCost(slots);
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

function digestCost(slots: number): number {
  const elements = COMMITTED_INPUTS.length + SLOT_ELEMENTS * slots;
  return KIND_CONSTRAINTS.digestLink * Math.ceil(elements / (DIGEST_ARITY - 1));
}
