/** Converts the inputs of a caller to flat lists of field elements for a circuit. */

import { DEFAULT_PRIME, type PrimeName, PRIMES } from "../crypto/primes.ts";
import { circomError } from "./errors.ts";
import { signalCount } from "./shape.ts";
import type { SignalDeclaration } from "./signals.ts";

/** One value of a signal. Strings are decimal or 0x-hexadecimal; true is 1. */
export type SignalValue = bigint | number | string | boolean;

/** The values of an array signal of one dimension. A `Buffer` is a `Uint8Array`. */
export type SignalArray =
  readonly SignalValue[] | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** The value of an input: nested as the signal's array; for a bus, an object of its fields. */
export type InputValue = SignalValue | SignalArray | readonly InputValue[] | InputValues;

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
 * @param prime - The prime below which values are. Default: that of BN254.
 * @throws INPUT_MISSING, INPUT_UNKNOWN, INPUT_SHAPE, INPUT_NOT_A_NUMBER, INPUT_OUT_OF_FIELD
 */
export function flattenInputs(
  circuit: string,
  declarations: readonly SignalDeclaration[],
  inputs: InputValues,
  prime: PrimeName = DEFAULT_PRIME,
): FlatInput[] {
  const given = new Map<string, InputValue>();
  for (const [name, value] of Object.entries(inputs)) collectSignals(name, value, given);
  const known = declarations.map(({ name }) => name);
  for (const [signal, value] of given) {
    if (!known.includes(signal) && !isEmpty(value)) {
      throw circomError({ code: "INPUT_UNKNOWN", circuit, signal, known });
    }
  }
  const signals = declarations.flatMap(({ name, shape }) =>
    missingValues(name, given.get(name), shape.length),
  );
  if (signals.length > 0) throw circomError({ code: "INPUT_MISSING", circuit, signals });
  const target = { circuit, modulus: PRIMES[prime].modulus };
  return declarations.map(({ name, shape }) => {
    const values: bigint[] = [];
    flattenValue(target, name, given.get(name)!, shape, shape, values);
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
export function collectSignals(
  name: string,
  value: InputValue,
  signals: Map<string, InputValue>,
): void {
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

/** The names of the values that are left out: a whole input, or elements such as "path[1]". */
function missingValues(name: string, value: InputValue | undefined, depth: number): string[] {
  if (value === undefined) return [name];
  if (depth === 0 || !Array.isArray(value)) return [];
  // `Array.from` visits the holes of an array, which `forEach` and `map` skip.
  const elements = Array.from(value as readonly (InputValue | undefined)[]);
  return elements.flatMap((element, i) => missingValues(`${name}[${i}]`, element, depth - 1));
}

/**
 * Whether a value has no elements: that of an array with a dimension of length 0, which a compiled
 * circuit does not name.
 */
function isEmpty(value: InputValue): boolean {
  return Array.isArray(value) && value.flat(Infinity).length === 0;
}

/** The fields of a bus are in a plain object, or in one of a class of the caller's own. */
function isBus(value: unknown): value is InputValues {
  return typeof value === "object" && tagOf(value) === "Object";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** "Object", "Array", "Null", or the name of a class of JavaScript's own, such as "Date". */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** @returns The elements of an array or a typed array, or undefined for anything else. */
export function toElements(value: InputValue): readonly InputValue[] | undefined {
  if (Array.isArray(value)) return value as readonly InputValue[];
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  return Array.from(value as unknown as ArrayLike<number | bigint>);
}

/** The circuit that inputs are for, and the prime below which they are. */
interface InputTarget {
  readonly circuit: string;
  readonly modulus: bigint;
}

function flattenValue(
  target: InputTarget,
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
      circuit: target.circuit,
      signal,
      expected: describeShape(wholeShape),
      actual,
    });
  const elements = toElements(value);
  if (elements === undefined && isObject(value)) {
    throw mismatch(`an object of type ${tagOf(value)}`);
  }
  if (length === undefined) {
    if (elements !== undefined) throw mismatch(`nested one level deeper`);
    values.push(toFieldElement(target, signal, value));
    return;
  }
  if (elements === undefined) throw mismatch(`a single value instead of an array`);
  const count = elements.length;
  if (count !== length) {
    const extra =
      count < length ? `${signal}[${count}] is missing` : `${signal}[${length}] is one too many`;
    throw mismatch(`an array of ${count} instead of ${length}: ${extra}`);
  }
  elements.forEach((element, i) =>
    flattenValue(target, `${signal}[${i}]`, element, rest, wholeShape, values),
  );
}

function toFieldElement({ circuit, modulus }: InputTarget, signal: string, value: unknown): bigint {
  const integer = toInteger(value);
  if (integer === undefined) {
    const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
    throw circomError({ code: "INPUT_NOT_A_NUMBER", circuit, signal, value: shown });
  }
  if (integer < 0n || integer >= modulus) {
    throw circomError({ code: "INPUT_OUT_OF_FIELD", circuit, signal, value: integer });
  }
  return integer;
}

export function toInteger(value: unknown): bigint | undefined {
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
