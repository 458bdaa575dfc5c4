/**
 * The operation table (design section 4): for each operation its code, who starts it, and which
 * columns of the public data it fills.
 *
 * Every operation writes one **record**, the columns of {@link RECORD_COLUMNS}; a column it does
 * not use is zero. Some add an **extension**: of {@link EXTENSION_COLUMNS} only the columns in use
 * go on the wire. In the circuit an extension is two field elements: `e1` packs op, nonce and
 * address (with the shifts of an account's `meta`), `e2` is the value column.
 */
import { type Column, layoutBytes } from "./layout.ts";
import { OP_CODE_BYTES } from "./constants.ts";
import { assert } from "../util/errors.ts";

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

/** Columns of an extension; `value` is an amount or a field element, as the operation says. */
export const EXTENSION_COLUMNS = ["nonce", "address", "value"] as const;
export type ExtensionColumn = (typeof EXTENSION_COLUMNS)[number];

export const OPERATION_NAMES = [
  "noop",
  "deposit",
  "transfer",
  "transferToNew",
  "withdraw",
  "fullExit",
  "changePubKey",
  "forcedExit",
  "refund",
] as const;
export type OperationName = (typeof OPERATION_NAMES)[number];

export interface OperationSpec {
  readonly code: number;
  /**
   * Where the operation starts: nowhere (padding), in the L1 priority queue, or in a signed L2
   * transaction.
   */
  readonly origin: "padding" | "l1" | "l2";
  /** The operation's own name for each record column that it fills. */
  readonly record: { readonly [C in RecordColumn]?: string };
  /** The operation's own name and type for each extension column that it fills, in wire order. */
  readonly extension: { readonly [C in ExtensionColumn]?: Column };
  /** Whether execution on L1 pays the amount out. */
  readonly payout: boolean;
}

const owner = { name: "owner", type: "address" } as const;
const recipient = { name: "recipient", type: "address" } as const;
const amount = { name: "amount", type: "amount" } as const;

export const OPERATIONS = {
  noop: { code: 0, origin: "padding", record: {}, extension: {}, payout: false },
  deposit: {
    code: 1,
    origin: "l1",
    record: { accountB: "accountId", token: "tokenId" },
    extension: { address: owner, value: amount },
    payout: false,
  },
  transfer: {
    code: 2,
    origin: "l2",
    record: {
      accountA: "fromAccountId",
      accountB: "toAccountId",
      token: "tokenId",
      amount: "amount",
      fee: "fee",
    },
    extension: {},
    payout: false,
  },
  transferToNew: {
    code: 3,
    origin: "l2",
    record: {
      accountA: "fromAccountId",
      accountB: "toAccountId",
      token: "tokenId",
      amount: "amount",
      fee: "fee",
    },
    extension: { address: recipient },
    payout: false,
  },
  withdraw: {
    code: 4,
    origin: "l2",
    record: { accountA: "accountId", token: "tokenId", fee: "fee" },
    extension: { address: recipient, value: amount },
    payout: true,
  },
  fullExit: {
    code: 5,
    origin: "l1",
    record: { accountA: "accountId", token: "tokenId" },
    extension: { address: owner, value: amount },
    payout: true,
  },
  changePubKey: {
    code: 6,
    origin: "l2",
    record: { accountA: "accountId", token: "tokenId", fee: "fee" },
    extension: {
      nonce: { name: "nonce", type: "nonce" },
      address: owner,
      value: { name: "pubKeyHash", type: "field" },
    },
    payout: false,
  },
  forcedExit: {
    code: 7,
    origin: "l2",
    record: {
      accountA: "initiatorAccountId",
      accountB: "targetAccountId",
      token: "tokenId",
      fee: "fee",
    },
    extension: { address: recipient, value: amount },
    payout: true,
  },
  refund: {
    code: 8,
    origin: "l1",
    record: { token: "tokenId" },
    extension: { address: owner, value: amount },
    payout: true,
  },
} as const satisfies { readonly [N in OperationName]: OperationSpec };

/** Wire columns of an operation's extension, without the slot index. Empty if it has none. */
export function extensionColumns(name: OperationName): Column[] {
  const spec: OperationSpec = OPERATIONS[name];
  return EXTENSION_COLUMNS.flatMap((column) => spec.extension[column] ?? []);
}

/** The operation of a code, or undefined if no operation has it. */
export function operationOfCode(code: number): OperationName | undefined {
  return OPERATION_NAMES[code];
}

for (const [index, name] of OPERATION_NAMES.entries()) {
  assert(OPERATIONS[name].code === index, "operation codes count from 0 in table order");
}
assert(OPERATION_NAMES.length <= 256 ** OP_CODE_BYTES, "every operation code fits its bytes");
