/**
 * The public data of a block as bytes: the number of records, the records without the noops at the
 * end, and the extensions, each after the index of its slot.
 *
 * @see docs/pubdata.md#a-block
 */
import { concatBytes } from "@noble/hashes/utils.js";
import {
  type OperationColumns,
  fromColumns,
  hasExtension,
  recordWord,
  toColumns,
} from "../operations/codec.ts";
import { assertPublicFields } from "../operations/fields.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { RECORD_COUNT_BYTES, SLOT_INDEX_BYTES } from "../protocol/constants.ts";
import { FIELD_TYPE_BYTES, unpackColumns } from "../protocol/layout.ts";
import {
  EXTENSION_COLUMNS,
  type ExtensionColumn,
  RECORD_BYTES,
  RECORD_COLUMNS,
  type RecordColumn,
} from "../protocol/columns.ts";
import { OPERATIONS, type OperationName, operationOfCode } from "../operations/table.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { integerFromBytes, integerToBytes } from "../util/bytes.ts";
import { blockError } from "./errors.ts";

/**
 * Encodes the public data of a block.
 *
 * @param operations - The operations of the block, by slot; noops at the end add no bytes.
 * @returns The bytes that go to L1 as calldata.
 * @throws AMOUNT_NOT_PACKABLE, FEE_NOT_PACKABLE
 *
 * @example
 * encodePubdata([{ type: "noop" }]); // new Uint8Array([0, 0])
 */
export function encodePubdata(operations: readonly PublicOperation[]): Uint8Array {
  const recordCount = operations.findLastIndex(({ type }) => type !== "noop") + 1;
  const columns = operations.slice(0, recordCount).map(toColumns);
  return concatBytes(
    integerToBytes(recordCount, RECORD_COUNT_BYTES),
    ...columns.map((slot) => integerToBytes(recordWord(slot), RECORD_BYTES)),
    ...columns.flatMap((slot, index) =>
      hasExtension(slot.type) ? encodeExtension(slot, index) : [],
    ),
  );
}

/**
 * Decodes the public data of a block. Accepts exactly what L1 accepts, including an amount with a
 * larger exponent than needed.
 *
 * @param pubdata - The whole public data of one block.
 * @returns The operations by slot, without the noops at the end.
 * @throws PUBDATA_TRUNCATED, PUBDATA_TOO_LONG, PUBDATA_TRAILING_NOOP, PUBDATA_UNKNOWN_OPERATION,
 * PUBDATA_EXTENSION_MISPLACED, UNUSED_COLUMN_NOT_ZERO, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 *
 * @example
 * const deposit = { type: "deposit", accountId: 1, owner: 0xa11cen, tokenId: 0, amount: 100n };
 * decodePubdata(encodePubdata([deposit, { type: "noop" }])); // [deposit]
 * decodePubdata(new Uint8Array([0])); // throws PUBDATA_TRUNCATED
 */
export function decodePubdata(pubdata: Uint8Array): PublicOperation[] {
  const reader = createReader(pubdata);
  const recordCount = Number(reader.read(RECORD_COUNT_BYTES));
  const records = Array.from({ length: recordCount }, () => reader.read(RECORD_BYTES));
  const operations = records.map(decodeRecord).map((columns, slot) => {
    const hasNone = !hasExtension(columns.type);
    const operation = fromColumns(hasNone ? columns : readExtension(reader, columns, slot));
    assertPublicFields(operation);
    return operation;
  });
  reader.end();
  if (operations.at(-1)?.type === "noop") {
    throw blockError({ code: "PUBDATA_TRAILING_NOOP", records: recordCount });
  }
  return operations;
}

/** Returns the extension columns of an operation in wire order, with their widths. */
function extensionWidths(type: OperationName): { column: ExtensionColumn; bytes: number }[] {
  const { extension }: OperationSpec = OPERATIONS[type];
  return EXTENSION_COLUMNS.flatMap((column) => {
    const field = extension[column];
    return field === undefined ? [] : [{ column, bytes: FIELD_TYPE_BYTES[field.type] }];
  });
}

function encodeExtension({ type, extension }: OperationColumns, slot: number): Uint8Array[] {
  const values = extensionWidths(type).map(({ column, bytes }) =>
    integerToBytes(extension[column], bytes),
  );
  return [integerToBytes(slot, SLOT_INDEX_BYTES), ...values];
}

function decodeRecord(word: bigint, slot: number): OperationColumns {
  const { op, ...record } = unpackColumns<"op" | RecordColumn>(RECORD_COLUMNS, word);
  const type = operationOfCode(Number(op));
  if (type === undefined) {
    throw blockError({ code: "PUBDATA_UNKNOWN_OPERATION", slot, op: Number(op) });
  }
  return { type, record, extension: { nonce: 0n, address: 0n, value: 0n } };
}

function readExtension(reader: Reader, columns: OperationColumns, slot: number): OperationColumns {
  const index = Number(reader.read(SLOT_INDEX_BYTES));
  if (index !== slot) {
    throw blockError({ code: "PUBDATA_EXTENSION_MISPLACED", slot: index, expected: slot });
  }
  const extension = { ...columns.extension };
  for (const { column, bytes } of extensionWidths(columns.type)) {
    extension[column] = reader.read(bytes);
  }
  return { ...columns, extension };
}

interface Reader {
  /** Reads the next `bytes` bytes as a big-endian integer. @throws PUBDATA_TRUNCATED */
  readonly read: (bytes: number) => bigint;
  /** Checks that no bytes are left. @throws PUBDATA_TOO_LONG */
  readonly end: () => void;
}

function createReader(data: Uint8Array): Reader {
  let offsetBytes = 0;
  const lengthBytes = data.length;
  return {
    read: (bytes) => {
      const start = offsetBytes;
      offsetBytes += bytes;
      if (offsetBytes > lengthBytes) {
        throw blockError({ code: "PUBDATA_TRUNCATED", offsetBytes: offsetBytes - 1, lengthBytes });
      }
      return integerFromBytes(data.subarray(start, offsetBytes));
    },
    end: () => {
      if (offsetBytes < lengthBytes) {
        throw blockError({ code: "PUBDATA_TOO_LONG", expectedBytes: offsetBytes, lengthBytes });
      }
    },
  };
}
