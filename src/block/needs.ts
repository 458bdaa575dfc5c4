/**
 * What operations need of a block's kind: the account ids and tokens that they touch decide which
 * circuits can prove them.
 *
 * @see docs/state.md#kinds-of-blocks
 */
import type { OperationSpec } from "../operations/definition.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { OPERATIONS } from "../operations/table.ts";
import { type BlockNeeds, CELL_LEVELS, isMainToken, TREE_ARITY } from "../protocol/kinds.ts";

/**
 * Returns the highest ids that a slot with an operation touches. A column that the operation does
 * not use is 0 in the circuit.
 */
export function highestIds(operation: PublicOperation): { accountId: number; tokenId: number } {
  const { record }: OperationSpec = OPERATIONS[operation.type];
  const values = operation as unknown as Readonly<Record<string, number>>;
  const idOf = (name: string | undefined) => (name === undefined ? 0 : values[name]!);
  const accountId = Math.max(idOf(record.accountA), idOf(record.accountB));
  return { accountId, tokenId: idOf(record.token) };
}

/**
 * Returns what a slot with an operation needs.
 *
 * @example
 * const exit = { type: "fullExit", accountId: 64, owner: 0xa11cen, tokenId: 0, amount: 0n };
 * operationNeeds(exit); // { slots: 1, levels: 3, tokens: "main" }
 */
export function operationNeeds(operation: PublicOperation): BlockNeeds {
  const { accountId, tokenId } = highestIds(operation);
  const tokens = isMainToken(tokenId) ? "main" : "wide";
  return { slots: 1, levels: levelsOf(accountId), tokens };
}

/** Returns what a block without operations needs: its fee account is within its levels, too. */
export function emptyBlockNeeds(feeAccountId: number): BlockNeeds {
  return { slots: 0, levels: levelsOf(feeAccountId), tokens: "main" };
}

/** Returns the needs of both in one block: slots add up, the others are those of the higher. */
export function addNeeds(one: BlockNeeds, other: BlockNeeds): BlockNeeds {
  return {
    slots: one.slots + other.slots,
    levels: Math.max(one.levels, other.levels),
    tokens: one.tokens === "wide" ? "wide" : other.tokens,
  };
}

/** The fewest levels of the state tree whose leaves include an account. */
function levelsOf(accountId: number): number {
  let levels = CELL_LEVELS;
  while (accountId >= TREE_ARITY ** levels) levels++;
  return levels;
}
