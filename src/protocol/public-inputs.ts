/**
 * Public inputs of proofs in order, and the ids of keys; see
 * docs/pubdata.md#public-inputs-of-a-block-proof.
 */
import { type Column, layoutBytes } from "./layout.ts";
import { FIELD_SAFE_BYTES } from "./constants.ts";
import { assert } from "../util/errors.ts";

/** The commitment of a block: to its inputs below and to its public data. */
export const PUBLIC_INPUTS = ["digest", "z", "y"] as const;
export type PublicInput = (typeof PUBLIC_INPUTS)[number];

/** Private inputs of a block's circuit that L1 knows, in the order of the commitment to them. */
export const COMMITTED_INPUTS = ["oldStateRoot", "newStateRoot", "header", "domain"] as const;
export type CommittedInput = (typeof COMMITTED_INPUTS)[number];

/** Public inputs of an exit proof: in the state, the account belongs to owner and holds amount. */
export const EXIT_PUBLIC_INPUTS = ["stateRoot", "accountId", "tokenId", "owner", "amount"] as const;
export type ExitPublicInput = (typeof EXIT_PUBLIC_INPUTS)[number];

/** Key of the exit circuit in the rollup's verifier; a block's key has the id of its kind. */
export const EXIT_KEY_ID = 0;

/** Columns of the committed input `header`. */
export const HEADER_COLUMNS = [
  { name: "blockNumber", type: "blockNumber" },
  { name: "timestamp", type: "timestamp" },
  { name: "feeAccountId", type: "accountId" },
] as const satisfies readonly Column[];

assert(layoutBytes(HEADER_COLUMNS) <= FIELD_SAFE_BYTES, "a header fits a field element");
