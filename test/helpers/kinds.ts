/** Kinds of blocks that tests choose from a preset's. */
import { type BlockKind, MAIN_TOKENS, TREE_ARITY } from "../../src/protocol/kinds.ts";
import { holdsAll, type Preset, PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";

/** Kinds whose levels are all cells: the leaves have no siblings. */
export const MAIN: BlockKind = { slots: 2, levels: 2, tokens: "main" };
export const LOW: BlockKind = { slots: 2, levels: 2, tokens: "wide" };
/** A kind with a level of siblings below the cells, and in {@link TALL} one above them. */
export const MIDDLE: BlockKind = { slots: 2, levels: 3, tokens: "main" };

/** A rollup with levels of accounts above those of all kinds but the last. */
export const TALL: Preset = {
  ...PRESETS.minimal,
  stateTreeLevels: 4,
  blockKinds: [MAIN, LOW, MIDDLE, { slots: 2, levels: 4, tokens: "wide" }],
};

/** Returns the first kind that holds every account and token. */
export function wholeKind(preset: Preset): BlockKind {
  return preset.blockKinds.find((kind) => holdsAll(preset, kind))!;
}

/** Number of accounts that a kind holds; their ids are below. */
export function accountsOf({ levels }: BlockKind): number {
  return TREE_ARITY ** levels;
}

/** Number of tokens that a kind of a preset holds; their ids are below. */
export function tokensOf(preset: Preset, { tokens }: BlockKind): number {
  return tokens === "main" ? MAIN_TOKENS : tokenCapacity(preset);
}
