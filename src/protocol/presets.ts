/**
 * Sizes of a rollup. A preset decides the circuits, and with them the proving and verification
 * keys. The code is the same for all sizes, so tests run it at small ones.
 */
import { ACCOUNT_ID_BYTES, TOKEN_ID_BYTES } from "./constants.ts";
import { assert } from "../util/errors.ts";

export interface Preset {
  readonly name: PresetName;
  /** Children of a tree node; a power of two. */
  readonly treeArity: number;
  /** Levels of the account tree, which has `treeArity^stateTreeLevels` leaves. */
  readonly stateTreeLevels: number;
  /** Levels of the balance tree of each account. */
  readonly tokenTreeLevels: number;
  /** Block sizes in slots, ascending; the operator chooses the smallest that fits. */
  readonly blockSlots: readonly number[];
  /** Maximum number of fee tokens in one block. */
  readonly feeTokens: number;
}

/** Smallest block; circom simplifies a single slot differently. */
export const BLOCK_SLOTS_MIN = 2;
/** Largest block: this number of maximum fees adds up to less than 2^128, see `FeeSums`. */
export const BLOCK_SLOTS_MAX = 2 ** 14 - 1;

export const PRESET_NAMES = ["minimal", "dev", "full"] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Children of a node in the trees of every preset, as contracts hash them. */
export const TREE_ARITY = 8;

export const PRESETS: { readonly [N in PresetName]: Preset } = {
  /** Unit tests: proofs in seconds. */
  minimal: {
    name: "minimal",
    treeArity: TREE_ARITY,
    stateTreeLevels: 2,
    tokenTreeLevels: 1,
    blockSlots: [2],
    feeTokens: 2,
  },
  /** Devnet on a laptop. */
  dev: {
    name: "dev",
    treeArity: TREE_ARITY,
    stateTreeLevels: 4,
    tokenTreeLevels: 2,
    blockSlots: [4, 16],
    feeTokens: 2,
  },
  /** Production sizes and benchmarks. */
  full: {
    name: "full",
    treeArity: TREE_ARITY,
    stateTreeLevels: 8,
    tokenTreeLevels: 4,
    blockSlots: [16, 64, 256],
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
 * @returns Number of leaves of a balance tree; token ids are below it.
 *
 * @example
 * tokenCapacity(PRESETS.dev); // 64
 */
export function tokenCapacity(preset: Preset): number {
  return preset.treeArity ** preset.tokenTreeLevels;
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
  const sizes = preset.blockSlots;
  assert(sizes[0]! >= BLOCK_SLOTS_MIN && sizes.at(-1)! <= BLOCK_SLOTS_MAX, "block sizes in range");
  assert(
    sizes.length > 0 && sizes.every((size, index) => size > (sizes[index - 1] ?? 1)),
    "block sizes ascend",
  );
}
