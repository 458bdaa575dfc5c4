/** Converts operations to columns and words of the public data and back, by the table. */
import {
  EXTENSION_COLUMNS,
  type ExtensionColumn,
  RECORD_COLUMNS,
  type RecordColumn,
} from "../protocol/columns.ts";
import { EXTENSION_NONCE_SHIFT_BITS, EXTENSION_OP_SHIFT_BITS } from "../protocol/constants.ts";
import { type FieldType, packColumns } from "../protocol/layout.ts";
import { NUMBER_TYPES, type OperationSpec } from "./definition.ts";
import { opsError } from "./errors.ts";
import type { PublicOperation } from "./operation.ts";
import { packAmount, packFee, unpackAmount, unpackFee } from "./packed.ts";
import { OPERATION_NAMES, OPERATIONS, type OperationName } from "./table.ts";

/** A field of an operation's public data. A packed type requires a packed form of the value. */
export interface PublicField {
  readonly name: string;
  readonly type: FieldType;
}

type Bits<Column extends string> = { readonly [C in Column]: bigint };

/** The bits of an operation in every column of the public data; unused columns are 0. */
export interface OperationColumns {
  readonly type: OperationName;
  readonly record: Bits<RecordColumn>;
  readonly extension: Bits<ExtensionColumn>;
}

/** The field of an operation that fills each column; none if the column is unused. */
interface Placement {
  readonly part: "record" | "extension";
  readonly column: string;
  readonly field: PublicField | undefined;
}

function placementsFor(type: OperationName): Placement[] {
  const spec: OperationSpec = OPERATIONS[type];
  const inRecord = RECORD_COLUMNS.flatMap((column): Placement[] => {
    if (column.name === "op") return [];
    const name = spec.record[column.name];
    const field = name === undefined ? undefined : { name, type: column.type };
    return [{ part: "record", column: column.name, field }];
  });
  const inExtension = EXTENSION_COLUMNS.map((column): Placement => ({
    part: "extension",
    column,
    field: spec.extension[column],
  }));
  return [...inRecord, ...inExtension];
}

function forEachOperation<T>(create: (type: OperationName) => T): Record<OperationName, T> {
  return Object.fromEntries(OPERATION_NAMES.map((type) => [type, create(type)])) as Record<
    OperationName,
    T
  >;
}

const PLACEMENTS = forEachOperation(placementsFor);

const PUBLIC_FIELDS = forEachOperation((type): readonly PublicField[] =>
  PLACEMENTS[type].flatMap(({ field }) => field ?? []),
);

/** Lists the fields of an operation's public data, the record's first. */
export function publicFields(type: OperationName): readonly PublicField[] {
  return PUBLIC_FIELDS[type];
}

/** Encodes the columns of an operation. @throws AMOUNT_NOT_PACKABLE, FEE_NOT_PACKABLE */
export function toColumns(operation: PublicOperation): OperationColumns {
  const values = operation as unknown as { readonly [field: string]: number | bigint };
  const bits = { record: {} as Record<string, bigint>, extension: {} as Record<string, bigint> };
  for (const { part, column, field } of PLACEMENTS[operation.type]) {
    bits[part][column] = field === undefined ? 0n : encodeField(field.type, values[field.name]!);
  }
  return { type: operation.type, ...bits } as OperationColumns;
}

/**
 * Decodes columns, the inverse of {@link toColumns}.
 *
 * @throws UNUSED_COLUMN_NOT_ZERO, AMOUNT_OUT_OF_RANGE
 */
export function fromColumns(columns: OperationColumns): PublicOperation {
  const { type } = columns;
  const operation: Record<string, unknown> = { type };
  for (const { part, column, field } of PLACEMENTS[type]) {
    const value = (columns[part] as { readonly [column: string]: bigint })[column]!;
    if (field !== undefined) operation[field.name] = decodeField(field.type, value);
    else if (value !== 0n) {
      throw opsError({ code: "UNUSED_COLUMN_NOT_ZERO", operation: type, column, value });
    }
  }
  return operation as PublicOperation;
}

/** Encodes the record as one integer, the element `a` of the block's data. */
export function recordWord({ type, record }: OperationColumns): bigint {
  return packColumns(RECORD_COLUMNS, { op: OPERATIONS[type].code, ...record });
}

/** Encodes the elements `e1` and `e2` of the block's data; zeros without an extension. */
export function extensionWords({ type, extension }: OperationColumns): [e1: bigint, e2: bigint] {
  if (!hasExtension(type)) return [0n, 0n];
  const op = BigInt(OPERATIONS[type].code) << BigInt(EXTENSION_OP_SHIFT_BITS);
  const nonce = extension.nonce << BigInt(EXTENSION_NONCE_SHIFT_BITS);
  return [op + nonce + extension.address, extension.value];
}

export function hasExtension(type: OperationName): boolean {
  return Object.keys(OPERATIONS[type].extension).length > 0;
}

function encodeField(type: FieldType, value: number | bigint): bigint {
  if (type === "packedAmount") return packAmount(BigInt(value));
  if (type === "packedFee") return packFee(BigInt(value));
  return BigInt(value);
}

function decodeField(type: FieldType, bits: bigint): number | bigint {
  if (type === "packedAmount") return unpackAmount(bits);
  if (type === "packedFee") return unpackFee(bits);
  return (NUMBER_TYPES as readonly FieldType[]).includes(type) ? Number(bits) : bits;
}
