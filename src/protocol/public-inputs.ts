/** Public inputs of a block proof, in order (design section 5). */
import { type Column, layoutBytes } from "./layout.ts";
import { FIELD_SAFE_BYTES } from "./constants.ts";
import { assert } from "../util/errors.ts";

export const PUBLIC_INPUTS = [
  "oldStateRoot",
  "newStateRoot",
  "header",
  "domain",
  "digest",
  "z",
  "y",
] as const;
export type PublicInput = (typeof PUBLIC_INPUTS)[number];

/** Columns of the `header` public input. */
export const HEADER_COLUMNS = [
  { name: "blockNumber", type: "blockNumber" },
  { name: "timestamp", type: "timestamp" },
  { name: "feeAccountId", type: "accountId" },
] as const satisfies readonly Column[];

assert(layoutBytes(HEADER_COLUMNS) <= FIELD_SAFE_BYTES, "a header fits a field element");
