/** Accounts: what a leaf of the state tree holds (design section 3). */
import { poseidon } from "../kernel/hash.ts";
import { KIND_SHIFT_BITS, LEAF_KIND, NONCE_SHIFT_BITS } from "../protocol/constants.ts";

export interface Account {
  /** One of {@link LEAF_KIND}. */
  readonly kind: number;
  /** Signed operations so far, uint32. */
  readonly nonce: number;
  /** The L1 owner, uint160. */
  readonly address: bigint;
  /** Poseidon hash of the signing key; 0 while there is none. */
  readonly pubKeyHash: bigint;
}

/** An account that does not exist yet. */
export const EMPTY_ACCOUNT: Account = {
  kind: LEAF_KIND.empty,
  nonce: 0,
  address: 0n,
  pubKeyHash: 0n,
};

/** An account as a deposit or a transfer creates it: without a signing key. */
export function newAccount(address: bigint): Account {
  return { kind: LEAF_KIND.account, nonce: 0, address, pubKeyHash: 0n };
}

/** Value of the state leaf of an account whose balance tree has the given root. */
export function hashAccount(account: Account, balanceRoot: bigint): bigint {
  return account.kind === LEAF_KIND.empty ? 0n : poseidon(accountWords(account, balanceRoot));
}

/** What the leaf of an account is the hash of: `meta`, key and balances. */
export function accountWords(account: Account, balanceRoot: bigint): [bigint, bigint, bigint] {
  const meta =
    (BigInt(account.kind) << BigInt(KIND_SHIFT_BITS)) +
    (BigInt(account.nonce) << BigInt(NONCE_SHIFT_BITS)) +
    account.address;
  return [meta, account.pubKeyHash, balanceRoot];
}
