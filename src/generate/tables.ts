/** Tables and helpers that the renderers of generated files share. */
import { RECORD_BYTES, RECORD_COLUMNS } from "../protocol/columns.ts";
import { type Column, layoutBytes, placeColumns } from "../protocol/layout.ts";
import { MESSAGE_WORDS } from "../protocol/signing.ts";
import { HEADER_COLUMNS } from "../protocol/public-inputs.ts";
import { OPERATION_NAMES, OPERATIONS } from "../operations/table.ts";
import * as constants from "../protocol/constants.ts";

/** First line of every generated file, without the comment sign. */
export const GENERATED_NOTICE = "generated from src/protocol; run `npm run generate`";

/**
 * First line of files that are generated from the specs of operations, without the comment sign.
 */
export const OPERATIONS_NOTICE = "generated from src/operations; run `npm run generate`";

/** Converts `newStateRoot` to `NEW_STATE_ROOT`. */
export function toUpperSnake(name: string): string {
  return name.replaceAll(/([A-Z])/g, "_$1").toUpperCase();
}

/** Converts `changePubKey` to `ChangePubKey`. */
export function toPascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Converts `changePubKey` to `change-pub-key`. */
export function toKebab(name: string): string {
  return name.replaceAll(/([A-Z])/g, "-$1").toLowerCase();
}

/** Returns the bits by which each column's value is shifted left in the packed integer. */
function columnShifts(prefix: string, columns: readonly Column[]): [string, bigint][] {
  const bytes = layoutBytes(columns);
  return placeColumns(columns).map((column) => [
    `${prefix}_${toUpperSnake(column.name)}_SHIFT_BITS`,
    BigInt(8 * (bytes - column.offsetBytes - column.bytes)),
  ]);
}

/** A named number of the protocol, for every generated language. */
export type NamedNumber = readonly [name: string, value: bigint];

/** Codes of all operations, from `OP_NOOP` on. */
export function operationCodes(): NamedNumber[] {
  return OPERATION_NAMES.map((name) => [`OP_${toUpperSnake(name)}`, BigInt(OPERATIONS[name].code)]);
}

/** Widths in bytes that circuits and contracts both name. */
export function wireWidths(): NamedNumber[] {
  const { ACCOUNT_ID_BYTES, TOKEN_ID_BYTES, ADDRESS_BYTES, AMOUNT_BYTES, NONCE_BYTES } = constants;
  const { TIMESTAMP_BYTES, BLOCK_NUMBER_BYTES } = constants;
  const widths = {
    ACCOUNT_ID_BYTES,
    TOKEN_ID_BYTES,
    ADDRESS_BYTES,
    AMOUNT_BYTES,
    NONCE_BYTES,
    TIMESTAMP_BYTES,
    BLOCK_NUMBER_BYTES,
    RECORD_BYTES,
  };
  return Object.entries(widths).map(([name, bytes]) => [name, BigInt(bytes)]);
}

/** Shifts of the columns of a record. */
export const recordShifts = (): NamedNumber[] => columnShifts("RECORD", RECORD_COLUMNS);

/** Shifts of the columns of the header public input. */
export const headerShifts = (): NamedNumber[] => columnShifts("HEADER", HEADER_COLUMNS);

/** Shifts of the columns of the signed words, counted from 1 (docs/pubdata.md#signed-message). */
export const messageShifts = (): NamedNumber[] =>
  MESSAGE_WORDS.flatMap((word, index) => columnShifts(`MESSAGE_${index + 1}`, word));

/** Shifts in the first extension word. */
export function extensionShifts(): NamedNumber[] {
  const { EXTENSION_ADDRESS_SHIFT_BITS, EXTENSION_NONCE_SHIFT_BITS } = constants;
  const { EXTENSION_OP_SHIFT_BITS } = constants;
  const shifts = {
    EXTENSION_ADDRESS_SHIFT_BITS,
    EXTENSION_NONCE_SHIFT_BITS,
    EXTENSION_OP_SHIFT_BITS,
  };
  return Object.entries(shifts).map(([name, bits]) => [name, BigInt(bits)]);
}
