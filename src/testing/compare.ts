/** Compares the values of signals with expected ones, and names those that differ. */
import { inspect } from "node:util";
import { isFieldElement } from "../crypto/field.ts";
import { isList, type SignalTree } from "../circom/signal-tree.ts";
import {
  type InputValue,
  type SignalArray,
  type SignalValue,
  toElements,
  toInteger,
} from "../circom/witness-inputs.ts";
import { testingError } from "./errors.ts";

/** Expected values of a signal's type: as inputs are written; the fields of a bus are optional. */
export type ExpectedOf<Value> = SignalTree extends Value
  ? InputValue
  : Value extends bigint
    ? SignalValue
    : Value extends readonly (infer Element)[]
      ? (Element extends bigint ? SignalArray : never) | readonly ExpectedOf<Element>[]
      : { readonly [Field in keyof Value]?: ExpectedOf<Value[Field]> };

/** A signal that has another value than expected. */
export interface Difference {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
}

/** Maximum differences that a message shows. */
const DIFFERENCES_MAX = 20;

/**
 * Compares a value with the expected one.
 *
 * @param isStrict - Whether fields of a bus may not be left out.
 * @throws EXPECTED_NOT_A_NUMBER
 */
export function findDifferences(
  name: string,
  actual: SignalTree,
  expected: unknown,
  isStrict: boolean,
): Difference[] {
  if (typeof actual === "bigint") return compareValue(name, actual, expected);
  if (isList(actual)) return compareArray(name, actual, expected, isStrict);
  if (typeof expected !== "object" || expected === null || toElements(expected as InputValue)) {
    return [{ name, expected: describe(expected), actual: describe(actual) }];
  }
  const fields = expected as Readonly<Record<string, unknown>>;
  const members = actual as Readonly<Record<string, SignalTree>>;
  const names = isStrict
    ? [...new Set([...Object.keys(members), ...Object.keys(fields)])]
    : Object.keys(fields);
  return names.flatMap((field) => {
    const path = `${name}.${field}`;
    const [value, wanted] = [members[field], fields[field]];
    if (value !== undefined && wanted !== undefined) {
      return findDifferences(path, value, wanted, isStrict);
    }
    return [{ name: path, expected: describe(wanted), actual: describe(value) }];
  });
}

function compareValue(name: string, actual: bigint, expected: unknown): Difference[] {
  if (typeof expected === "object" && expected !== null) {
    return [{ name, expected: describe(expected), actual: describe(actual) }];
  }
  const value = toInteger(expected);
  if (value === undefined || !isFieldElement(value)) {
    const shown = typeof expected === "string" ? JSON.stringify(expected) : String(expected);
    throw testingError({ code: "EXPECTED_NOT_A_NUMBER", signal: name, value: shown });
  }
  return value === actual ? [] : [{ name, expected: describe(value), actual: describe(actual) }];
}

function compareArray(
  name: string,
  actual: readonly SignalTree[],
  expected: unknown,
  isStrict: boolean,
): Difference[] {
  const elements = toElements(expected as InputValue);
  if (elements?.length !== actual.length) {
    return [{ name, expected: describe(expected), actual: describe(actual) }];
  }
  return actual.flatMap((value, index) =>
    findDifferences(`${name}[${index}]`, value, elements[index], isStrict),
  );
}

/** Writes the differences, one signal after the other. */
export function showDifferences(differences: readonly Difference[]): string {
  const lines = differences
    .slice(0, DIFFERENCES_MAX)
    .map(
      ({ name, expected, actual }) =>
        `    ${name}\n  - expected  ${expected}\n  + actual    ${actual}`,
    );
  const more = differences.length - lines.length;
  return [...lines, ...(more > 0 ? [`    … and ${more} more`] : [])].join("\n");
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const elements = toElements(value as InputValue);
  if (elements !== undefined) return `an array of ${elements.length}`;
  if (typeof value === "object") return `{ ${Object.keys(value).join(", ")} }`;
  const integer = toInteger(value);
  return integer === undefined ? inspect(value) : String(integer);
}
