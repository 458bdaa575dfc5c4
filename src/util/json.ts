/**
 * The one form of bigints in JSON: a string of 0x-hex without leading zeros, `"0x0"` for zero, as
 * Ethereum's quantities. Results of `rollup_*` methods, `--json` outputs, checkpoints, snapshots
 * and deployment files have it. Where no schema says that a string is an integer, as in the facts
 * of an error, the bigint is `{ "bigint": "0x…" }`.
 *
 * Readers take decimal strings too: files of earlier versions have them.
 */

/** What {@link bigintFromJson} takes, for schemas. */
export const BIGINT_JSON = /^(0x[0-9a-fA-F]+|\d+)$/;

/** In tagged values, which come from anybody: short enough to be read at once. */
const TAGGED_BIGINT = /^(0x[0-9a-fA-F]{1,100}|-?\d{1,100})$/;

/**
 * Writes an integer as a string for JSON.
 *
 * @param value - Any integer.
 * @returns 0x-hex; decimal if the value is negative, as 0x-hex has no sign.
 *
 * @example
 * bigintToJson(255n); // "0xff"
 */
export function bigintToJson(value: bigint): string {
  return value < 0n ? value.toString() : `0x${value.toString(16)}`;
}

/**
 * Reads an integer from JSON: the inverse of {@link bigintToJson}, for integers from 0 on.
 *
 * @param text - 0x-hex, or decimal.
 * @returns The integer, which is not negative.
 * @throws RangeError for any other text
 *
 * @example
 * bigintFromJson("0xff"); // 255n
 * bigintFromJson("255"); // 255n
 */
export function bigintFromJson(text: string): bigint {
  if (!BIGINT_JSON.test(text)) throw new RangeError(`not an integer in JSON: ${text}`);
  return BigInt(text);
}

/**
 * Turns a value into one that JSON carries.
 *
 * @param value - Any nesting of plain objects, lists, texts, numbers, booleans, null and bigints.
 * @returns A copy, in which bigints are 0x-hex and undefined properties are left out.
 *
 * @example
 * toJson({ amount: 255n, memo: undefined }); // { amount: "0xff" }
 */
export function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return bigintToJson(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toJson);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, toJson(field)]));
}

/** A value as JSON text for files and outputs that people look at, indented, with a line break. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(toJson(value), null, 2)}\n`;
}

/** A value as JSON, with each bigint as `{ "bigint": "0x…" }`. */
export function toTaggedJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, item: unknown) =>
      typeof item === "bigint" ? { bigint: bigintToJson(item) } : item,
    ),
  );
}

/** The inverse of {@link toTaggedJson}. What only looks like a tagged bigint stays as it is. */
export function fromTaggedJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, item: unknown) =>
    isTagged(item) ? BigInt(item.bigint) : item,
  );
}

function isTagged(value: unknown): value is { readonly bigint: string } {
  if (typeof value !== "object" || value === null || !("bigint" in value)) return false;
  const { bigint } = value;
  const isAlone = Object.keys(value).length === 1;
  return isAlone && typeof bigint === "string" && TAGGED_BIGINT.test(bigint);
}
