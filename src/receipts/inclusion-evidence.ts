/** The evidence by which `ReceiptBond` judges promises at acceptance, from restored states. */
import { createExitWitnessInput, exitPath } from "../block/exit.ts";
import { toChecksumAddress } from "../l1/addresses.ts";
import type { StoredBlock } from "../l1/types.ts";
import type { OperationSpec } from "../operations/definition.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { OPERATIONS } from "../operations/table.ts";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
import { accountCapacity } from "../protocol/presets.ts";
import { isLive } from "../state/account.ts";
import type { RollupState } from "../state/rollup-state.ts";
import type { Inclusion, SignedInclusion } from "./inclusion.ts";

/** What a state has for an account id, in the form of the contract. */
export interface AccountPath {
  /** Owner of the account, checksummed; zero if there is none. */
  readonly owner: string;
  /** From the account's leaf, or from an empty one, to the state root. */
  readonly path: readonly bigint[];
}

/** An executed block, as a restore has it. */
export interface ExecutedOperations {
  readonly storedBlock: StoredBlock;
  /** By slot. */
  readonly operations: readonly PublicOperation[];
  /** The state after the block. */
  readonly state: RollupState;
}

/** How a block breaks a promise, with what `claimLate` or `claimReplaced` needs of the state. */
export type Breach =
  | { readonly type: "late"; readonly account: AccountPath }
  | {
      readonly type: "replaced";
      /** Slot of the operation that uses the nonce. */
      readonly slot: number;
      readonly account: AccountPath;
      /** The account that the operation credits, or else that of the signer. */
      readonly payee: AccountPath;
    };

/** Shows what a state has for an account id, which may be beyond the tree. */
export function accountPath(state: RollupState, accountId: number): AccountPath {
  if (!hasLeaf(state, accountId)) return { owner: toChecksumAddress(0n), path: [] };
  const { account, stateSiblings } = state.witness(accountId, ETH_TOKEN_ID);
  const owner = toChecksumAddress(account.address);
  if (!isLive(account)) return { owner, path: stateSiblings.flat() };
  return { owner, path: exitPath(createExitWitnessInput(state, accountId, ETH_TOKEN_ID)) };
}

/** Finds out whether an executed block breaks a promise, and shows it. */
export function findBreach(
  { inclusion, group }: Pick<SignedInclusion, "inclusion" | "group">,
  { storedBlock, operations, state }: ExecutedOperations,
): Breach | undefined {
  const { blockNumber, timestamp } = storedBlock;
  const { accountId, nonce, validUntil } = inclusion;
  if (timestamp > validUntil) return undefined;
  const account = accountPath(state, accountId);
  const noncesUsed = countNonces(state, accountId);
  if (noncesUsed <= nonce) {
    const isDue = blockNumber >= group.dueBlock || timestamp >= group.dueAt;
    return isDue ? { type: "late", account } : undefined;
  }
  const own = operations.flatMap((operation, slot) =>
    signerOf(operation) === accountId ? { operation, slot } : [],
  );
  const used = own.at(nonce - noncesUsed);
  if (used === undefined || isPromised(inclusion, used.operation, state)) return undefined;
  const payee = accountPath(state, payeeOf(used.operation) ?? accountId);
  return { type: "replaced", slot: used.slot, account, payee };
}

/** Nonces that an account has used, which may be beyond the tree. */
export function countNonces(state: RollupState, accountId: number): number {
  return hasLeaf(state, accountId) ? state.account(accountId).nonce : 0;
}

function hasLeaf({ preset }: RollupState, accountId: number): boolean {
  return accountId < accountCapacity(preset);
}

/** Returns the account whose nonce an operation uses. */
function signerOf(operation: PublicOperation): number | undefined {
  const { origin, record }: OperationSpec = OPERATIONS[operation.type];
  return origin === "l2" ? valueOf(operation, record.accountA!) : undefined;
}

/** Returns the account whose owner has been signed as recipient, if the address is not public. */
function payeeOf(operation: PublicOperation): number | undefined {
  const { record, extension, message }: OperationSpec = OPERATIONS[operation.type];
  const isOwner = message!.columns.includes("recipient") && extension.address === undefined;
  return isOwner ? valueOf(operation, record.accountB!) : undefined;
}

function isPromised(inclusion: Inclusion, operation: PublicOperation, state: RollupState): boolean {
  const { message }: OperationSpec = OPERATIONS[operation.type];
  const signed = (column: "amount" | "recipient") =>
    message!.columns.includes(column) ? valueOf<bigint>(operation, column) : 0n;
  const payee = payeeOf(operation);
  const recipient = payee === undefined ? signed("recipient") : state.account(payee).address;
  return (
    OPERATIONS[message!.type as keyof typeof OPERATIONS].code === inclusion.op &&
    valueOf(operation, "tokenId") === inclusion.tokenId &&
    signed("amount") === inclusion.amount &&
    toChecksumAddress(recipient) === inclusion.recipient
  );
}

function valueOf<T = number>(operation: PublicOperation, field: string): T {
  return (operation as unknown as Readonly<Record<string, T>>)[field]!;
}
