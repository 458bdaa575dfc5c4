/**
 * Wire layouts: lists of typed columns in wire order. Offsets are computed, never typed.
 * All integers are big-endian.
 */
import * as constants from "./constants.ts";

/** Types of a value on the wire, with their widths in bytes. */
export const FIELD_TYPE_BYTES = {
  opCode: constants.OP_CODE_BYTES,
  accountId: constants.ACCOUNT_ID_BYTES,
  tokenId: constants.TOKEN_ID_BYTES,
  packedAmount: constants.PACKED_AMOUNT_BYTES,
  packedFee: constants.PACKED_FEE_BYTES,
  amount: constants.AMOUNT_BYTES,
  nonce: constants.NONCE_BYTES,
  address: constants.ADDRESS_BYTES,
  timestamp: constants.TIMESTAMP_BYTES,
  blockNumber: constants.BLOCK_NUMBER_BYTES,
  field: constants.FIELD_BYTES,
} as const;
export type FieldType = keyof typeof FIELD_TYPE_BYTES;

export interface Column<Name extends string = string> {
  readonly name: Name;
  readonly type: FieldType;
  /** Zero bytes before the column, which no value fills; 0 by default. */
  readonly guardBytes?: number;
}

export interface PlacedColumn<Name extends string = string> extends Column<Name> {
  readonly offsetBytes: number;
  readonly bytes: number;
}

/** Adds to each column its width and its offset from the start of the layout, both in bytes. */
export function placeColumns<Name extends string>(
  columns: readonly Column<Name>[],
): PlacedColumn<Name>[] {
  let offsetBytes = 0;
  return columns.map((column) => {
    const bytes = FIELD_TYPE_BYTES[column.type];
    offsetBytes += column.guardBytes ?? 0;
    const placed = { ...column, offsetBytes, bytes };
    offsetBytes += bytes;
    return placed;
  });
}

/** Counts the bytes of a layout. */
export function layoutBytes(columns: readonly Column[]): number {
  return columns.reduce(
    (sum, { type, guardBytes = 0 }) => sum + guardBytes + FIELD_TYPE_BYTES[type],
    0,
  );
}

/**
 * Packs unsigned integers into one big-endian integer, the first column in the highest bits.
 *
 * @param columns - The layout.
 * @param values - One value per column, by name; each must fit its column.
 * @throws RangeError if a value is missing, negative or too wide; callers check their input first.
 */
export function packColumns<Name extends string>(
  columns: readonly Column<Name>[],
  values: { readonly [N in Name]: bigint | number },
): bigint {
  let packed = 0n;
  for (const { name, type, guardBytes = 0 } of columns) {
    const bits = BigInt(8 * FIELD_TYPE_BYTES[type]);
    const value = BigInt(values[name]);
    if (value < 0n || value >> bits !== 0n) {
      throw new RangeError(`${name} = ${value} does not fit ${bits} bits`);
    }
    packed = (packed << (bits + BigInt(8 * guardBytes))) | value;
  }
  return packed;
}

/** Unpacks what {@link packColumns} packs. Bits above the layout are ignored. */
export function unpackColumns<Name extends string>(
  columns: readonly Column<Name>[],
  packed: bigint,
): { [N in Name]: bigint } {
  const values: Partial<Record<Name, bigint>> = {};
  let rest = packed;
  for (const { name, type, guardBytes = 0 } of columns.toReversed()) {
    const bits = BigInt(8 * FIELD_TYPE_BYTES[type]);
    values[name] = rest & ((1n << bits) - 1n);
    rest >>= bits + BigInt(8 * guardBytes);
  }
  return values as { [N in Name]: bigint };
}
