/** Converts the inputs of a caller to flat lists of field elements for a circuit. */

import { isFieldElement } from "../crypto/field.ts";
import { circomError } from "./errors.ts";
import { type SignalDeclaration, signalCount } from "./signals.ts";

/** One value of a signal. Strings are decimal or 0x-hexadecimal; true is 1. */
export type SignalValue = bigint | number | string | boolean;

/** The value of an input: nested as the signal's array; for a bus, an object of its fields. */
export type InputValue = SignalValue | readonly InputValue[] | InputValues;

/** A value for each input signal of a circuit, by name. */
export interface InputValues {
  readonly [signal: string]: InputValue;
}

/** An input in the order of its indices. */
export interface FlatInput {
  readonly name: string;
  readonly values: readonly bigint[];
}

/**
 * Checks `inputs` against the declarations and flattens them.
 *
 * @throws INPUT_MISSING, INPUT_UNKNOWN, INPUT_SHAPE, INPUT_NOT_A_NUMBER, INPUT_OUT_OF_FIELD
 */
export function flattenInputs(
  circuit: string,
  declarations: readonly SignalDeclaration[],
  inputs: InputValues,
): FlatInput[] {
  const given = new Map<string, InputValue>();
  for (const [name, value] of Object.entries(inputs)) collectSignals(name, value, given);
  const known = declarations.map(({ name }) => name);
  for (const signal of given.keys()) {
    if (!known.includes(signal)) {
      throw circomError({ code: "INPUT_UNKNOWN", circuit, signal, known });
    }
  }
  const signals = known.filter((name) => given.get(name) === undefined);
  if (signals.length > 0) throw circomError({ code: "INPUT_MISSING", circuit, signals });
  return declarations.map(({ name, shape }) => {
    const values: bigint[] = [];
    flattenValue(circuit, name, given.get(name)!, shape, shape, values);
    return { name, values };
  });
}

/** Describes a shape in messages and generated comments: "an array [2][3] of 6 values". */
export function describeShape(shape: readonly number[]): string {
  if (shape.length === 0) return "a single value";
  const lengths = shape.map((length) => `[${length}]`).join("");
  return `an array ${lengths} of ${signalCount(shape)} values`;
}

/** Collects signals. Buses are objects; their fields are signals "bus.field" or "bus[0].field". */
function collectSignals(name: string, value: InputValue, signals: Map<string, InputValue>): void {
  if (isBus(value)) {
    for (const [field, fieldValue] of Object.entries(value)) {
      collectSignals(`${name}.${field}`, fieldValue, signals);
    }
  } else if (Array.isArray(value) && value.flat(Infinity).some(isBus)) {
    value.forEach((element: InputValue, i) => collectSignals(`${name}[${i}]`, element, signals));
  } else {
    signals.set(name, value);
  }
}

function isBus(value: unknown): value is InputValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flattenValue(
  circuit: string,
  signal: string,
  value: InputValue,
  shape: readonly number[],
  wholeShape: readonly number[],
  values: bigint[],
): void {
  const [length, ...rest] = shape;
  const mismatch = (actual: string) =>
    circomError({
      code: "INPUT_SHAPE",
      circuit,
      signal,
      expected: describeShape(wholeShape),
      actual,
    });
  if (length === undefined) {
    if (Array.isArray(value)) throw mismatch(`nested one level deeper`);
    values.push(toFieldElement(circuit, signal, value));
    return;
  }
  if (!Array.isArray(value)) throw mismatch(`a single value instead of an array`);
  if (value.length !== length) {
    throw mismatch(`an array of ${value.length} instead of ${length}`);
  }
  value.forEach((element: InputValue, i) =>
    flattenValue(circuit, `${signal}[${i}]`, element, rest, wholeShape, values),
  );
}

function toFieldElement(circuit: string, signal: string, value: unknown): bigint {
  const integer = toInteger(value);
  if (integer === undefined) {
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw circomError({ code: "INPUT_NOT_A_NUMBER", circuit, signal, value: shown });
  }
  if (!isFieldElement(integer)) {
    throw circomError({ code: "INPUT_OUT_OF_FIELD", circuit, signal, value: integer });
  }
  return integer;
}

function toInteger(value: unknown): bigint | undefined {
  switch (typeof value) {
    case "bigint":
    case "boolean":
      return BigInt(value);
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : undefined;
    case "string":
      return /^(?:-?\d+|0x[0-9a-fA-F]+)$/.test(value) ? BigInt(value) : undefined;
    default:
      return undefined;
  }
}
