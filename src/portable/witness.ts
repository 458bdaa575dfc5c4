/**
 * Computes witnesses from inputs by name, as snarkjs does: without the circuit's declarations, of
 * which the compiled generator has none.
 */

import { circomError } from "../circom/errors.ts";
import { loadWasmGenerator, type WasmGenerator } from "../circom/wasm-generator.ts";
import { toWitnessFile } from "../circom/witness-outcome.ts";
import {
  collectSignals,
  type FlatInput,
  type InputValue,
  type InputValues,
  toElements,
  toInteger,
} from "../circom/witness-inputs.ts";
import { reduce } from "../crypto/field.ts";
import { DEFAULT_PRIME } from "../crypto/primes.ts";
import { groth16Error } from "../groth16/errors.ts";
import { readElement } from "../groth16/formats/bn254.ts";
import { readWitnessValues } from "../groth16/formats/wtns.ts";
import { assertWebAssemblyAllowed } from "../kernel/instance.ts";

/** The circuit in messages: a generator does not know its name. */
const CIRCUIT = "the circuit";
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/**
 * Flattens inputs by name. Values are taken modulo r, as snarkjs takes them.
 *
 * @throws INPUT_NOT_A_NUMBER
 */
export function flattenByName(inputs: InputValues): FlatInput[] {
  const signals = new Map<string, InputValue>();
  for (const [name, value] of Object.entries(inputs)) collectSignals(name, value, signals);
  return [...signals].map(([name, value]) => {
    const values: bigint[] = [];
    flatten(name, value, values);
    return { name, values };
  });
}

function flatten(signal: string, value: InputValue, values: bigint[]): void {
  const elements = toElements(value);
  if (elements !== undefined) {
    elements.forEach((element, i) => flatten(`${signal}[${i}]`, element, values));
    return;
  }
  const integer = toInteger(value);
  if (integer === undefined) {
    const shown = typeof value === "string" ? JSON.stringify(value) : describe(value);
    throw circomError({ code: "INPUT_NOT_A_NUMBER", circuit: CIRCUIT, signal, value: shown });
  }
  values.push(reduce(integer));
}

function describe(value: InputValue): string {
  return typeof value === "object" ? "an object" : String(value);
}

/**
 * Compiles a generator.
 *
 * @param name - Name of the file in messages.
 * @throws BINARY_FORMAT, KERNEL_FORBIDDEN
 */
export async function loadGenerator(name: string, wasm: Uint8Array): Promise<WasmGenerator> {
  const malformed = (problem: string, cause?: unknown) =>
    groth16Error({ code: "BINARY_FORMAT", source: name, expected: "wasm", problem }, { cause });
  if (!MAGIC.every((byte, i) => wasm[i] === byte)) throw malformed("its magic word is another one");
  assertWebAssemblyAllowed();
  try {
    const generator = await loadWasmGenerator(wasm, DEFAULT_PRIME);
    generator.inputSizes();
    return generator;
  } catch (cause) {
    throw malformed("it is cut short, or no witness generator of circom 2", cause);
  }
}

/**
 * Computes a `.wtns` file.
 *
 * @throws INPUT_UNKNOWN, INPUT_SHAPE, CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED
 */
export function calculate(
  generator: WasmGenerator,
  inputs: readonly FlatInput[],
): Uint8Array<ArrayBuffer> {
  const { inputSizes, inputTotal } = generator.inputSizes();
  let total = 0;
  for (const { name, values } of inputs) {
    const size = inputSizes(name);
    if (size <= 0) {
      const known = inputs.map((input) => input.name).filter((other) => inputSizes(other) > 0);
      throw circomError({ code: "INPUT_UNKNOWN", circuit: CIRCUIT, signal: name, known });
    }
    assertCount(name, size, values.length);
    total += size;
  }
  assertCount(inputs.map(({ name }) => name).join(", "), inputTotal, total);
  const outcome = generator.run(inputs, (line) => console.log(line));
  return toWitnessFile(CIRCUIT, outcome).file;
}

function assertCount(signal: string, expected: number, actual: number): void {
  if (expected === actual) return;
  throw circomError({
    code: "INPUT_SHAPE",
    circuit: CIRCUIT,
    signal,
    expected: `${expected} values in all`,
    actual: `${actual} values`,
  });
}

/**
 * Checks a witness that comes from a file.
 *
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, WITNESS_CONSTANT
 */
export function assertWitnessFile(witness: Uint8Array): void {
  const values = readWitnessValues(witness);
  const value = values.length === 0 ? 0n : readElement(values, 0);
  if (value !== 1n) throw groth16Error({ code: "WITNESS_CONSTANT", value });
}
