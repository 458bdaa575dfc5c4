/**
 * Ranges of single fields, for any state: the first check of data from outside.
 */
import { FIELD_MODULUS } from "../protocol/constants.ts";
import { FIELD_TYPE_BYTES, type FieldType } from "../protocol/layout.ts";
import { type PublicField, publicFields } from "./codec.ts";
import { opsError } from "./errors.ts";
import type { PublicOperation } from "./operation.ts";
import { packAmount, packFee } from "./packed.ts";

/** Field types whose values are amounts of a token, packed or not. */
const AMOUNT_TYPES: readonly FieldType[] = ["amount", "packedAmount", "packedFee"];

/**
 * Asserts that every field of an operation's public data fits its column.
 *
 * @throws AMOUNT_OUT_OF_RANGE, AMOUNT_NOT_PACKABLE, FEE_NOT_PACKABLE, FIELD_OUT_OF_RANGE
 */
export function assertPublicFields(operation: PublicOperation): void {
  const values = operation as unknown as { readonly [field: string]: number | bigint };
  for (const field of publicFields(operation.type)) assertField(field, values[field.name]!);
}

/** Asserts that one value fits a column of its type. @throws as {@link assertPublicFields} */
export function assertField({ name, type }: PublicField, value: number | bigint): void {
  if (AMOUNT_TYPES.includes(type)) assertAmount(name, type, BigInt(value));
  else if (!fits(value, type)) {
    throw opsError({ code: "FIELD_OUT_OF_RANGE", field: name, value, bits: bitsOf(type) });
  }
}

function assertAmount(name: string, type: FieldType, value: bigint): void {
  if (!fits(value, "amount")) throw opsError({ code: "AMOUNT_OUT_OF_RANGE", field: name, value });
  if (type === "packedAmount") packAmount(value);
  if (type === "packedFee") packFee(value);
}

function fits(value: number | bigint, type: FieldType): boolean {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return false;
  const limit = type === "field" ? FIELD_MODULUS : 1n << BigInt(bitsOf(type));
  return value >= 0 && BigInt(value) < limit;
}

function bitsOf(type: FieldType): number {
  return 8 * FIELD_TYPE_BYTES[type];
}
