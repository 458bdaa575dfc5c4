/**
 * Kinds of blocks. A block's kind names its circuit: how many slots it has, which account ids and
 * which tokens its operations may use. The fewer, the fewer constraints a slot takes, so an
 * operator proves every block with the cheapest kind that holds its operations.
 *
 * @see docs/state.md#kinds-of-blocks
 */

/** Tokens of a block: only those in the leaf itself, or all. */
export const BLOCK_TOKENS = ["main", "wide"] as const;
export type BlockTokens = (typeof BLOCK_TOKENS)[number];

/** What a block's circuit can hold. */
export interface BlockKind {
  /** Number of operations, in [{@link BLOCK_SLOTS_MIN}, {@link BLOCK_SLOTS_MAX}]. */
  readonly slots: number;
  /**
   * Levels of the state tree in use: account ids are below `treeArity^levels`, the fee account's
   * too. In [{@link CELL_LEVELS}, levels of the state tree].
   */
  readonly levels: number;
  /** `main`: token ids below {@link MAIN_TOKENS}; `wide`: all. */
  readonly tokens: BlockTokens;
}

/** Smallest block; circom simplifies a single slot differently. */
export const BLOCK_SLOTS_MIN = 2;
/** Largest block: this number of maximum fees adds up to less than 2^128, see `FeeSums`. */
export const BLOCK_SLOTS_MAX = 2 ** 14 - 1;

/** Children of a node in the trees of every preset, as contracts hash them. */
export const TREE_ARITY = 8;
/** Balances in the leaf itself: of the tokens with ids below. */
export const MAIN_TOKENS = 8;

/** Whether a token's balance is a word of the leaf itself. */
export function isMainToken(tokenId: number): boolean {
  return tokenId < MAIN_TOKENS;
}

/** Trees of a leaf that hold the balances of all other tokens. */
export const TAILS = 4;
/** Levels at the top of the levels in use that a circuit hashes once a block, as cells. */
export const CELL_LEVELS = 2;

/** Position of each part in a kind's id, a uint32: slots in the lowest bits, then levels. */
export const KIND_LEVELS_SHIFT_BITS = 16;
export const KIND_TOKENS_SHIFT_BITS = 24;

/**
 * Returns the id of a kind, which a block's commitment binds: the id of its verification key. L1
 * reads the slots from its low 16 bits.
 *
 * @returns A uint32, never `EXIT_KEY_ID`.
 *
 * @example
 * blockKindId({ slots: 64, levels: 6, tokens: "main" }); // 0x060040
 */
export function blockKindId({ slots, levels, tokens }: BlockKind): number {
  return (
    slots +
    levels * 2 ** KIND_LEVELS_SHIFT_BITS +
    (tokens === "wide" ? 1 : 0) * 2 ** KIND_TOKENS_SHIFT_BITS
  );
}

/** Returns the slots of the kind with an id, as L1 reads them. */
export function slotsOfKindId(kindId: number): number {
  return kindId % 2 ** KIND_LEVELS_SHIFT_BITS;
}

/**
 * Returns the kind with an id.
 *
 * @param kindId - From {@link blockKindId}, or from L1.
 * @returns undefined if the id is of no kind, whatever the preset.
 */
export function blockKindOfId(kindId: number): BlockKind | undefined {
  const slots = slotsOfKindId(kindId);
  const levels = Math.floor(kindId / 2 ** KIND_LEVELS_SHIFT_BITS) % 2 ** 8;
  const tokens = BLOCK_TOKENS[Math.floor(kindId / 2 ** KIND_TOKENS_SHIFT_BITS)];
  const inRange = slots >= BLOCK_SLOTS_MIN && slots <= BLOCK_SLOTS_MAX && levels >= CELL_LEVELS;
  return tokens !== undefined && inRange ? { slots, levels, tokens } : undefined;
}

/** Names a kind in file names, logs and tables, for example `64-main-6`. */
export function blockKindName({ slots, levels, tokens }: BlockKind): string {
  return `${slots}-${tokens}-${levels}`;
}

/** What some operations need of a block. */
export type BlockNeeds = BlockKind;

/**
 * Whether a kind holds operations with these needs.
 *
 * @example
 * holds({ slots: 16, levels: 6, tokens: "wide" }, { slots: 3, levels: 2, tokens: "main" }); // true
 */
export function holds(kind: BlockKind, needs: BlockNeeds): boolean {
  return (
    kind.slots >= needs.slots &&
    kind.levels >= needs.levels &&
    (kind.tokens === "wide" || needs.tokens === "main")
  );
}
