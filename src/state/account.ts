/** Accounts: the part of a leaf of the state tree besides its balances. */
import { LEAF_KIND } from "../protocol/constants.ts";

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

/** Whether a leaf holds an account. */
export function isLive({ kind }: Account): boolean {
  return kind !== LEAF_KIND.empty;
}
