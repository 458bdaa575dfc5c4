/** Accounts, the leaves of the state tree. */
import { poseidon } from "../kernel/hash.ts";
import { KIND_SHIFT_BITS, LEAF_KIND, NONCE_SHIFT_BITS } from "../protocol/constants.ts";

/** The contents of a leaf, without its balances. */
export interface Account {
  /** One of {@link LEAF_KIND}. */
  readonly kind: number;
  /** Number of signed operations so far, uint32. */
  readonly nonce: number;
  /** The L1 owner, uint160. */
  readonly address: bigint;
  /** Poseidon hash of the signing key, 0 without one. */
  readonly pubKeyHash: bigint;
}

/** The contents of a leaf without an account. */
export const EMPTY_ACCOUNT: Account = {
  kind: LEAF_KIND.empty,
  nonce: 0,
  address: 0n,
  pubKeyHash: 0n,
};

/** Creates an account without a signing key, as a deposit or a transfer does. */
export function newAccount(address: bigint): Account {
  return { kind: LEAF_KIND.account, nonce: 0, address, pubKeyHash: 0n };
}

/** Hashes an account and the root of its balance tree to the value of its leaf, 0 if empty. */
export function hashAccount(account: Account, balanceRoot: bigint): bigint {
  return account.kind === LEAF_KIND.empty ? 0n : poseidon(accountWords(account, balanceRoot));
}

/** Returns the preimage of an account's leaf: `meta`, key hash and balance root. */
export function accountWords(account: Account, balanceRoot: bigint): [bigint, bigint, bigint] {
  const meta =
    (BigInt(account.kind) << BigInt(KIND_SHIFT_BITS)) +
    (BigInt(account.nonce) << BigInt(NONCE_SHIFT_BITS)) +
    account.address;
  return [meta, account.pubKeyHash, balanceRoot];
}
