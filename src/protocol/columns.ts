/**
 * Columns of the public data of an operation, see docs/pubdata.md#record.
 *
 * Every operation writes one **record** with the columns of {@link RECORD_COLUMNS}; unused columns
 * are zero. Some operations add an **extension**, of which only the used columns of
 * {@link EXTENSION_COLUMNS} go on the wire. In the circuit an extension is two field elements: `e1`
 * packs op, nonce and address (with the shifts of an account's `meta`), `e2` is the value column.
 */
import { type Column, layoutBytes } from "./layout.ts";

export const RECORD_COLUMNS = [
  { name: "op", type: "opCode" },
  { name: "accountA", type: "accountId" },
  { name: "accountB", type: "accountId" },
  { name: "token", type: "tokenId" },
  { name: "amount", type: "packedAmount" },
  { name: "fee", type: "packedFee" },
] as const satisfies readonly Column[];
export type RecordColumn = Exclude<(typeof RECORD_COLUMNS)[number]["name"], "op">;

/** Bytes of a record on the wire. */
export const RECORD_BYTES = layoutBytes(RECORD_COLUMNS);

/**
 * Columns of an extension; the operation decides whether `value` is an amount or a field element.
 */
export const EXTENSION_COLUMNS = ["nonce", "address", "value"] as const;
export type ExtensionColumn = (typeof EXTENSION_COLUMNS)[number];
