/** Random operations as public data: every field fits its column, but no state allows them. */
import type { PublicOperation } from "../../src/operations/operation.ts";
import { NUMBER_TYPES } from "../../src/operations/definition.ts";
import { publicFields } from "../../src/operations/codec.ts";
import { FIELD_TYPE_BYTES, type FieldType } from "../../src/protocol/layout.ts";
import type { OperationName } from "../../src/operations/table.ts";
import { AMOUNT_MAX, PACKED_AMOUNT, PACKED_FEE } from "../../src/protocol/constants.ts";
import type { Random } from "./random.ts";

export function createRandomPublicOperation<N extends OperationName>(
  random: Random,
  type: N,
): PublicOperation<N> {
  const fields = publicFields(type).map(({ name, type }) => [name, randomValue(random, type)]);
  return { type, ...Object.fromEntries(fields) } as PublicOperation<N>;
}

function randomValue(random: Random, type: FieldType): number | bigint {
  if (type === "packedAmount") return randomDecimal(random, PACKED_AMOUNT.mantissaBits);
  if (type === "packedFee") return randomDecimal(random, PACKED_FEE.mantissaBits);
  if (type === "field") return random.field();
  const bits = 8 * FIELD_TYPE_BYTES[type];
  const isNumber = (NUMBER_TYPES as readonly FieldType[]).includes(type);
  return isNumber ? Number(random.bigint(bits)) : random.bigint(bits);
}

/** Returns `mantissa · 10^exponent`, at most the maximum amount. */
function randomDecimal(random: Random, mantissaBits: number): bigint {
  const value = random.bigint(mantissaBits) * 10n ** BigInt(random.int(32));
  return value <= AMOUNT_MAX ? value : randomDecimal(random, mantissaBits);
}
