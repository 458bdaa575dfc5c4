/** Computes witnesses by the generators that circom compiles to WebAssembly. */

import { readFile } from "node:fs/promises";
import { DEFAULT_PRIME, type PrimeName } from "../crypto/primes.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import { decodeWitness, type Witness, type WitnessFile } from "../groth16/formats/wtns.ts";
import type { CircuitSignals, InputSizes } from "./signals.ts";
import { loadWasmGenerator } from "./wasm-generator.ts";
import { type FlatInput, flattenInputs, type InputValues } from "./witness-inputs.ts";
import { toWitnessFile } from "./witness-outcome.ts";

/** The part of a compiled circuit that {@link createWitnessCalculator} needs. */
export interface WitnessCircuit extends Pick<CircuitSignals, "inputs"> {
  readonly name: string;
  readonly wasmPath: string;
  /** Default: the prime of BN254. */
  readonly stats?: Pick<R1csHeader, "prime">;
}

/** Checks inputs and computes a witness. */
export type WitnessCalculator = (inputs: InputValues) => Witness;

/** Computes a `.wtns` file from inputs that are checked and flattened already. */
export type FileCalculator = (inputs: readonly FlatInput[]) => WitnessFile;

/**
 * Loads a circuit's witness generator once, to compute any number of witnesses.
 *
 * @param log Receives the lines that the circuit's `log()` statements print.
 */
export async function createWitnessCalculator(
  circuit: WitnessCircuit,
  log: (line: string) => void = console.log,
): Promise<WitnessCalculator> {
  return toCalculator(circuit, await createFileCalculator(circuit, log));
}

/** As {@link createWitnessCalculator}, for a `.wtns` file instead of bigints. */
export async function createFileCalculator(
  circuit: Pick<WitnessCircuit, "name" | "wasmPath" | "stats">,
  log: (line: string) => void,
): Promise<FileCalculator> {
  const generator = await loadWasmGenerator(await readFile(circuit.wasmPath), primeOf(circuit));
  return (inputs) => toWitnessFile(circuit.name, generator.run(inputs, log));
}

/**
 * Loads a circuit's witness generator without its asserts and constraints, as an attacker would: it
 * computes a witness for inputs that the circuit refuses, too, which then violates constraints.
 */
export async function createUncheckedCalculator(
  circuit: WitnessCircuit,
): Promise<WitnessCalculator> {
  const wasm = withoutAsserts(await readFile(circuit.wasmPath));
  const generator = await loadWasmGenerator(wasm, primeOf(circuit));
  return toCalculator(circuit, (inputs) =>
    toWitnessFile(
      circuit.name,
      generator.run(inputs, () => undefined),
    ),
  );
}

function primeOf({ stats }: Pick<WitnessCircuit, "stats">) {
  return stats?.prime ?? DEFAULT_PRIME;
}

function toCalculator(circuit: WitnessCircuit, calculate: FileCalculator): WitnessCalculator {
  const { name, inputs } = circuit;
  const prime = primeOf(circuit);
  return (given) => decodeWitness(calculate(flattenInputs(name, inputs, given, prime)).file, prime);
}

/**
 * Removes the asserts from a witness generator: where one fails, circom's code returns the error
 * code 4, `i32.const 4; return; end`, which becomes `nop; nop; nop; end`.
 */
function withoutAsserts(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const failure = Uint8Array.from([0x41, 0x04, 0x0f, 0x0b]);
  const patched = Buffer.from(wasm);
  for (let at = patched.indexOf(failure); at >= 0; at = patched.indexOf(failure, at)) {
    patched.set([0x01, 0x01, 0x01], at);
  }
  return new Uint8Array(patched);
}

/** Computes one witness. See {@link createWitnessCalculator} for many. */
export async function calculateWitness(
  circuit: WitnessCircuit,
  inputs: InputValues,
): Promise<Witness> {
  return (await createWitnessCalculator(circuit))(inputs);
}

/** Returns the inputs of a circuit, as its compiled generator lists them. */
export async function readInputSizes(
  wasmPath: string,
  prime: PrimeName,
): Promise<{ inputSizes: InputSizes; inputTotal: number }> {
  return (await loadWasmGenerator(await readFile(wasmPath), prime)).inputSizes();
}
