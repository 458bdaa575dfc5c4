/** Parses the inputs of a circuit from JSON. */

/** What JSON.parse passes on about a value, in ES2026. */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Parses JSON in which numbers have any size. @throws SyntaxError */
export function parseInputs(text: string): unknown {
  return JSON.parse(text, keepDigits as (key: string) => unknown);
}

/** A number above 2^53 keeps all digits. */
const keepDigits: Reviver = (_, value, { source }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "")
    ? BigInt(source!)
    : value;
