/**
 * Packed amounts and fees of a record: decimal floating point, `mantissa · 10^exponent`, with the
 * mantissa in the high bits. A value without an exact form is refused, never rounded silently; a
 * wallet rounds with the `closestPackable…` functions before it signs.
 */
import {
  AMOUNT_MAX,
  PACKED_AMOUNT,
  PACKED_BASE,
  PACKED_FEE,
  type PackedFormat,
} from "../protocol/constants.ts";
import { opsError } from "./errors.ts";

/**
 * Packs an amount with the smallest exponent that represents it.
 *
 * @param amount - In the token's smallest unit.
 * @throws AMOUNT_NOT_PACKABLE
 */
export function packAmount(amount: bigint): bigint {
  const packed = pack(PACKED_AMOUNT, amount);
  if (packed !== undefined) return packed;
  throw opsError({
    code: "AMOUNT_NOT_PACKABLE",
    amount,
    closest: closestBelow(PACKED_AMOUNT, amount),
  });
}

/**
 * Packs a fee with the smallest exponent that represents it.
 *
 * @param fee - In the token's smallest unit.
 * @throws FEE_NOT_PACKABLE
 */
export function packFee(fee: bigint): bigint {
  const packed = pack(PACKED_FEE, fee);
  if (packed !== undefined) return packed;
  throw opsError({ code: "FEE_NOT_PACKABLE", fee, closest: closestBelow(PACKED_FEE, fee) });
}

/**
 * Unpacks an amount. Accepts every encoding that the circuit accepts, also one with a larger
 * exponent than needed.
 *
 * @param packed - The bits, 0 to 2^40 - 1.
 * @returns The amount in the token's smallest unit.
 * @throws AMOUNT_OUT_OF_RANGE if it exceeds 128 bits.
 */
export function unpackAmount(packed: bigint): bigint {
  return unpack(PACKED_AMOUNT, packed);
}

/** Unpacks a fee, as {@link unpackAmount} does an amount. @param packed - 0 to 2^16 - 1. */
export function unpackFee(packed: bigint): bigint {
  return unpack(PACKED_FEE, packed);
}

/**
 * Returns whether a transfer can carry an amount, as any of ten digits followed by zeros.
 *
 * @param amount - In the token's smallest unit.
 * @returns False also for values that are negative or exceed 128 bits.
 *
 * @example
 * isPackableAmount(1_234_567_890_000n); // true
 * isPackableAmount(123_456_789_012_345n); // false
 */
export function isPackableAmount(amount: bigint): boolean {
  return pack(PACKED_AMOUNT, amount) !== undefined;
}

/**
 * Returns whether a transaction can carry a fee, as any of three digits followed by zeros.
 *
 * @param fee - In the token's smallest unit.
 * @returns False also for values that are negative or exceed 128 bits.
 *
 * @example
 * isPackableFee(1_000_000n); // true
 * isPackableFee(1_234_567n); // false
 */
export function isPackableFee(fee: bigint): boolean {
  return pack(PACKED_FEE, fee) !== undefined;
}

/**
 * Rounds an amount down to what a transfer can carry.
 *
 * @param amount - In the token's smallest unit, 0 to 2^128 - 1.
 * @returns The largest packable amount up to `amount`.
 * @throws AMOUNT_OUT_OF_RANGE
 *
 * @example
 * closestPackableAmountBelow(123_456_789_012_345n); // 123456789010000n
 */
export function closestPackableAmountBelow(amount: bigint): bigint {
  assertUint128(amount);
  return closestBelow(PACKED_AMOUNT, amount);
}

/**
 * Rounds an amount up to what a transfer can carry.
 *
 * @param amount - In the token's smallest unit, 0 to 2^128 - 1.
 * @returns The smallest packable amount from `amount` on.
 * @throws AMOUNT_OUT_OF_RANGE, also if there is none.
 *
 * @example
 * closestPackableAmountAbove(123_456_789_012_345n); // 123456789020000n
 */
export function closestPackableAmountAbove(amount: bigint): bigint {
  return closestAbove(PACKED_AMOUNT, amount);
}

/**
 * Rounds a fee down to what a transaction can carry.
 *
 * @param fee - In the token's smallest unit, 0 to 2^128 - 1.
 * @returns The largest packable fee up to `fee`.
 * @throws AMOUNT_OUT_OF_RANGE
 *
 * @example
 * closestPackableFeeBelow(1_234_567n); // 1234000n
 */
export function closestPackableFeeBelow(fee: bigint): bigint {
  assertUint128(fee);
  return closestBelow(PACKED_FEE, fee);
}

/**
 * Rounds a fee up to what a transaction can carry.
 *
 * @param fee - In the token's smallest unit, 0 to 2^128 - 1.
 * @returns The smallest packable fee from `fee` on.
 * @throws AMOUNT_OUT_OF_RANGE, also if there is none.
 *
 * @example
 * closestPackableFeeAbove(1_234_567n); // 1235000n
 */
export function closestPackableFeeAbove(fee: bigint): bigint {
  return closestAbove(PACKED_FEE, fee);
}

/** Powers of the base, for every exponent that a format has. */
const SCALES: readonly bigint[] = Array.from(
  { length: 2 ** Math.max(PACKED_AMOUNT.exponentBits, PACKED_FEE.exponentBits) },
  (_, exponent) => PACKED_BASE ** BigInt(exponent),
);

/** All scales that a format has. */
function scalesOf({ exponentBits }: PackedFormat): readonly bigint[] {
  return SCALES.slice(0, 2 ** exponentBits);
}

function mantissaMaxOf({ mantissaBits }: PackedFormat): bigint {
  return (1n << BigInt(mantissaBits)) - 1n;
}

function pack(format: PackedFormat, value: bigint): bigint | undefined {
  if (value < 0n || value > AMOUNT_MAX) return undefined;
  const mantissaMax = mantissaMaxOf(format);
  // If the first scale that reaches the value does not divide it, no larger scale does.
  const exponent = SCALES.findIndex((scale) => value <= mantissaMax * scale);
  const scale = SCALES[exponent];
  if (scale === undefined || exponent >= 2 ** format.exponentBits) return undefined;
  if (value % scale !== 0n) return undefined;
  return ((value / scale) << BigInt(format.exponentBits)) | BigInt(exponent);
}

function unpack(format: PackedFormat, packed: bigint): bigint {
  const exponent = packed & ((1n << BigInt(format.exponentBits)) - 1n);
  const value = (packed >> BigInt(format.exponentBits)) * PACKED_BASE ** exponent;
  assertUint128(value);
  return value;
}

function closestBelow(format: PackedFormat, value: bigint): bigint {
  const mantissaMax = mantissaMaxOf(format);
  const candidates = scalesOf(format).map((scale) => {
    const mantissa = value / scale;
    return (mantissa < mantissaMax ? mantissa : mantissaMax) * scale;
  });
  return candidates.reduce((best, candidate) => (candidate > best ? candidate : best));
}

function closestAbove(format: PackedFormat, value: bigint): bigint {
  assertUint128(value);
  // The smallest scale that reaches the value is the finest, so it comes closest.
  const scale = scalesOf(format).find((scale) => value <= mantissaMaxOf(format) * scale);
  const closest = scale === undefined ? AMOUNT_MAX + 1n : ((value + scale - 1n) / scale) * scale;
  assertUint128(closest);
  return closest;
}

function assertUint128(value: bigint): void {
  if (value < 0n || value > AMOUNT_MAX) {
    throw opsError({ code: "AMOUNT_OUT_OF_RANGE", field: "amount", value });
  }
}
