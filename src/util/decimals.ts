/** Decimal texts as integers, without floating point. */

/** Longer texts are no prices. */
const CHARACTERS_MAX = 80;
const EXPONENT_MAX = 60;
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal text, such as "0.00042" or "4.2e-4".
 *
 * @param text - Not negative.
 * @param decimals - Digits after the point of the result; further ones are cut off.
 * @returns The value times 10^decimals, or undefined if it is no such text.
 *
 * @example
 * parseDecimal("4.2e-4", 18); // 420000000000000n
 */
export function parseDecimal(text: string, decimals: number): bigint | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const shift = decimals + exponent - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/**
 * Writes an integer as a decimal text.
 *
 * @param value - Not negative.
 * @param decimals - Digits after the point, which are not written if they are zeros at the end.
 * @returns With at least one digit after the point, unless `decimals` is 0.
 *
 * @example
 * formatDecimal(1_500_000n, 6); // "1.5"
 */
export function formatDecimal(value: bigint, decimals: number): string {
  const digits = value.toString().padStart(decimals + 1, "0");
  if (decimals === 0) return digits;
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return `${digits.slice(0, -decimals)}.${fraction || "0"}`;
}
