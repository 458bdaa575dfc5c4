/** Reads the inputs of a circuit from a JSON file. */
import { readFile } from "node:fs/promises";
import { circomError } from "./errors.ts";
import type { InputValues } from "./witness-inputs.ts";

/** What JSON.parse passes on about a value, in ES2026. */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Reads the inputs of a circuit.
 *
 * @param file - JSON: an object with numbers of any size, or decimal or 0x-hex strings.
 * @throws INPUT_FILE_UNREADABLE
 */
export async function readInputFile(file: string): Promise<InputValues> {
  let inputs: unknown;
  try {
    inputs = parseInputs(await readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw circomError({ code: "INPUT_FILE_UNREADABLE", file, reason }, { cause: error });
  }
  if (typeof inputs === "object" && inputs !== null && !Array.isArray(inputs)) {
    return inputs as InputValues;
  }
  throw circomError({ code: "INPUT_FILE_UNREADABLE", file, reason: "it has no object" });
}

/** Parses JSON in which numbers have any size. @throws SyntaxError */
export function parseInputs(text: string): unknown {
  return JSON.parse(text, keepDigits as (key: string) => unknown);
}

/** A number above 2^53 keeps all digits. */
const keepDigits: Reviver = (_, value, { source }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "")
    ? BigInt(source!)
    : value;
