/**
 * Sizes of a rollup. A preset decides the circuits, and with them the proving and verification
 * keys. The code is the same for all sizes, so tests run it at small ones.
 */
import { assert } from "../util/errors.ts";
import { ACCOUNT_ID_BYTES, TOKEN_ID_BYTES } from "./constants.ts";
import {
  BLOCK_SLOTS_MAX,
  BLOCK_SLOTS_MIN,
  blockKindId,
  type BlockKind,
  CELL_LEVELS,
  MAIN_TOKENS,
  TAILS,
  TREE_ARITY,
} from "./kinds.ts";

export interface Preset {
  readonly name: PresetName;
  /** Children of a tree node; a power of two. */
  readonly treeArity: number;
  /** Levels of the state tree, which has `treeArity^stateTreeLevels` leaves. */
  readonly stateTreeLevels: number;
  /** Levels of each of the trees in a leaf that hold the balances of tokens from 8 on. */
  readonly tailLevels: number;
  /**
   * Kinds of blocks; the operator chooses the cheapest that holds a block's operations. At least
   * one holds every account id and every token.
   */
  readonly blockKinds: readonly BlockKind[];
  /** Maximum number of fee tokens in one block. */
  readonly feeTokens: number;
}

export const PRESET_NAMES = ["minimal", "dev", "full"] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export const PRESETS: { readonly [N in PresetName]: Preset } = {
  /** Unit tests: proofs in seconds. */
  minimal: {
    name: "minimal",
    treeArity: TREE_ARITY,
    stateTreeLevels: 2,
    tailLevels: 1,
    blockKinds: [
      { slots: 2, levels: 2, tokens: "main" },
      { slots: 2, levels: 2, tokens: "wide" },
    ],
    feeTokens: 2,
  },
  /** Devnet on a laptop. */
  dev: {
    name: "dev",
    treeArity: TREE_ARITY,
    stateTreeLevels: 4,
    tailLevels: 2,
    blockKinds: [
      { slots: 4, levels: 3, tokens: "main" },
      { slots: 16, levels: 3, tokens: "main" },
      { slots: 4, levels: 4, tokens: "wide" },
    ],
    feeTokens: 2,
  },
  /** Production sizes and benchmarks. */
  full: {
    name: "full",
    treeArity: TREE_ARITY,
    stateTreeLevels: 8,
    tailLevels: 3,
    blockKinds: [
      { slots: 16, levels: 6, tokens: "main" },
      { slots: 64, levels: 6, tokens: "main" },
      { slots: 256, levels: 6, tokens: "main" },
      { slots: 16, levels: 6, tokens: "wide" },
      { slots: 64, levels: 6, tokens: "wide" },
      // 60 slots take less than 2^20 constraints, 256 less than 2^22.
      { slots: 60, levels: 8, tokens: "main" },
      { slots: 256, levels: 8, tokens: "main" },
      { slots: 16, levels: 8, tokens: "wide" },
    ],
    feeTokens: 2,
  },
};

/**
 * Returns the maximum number of accounts of a rollup.
 *
 * @param preset - Sizes of the rollup.
 * @returns Number of leaves of the state tree; account ids are below it.
 *
 * @example
 * accountCapacity(PRESETS.dev); // 4096
 */
export function accountCapacity(preset: Preset): number {
  return preset.treeArity ** preset.stateTreeLevels;
}

/**
 * Returns the maximum number of tokens of a rollup, ETH included.
 *
 * @param preset - Sizes of the rollup.
 * @returns Number of leaves of an account's tails together; token ids are below it.
 *
 * @example
 * tokenCapacity(PRESETS.dev); // 256
 */
export function tokenCapacity(preset: Preset): number {
  return TAILS * preset.treeArity ** preset.tailLevels;
}

/** Returns the levels of the tails that a kind's circuit has: none if all its tokens are main. */
export function tailLevelsOf({ tailLevels }: Preset, { tokens }: BlockKind): number {
  return tokens === "wide" ? tailLevels : 0;
}

/** Whether a kind holds every operation of a rollup of this size. */
export function holdsAll({ stateTreeLevels }: Preset, { levels, tokens }: BlockKind): boolean {
  return levels === stateTreeLevels && tokens === "wide";
}

/** Bits of a child's index in its node. */
export function arityBits(preset: Preset): number {
  return Math.log2(preset.treeArity);
}

for (const preset of Object.values(PRESETS)) {
  assert(Number.isInteger(arityBits(preset)), "the tree arity is a power of two");
  assert(accountCapacity(preset) <= 256 ** ACCOUNT_ID_BYTES, "every account id fits its bytes");
  assert(tokenCapacity(preset) <= 256 ** TOKEN_ID_BYTES, "every token id fits its bytes");
  assert(preset.feeTokens >= 1 && preset.feeTokens <= tokenCapacity(preset), "fee tokens exist");
  assert(preset.tailLevels >= 1 && tokenCapacity(preset) > MAIN_TOKENS, "tails hold other tokens");
  for (const { slots, levels } of preset.blockKinds) {
    assert(slots >= BLOCK_SLOTS_MIN && slots <= BLOCK_SLOTS_MAX, "block sizes in range");
    assert(levels >= CELL_LEVELS && levels <= preset.stateTreeLevels, "levels in range");
  }
  const ids = new Set(preset.blockKinds.map(blockKindId));
  assert(ids.size === preset.blockKinds.length, "kinds differ");
  assert(
    preset.blockKinds.some((kind) => holdsAll(preset, kind)),
    "a kind holds every account and token",
  );
}
