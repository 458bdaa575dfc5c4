/** Kinds of blocks that tests choose from a preset's. */
import { type BlockKind, MAIN_TOKENS, TREE_ARITY } from "../../src/protocol/kinds.ts";
import { holdsAll, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";

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
