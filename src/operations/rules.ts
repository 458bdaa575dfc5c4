/** Rules and effects that several operations share. */
import { AMOUNT_MAX, LEAF_KIND, NONCE_MAX } from "../protocol/constants.ts";
import { type Account, newAccount } from "../state/account.ts";
import { accountCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";

export interface TokenAmount {
  readonly tokenId: number;
  /** Amount in the token's smallest unit. */
  readonly amount: bigint;
}

/** A payout of L1 when it executes the block. */
export interface Payout extends TokenAmount {
  /** L1 address, uint160. */
  readonly recipient: bigint;
}

export const NO_FEE: TokenAmount = { tokenId: 0, amount: 0n };

/** Finds the account with an id. @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE */
export function existingAccount(state: RollupState, accountId: number): Account {
  const account = state.account(accountId);
  if (account.kind !== LEAF_KIND.account) throw opsError({ code: "ACCOUNT_NOT_FOUND", accountId });
  return account;
}

/**
 * Finds the account with an id and checks that it belongs to the signed recipient: a record names
 * an account, and a signature an address.
 *
 * @param recipient - L1 address, uint160.
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, RECIPIENT_MISMATCH
 */
export function accountOf(state: RollupState, accountId: number, recipient: bigint): Account {
  const account = existingAccount(state, accountId);
  if (account.address === recipient) return account;
  const facts = { accountId, recipient, expected: account.address };
  throw opsError({ code: "RECIPIENT_MISMATCH", ...facts });
}

/** @throws RECIPIENT_ZERO */
export function assertRecipient(recipient: bigint): void {
  if (recipient === 0n) throw opsError({ code: "RECIPIENT_ZERO" });
}

/** @throws NONCE_MISMATCH */
export function assertNonce(account: Account, accountId: number, nonce: number): void {
  if (nonce !== account.nonce) {
    throw opsError({ code: "NONCE_MISMATCH", accountId, nonce, expected: account.nonce });
  }
}

/**
 * Debits an amount and the fee from the signing account, and increments its nonce: branch A of
 * every signed operation.
 *
 * @throws ACCOUNT_NOT_FOUND, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
export function spend(
  state: RollupState,
  spender: { readonly accountId: number; readonly tokenId: number; readonly fee: bigint },
  amount: bigint,
): RollupState {
  const { accountId, tokenId, fee } = spender;
  const { nonce } = existingAccount(state, accountId);
  if (nonce >= NONCE_MAX) throw opsError({ code: "NONCE_EXHAUSTED", accountId });
  return debit(state, accountId, tokenId, amount + fee).update(accountId, tokenId, {
    account: { nonce: nonce + 1 },
  });
}

/** @throws INSUFFICIENT_BALANCE */
export function debit(
  state: RollupState,
  accountId: number,
  tokenId: number,
  amount: bigint,
): RollupState {
  const balance = state.balance(accountId, tokenId);
  if (balance < amount) {
    const facts = { accountId, tokenId, balance, required: amount };
    throw opsError({ code: "INSUFFICIENT_BALANCE", ...facts });
  }
  return state.update(accountId, tokenId, { balance: balance - amount });
}

/** @throws BALANCE_OVERFLOW */
export function credit(
  state: RollupState,
  accountId: number,
  tokenId: number,
  amount: bigint,
): RollupState {
  const balance = state.balance(accountId, tokenId);
  if (balance + amount > AMOUNT_MAX) {
    throw opsError({ code: "BALANCE_OVERFLOW", accountId, tokenId, balance, added: amount });
  }
  return state.update(accountId, tokenId, { balance: balance + amount });
}

/** Creates an account without a signing key. */
export function createAccount(state: RollupState, accountId: number, address: bigint): RollupState {
  return state.update(accountId, 0, { account: newAccount(address) });
}

/** Returns the id of the next new account; undefined if every leaf of the tree is taken. */
export function freeAccountId({ nextAccountId, preset }: RollupState): number | undefined {
  return nextAccountId < accountCapacity(preset) ? nextAccountId : undefined;
}
