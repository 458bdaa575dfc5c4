/** The public data of a block, field by field. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { encodePubdata } from "../../src/block/pubdata.ts";
import { publicFields } from "../../src/operations/codec.ts";
import type { OperationSpec } from "../../src/operations/definition.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { unpackAmount, unpackFee } from "../../src/operations/packed.ts";
import {
  extensionColumns,
  type OperationName,
  operationOfCode,
  OPERATIONS,
} from "../../src/operations/table.ts";
import { RECORD_COLUMNS } from "../../src/protocol/columns.ts";
import { RECORD_COUNT_BYTES, SLOT_INDEX_BYTES } from "../../src/protocol/constants.ts";
import { type FieldType, FIELD_TYPE_BYTES, placeColumns } from "../../src/protocol/layout.ts";
import { integerFromBytes } from "../../src/util/bytes.ts";
import { type Data, integerOf } from "./fields.tsx";
import type { OperationInfo } from "./operations.tsx";

/** What the bytes of a field are; each has a colour. */
export type PubdataType = FieldType | "count" | "slotIndex" | "unused";

/** Some bytes of the public data that belong together. */
export interface PubdataField {
  readonly offsetBytes: number;
  /** Bytes as hex digits, without 0x. */
  readonly hex: string;
  /** Name of the field in its operation. */
  readonly name: string;
  readonly type: PubdataType;
  /** The value; unpacked, if it is an amount or a fee. */
  readonly value: bigint;
}

/** A line of the picture: the count of records, a record, or an extension. */
export interface PubdataRow {
  readonly part: "count" | "record" | "extension";
  /** Slot of the operation; undefined for the count. */
  readonly slot: number | undefined;
  readonly operation: OperationName | undefined;
  /** Token of the operation's amounts. */
  readonly tokenId: number;
  readonly fields: readonly PubdataField[];
}

/** Bytes that are read from the front. */
class Reader {
  #offsetBytes = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(name: string, type: PubdataType, length: number): PubdataField {
    const offsetBytes = this.#offsetBytes;
    const bytes = this.#bytes.subarray(offsetBytes, offsetBytes + length);
    this.#offsetBytes += length;
    const bits = integerFromBytes(bytes);
    return { offsetBytes, hex: bytesToHex(bytes), name, type, value: decode(type, bits) };
  }
}

function decode(type: PubdataType, bits: bigint): bigint {
  if (type === "packedAmount") return unpackAmount(bits);
  return type === "packedFee" ? unpackFee(bits) : bits;
}

/**
 * Takes public data apart. It is decoded as a whole first, so a fault is reported there.
 *
 * @param pubdata - The whole public data of one block, which `decodePubdata` accepts.
 */
export function layOutPubdata(pubdata: Uint8Array): PubdataRow[] {
  const reader = new Reader(pubdata);
  const count = reader.read("number of records", "count", RECORD_COUNT_BYTES);
  const records = Array.from({ length: Number(count.value) }, (_, slot) =>
    readRecord(reader, slot),
  );
  const extensions = records.flatMap((record) => readExtension(reader, record));
  const head = { part: "count", slot: undefined, operation: undefined, tokenId: 0 } as const;
  return [{ ...head, fields: [count] }, ...records, ...extensions];
}

function readRecord(reader: Reader, slot: number): PubdataRow {
  const [op, ...columns] = placeColumns<(typeof RECORD_COLUMNS)[number]["name"]>(RECORD_COLUMNS);
  const code = reader.read("operation", op!.type, op!.bytes);
  const operation = operationOfCode(Number(code.value)) ?? "noop";
  const { record }: OperationSpec = OPERATIONS[operation];
  const fields = columns.map(({ name, type, bytes }) => {
    const own = name === "op" ? undefined : record[name];
    return reader.read(own ?? `${name}, unused`, own === undefined ? "unused" : type, bytes);
  });
  const token = fields.find(({ type }) => type === "tokenId");
  const tokenId = Number(token?.value ?? 0n);
  return { part: "record", slot, operation, tokenId, fields: [code, ...fields] };
}

function readExtension(reader: Reader, { slot, operation, tokenId }: PubdataRow): PubdataRow[] {
  const columns = operation === undefined ? [] : extensionColumns(operation);
  if (columns.length === 0) return [];
  const index = reader.read("slot", "slotIndex", SLOT_INDEX_BYTES);
  const fields = columns.map(({ name, type }) => reader.read(name, type, FIELD_TYPE_BYTES[type]));
  return [{ part: "extension", slot, operation, tokenId, fields: [index, ...fields] }];
}

/** Encodes the operations that a node lists, as they are on L1 or will be. */
export function encodeOperations(operations: readonly OperationInfo[]): Uint8Array {
  const slots: PublicOperation[] = [];
  for (const { slotIndex, type, data } of operations) {
    while (slots.length < slotIndex) slots.push({ type: "noop" });
    slots.push(toPublicOperation(type, data));
  }
  return encodePubdata(slots);
}

function toPublicOperation(type: OperationName, data: Data): PublicOperation {
  const fields = publicFields(type).map(({ name, type: fieldType }) => {
    const value = integerOf(data, name) ?? 0n;
    const isNumber = fieldType === "accountId" || fieldType === "tokenId" || fieldType === "nonce";
    return [name, isNumber ? Number(value) : value];
  });
  return { type, ...Object.fromEntries(fields) } as PublicOperation;
}
