/**
 * Runs the witness generators that circom compiles to WebAssembly.
 *
 * @see https://docs.circom.io/getting-started/computing-the-witness/
 */

import { readFile } from "node:fs/promises";
import { readElement, writeElement } from "../groth16/formats/bn254.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import { circomError } from "./errors.ts";
import type { CircuitSignals, InputSizes } from "./signals.ts";
import { type FlatInput, flattenInputs, type InputValues } from "./witness-inputs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";

/** Exports of a circom 2 module. Names are passed as the two halves of their FNV-1a hash. */
interface GeneratorExports {
  readonly memory: WebAssembly.Memory;
  init(sanityCheck: number): void;
  getInputSize(): number;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  getSharedRWMemoryStart(): number;
  /** Length of a value in words of 32 bits. */
  getFieldNumLen32(): number;
  setInputSignal(hashHigh: number, hashLow: number, index: number): void;
  getWitnessSize(): number;
  /** Copies one value to the shared memory. */
  getWitness(wire: number): void;
  getMessageChar(): number;
}

interface Generator {
  readonly exports: GeneratorExports;
  /** Reports of the module while it ran: where an assert failed, innermost template first. */
  readonly trace: string[];
}

/** The part of a compiled circuit that {@link createWitnessCalculator} needs. */
export interface WitnessCircuit extends Pick<CircuitSignals, "inputs"> {
  readonly name: string;
  readonly wasmPath: string;
  /** Default: the prime of BN254. */
  readonly stats?: Pick<R1csHeader, "prime">;
}

/** Checks inputs and computes a witness. */
export type WitnessCalculator = (inputs: InputValues) => Witness;

/** Codes with which circom's modules call `exceptionHandler`. */
const ASSERT_FAILED = 4;
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "a signal was not found",
  2: "too many signals were set",
  3: "a signal was set twice",
  5: "there is not enough memory",
  6: "an input array was accessed beyond its end",
  7: "an array was accessed beyond its end",
};

/** Thrown through the module's frames to stop it. */
class GeneratorException extends Error {
  readonly exceptionCode: number;

  constructor(exceptionCode: number) {
    super(EXCEPTIONS[exceptionCode] ?? `exception ${exceptionCode}`);
    this.exceptionCode = exceptionCode;
  }
}

/**
 * Loads a circuit's witness generator once, to compute any number of witnesses.
 *
 * @param log Receives the lines that the circuit's `log()` statements print.
 */
export async function createWitnessCalculator(
  circuit: WitnessCircuit,
  log: (line: string) => void = console.log,
): Promise<WitnessCalculator> {
  const calculate = await createFlatCalculator(circuit, log);
  return (inputs) =>
    calculate(flattenInputs(circuit.name, circuit.inputs, inputs, circuit.stats?.prime));
}

/** As {@link createWitnessCalculator}, for inputs that are checked and flattened already. */
export async function createFlatCalculator(
  circuit: Pick<WitnessCircuit, "name" | "wasmPath">,
  log: (line: string) => void,
): Promise<(inputs: readonly FlatInput[]) => Witness> {
  const module = await WebAssembly.compile(await readFile(circuit.wasmPath));
  let generator: Generator | null = null;
  return (flatInputs) => {
    // An instance that stopped midway keeps incomplete components, so it is not used again.
    const current = generator ?? instantiate(module, log);
    generator = null;
    const witness = runGenerator(circuit.name, current, flatInputs);
    generator = current;
    return witness;
  };
}

/**
 * Loads a circuit's witness generator without its asserts and constraints, as an attacker would: it
 * computes a witness for inputs that the circuit refuses, too, which then violates constraints.
 */
export async function createUncheckedCalculator(
  circuit: WitnessCircuit,
): Promise<WitnessCalculator> {
  const module = await WebAssembly.compile(withoutAsserts(await readFile(circuit.wasmPath)));
  return (inputs) => {
    const flatInputs = flattenInputs(circuit.name, circuit.inputs, inputs);
    return runGenerator(
      circuit.name,
      instantiate(module, () => undefined),
      flatInputs,
    );
  };
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
): Promise<{ inputSizes: InputSizes; inputTotal: number }> {
  const module = await WebAssembly.compile(await readFile(wasmPath));
  const { exports } = instantiate(module, () => undefined);
  const sizes = new Map<string, number>();
  const inputSizes = (name: string) => {
    const size = sizes.get(name) ?? exports.getInputSignalSize(...hashName(name));
    sizes.set(name, size);
    return size;
  };
  return { inputSizes, inputTotal: exports.getInputSize() };
}

function runGenerator(
  circuit: string,
  generator: Generator,
  inputs: readonly FlatInput[],
): Witness {
  const { exports, trace } = generator;
  try {
    exports.init(0);
    assertAllSet(exports, inputs);
    for (const { name, values } of inputs) {
      const hash = hashName(name);
      values.forEach((value, index) => {
        const memory = sharedMemory(exports);
        writeElement(memory, 0, value, memory.length);
        exports.setInputSignal(...hash, index); // after the last one, the circuit runs
      });
    }
    return Array.from({ length: exports.getWitnessSize() }, (_, wire) => {
      exports.getWitness(wire);
      return readShared(exports);
    });
  } catch (error) {
    if (error instanceof GeneratorException && error.exceptionCode === ASSERT_FAILED) {
      throw circomError({ code: "CIRCUIT_ASSERT_FAILED", circuit, trace: [...trace] });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const facts = { circuit, reason, trace: [...trace] };
    throw circomError({ code: "WITNESS_GENERATOR_FAILED", ...facts }, { cause: error });
  }
}

/**
 * The circuit runs when its last input is set. With fewer values it does not run at all, and the
 * module still holds the witness of the call before.
 */
function assertAllSet(exports: GeneratorExports, inputs: readonly FlatInput[]): void {
  const given = inputs.reduce((total, { values }) => total + values.length, 0);
  const expected = exports.getInputSize();
  if (given === expected) return;
  throw new Error(`it takes ${expected} input values, but is given ${given}`);
}

function instantiate(module: WebAssembly.Module, log: (line: string) => void): Generator {
  const trace: string[] = [];
  const printed: string[] = [];
  const instance = new WebAssembly.Instance(module, {
    runtime: {
      exceptionHandler: (code: number) => {
        throw new GeneratorException(code);
      },
      printErrorMessage: () => trace.push(readMessage(exports).trim()),
      // A log statement prints its parts one by one, and a line end at last.
      writeBufferMessage: () => {
        const message = readMessage(exports);
        if (message !== "\n") printed.push(message);
        else log(printed.splice(0).join(" "));
      },
      showSharedRWMemory: () => printed.push(String(readShared(exports))),
    },
  });
  const exports = instance.exports as unknown as GeneratorExports;
  return { exports, trace };
}

/** Returns the bytes that pass values in and out. Memory may have grown since the last call. */
function sharedMemory(exports: GeneratorExports): Uint8Array {
  const length = 4 * exports.getFieldNumLen32();
  return new Uint8Array(exports.memory.buffer, exports.getSharedRWMemoryStart(), length);
}

function readShared(exports: GeneratorExports): bigint {
  const memory = sharedMemory(exports);
  return readElement(memory, 0, memory.length);
}

function readMessage(exports: GeneratorExports): string {
  let message = "";
  for (let char = exports.getMessageChar(); char !== 0; char = exports.getMessageChar()) {
    message += String.fromCharCode(char);
  }
  return message;
}

/** Computes the 64-bit FNV-1a hash of a signal's name, as two 32-bit words. */
function hashName(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return [Number(hash >> 32n), Number(BigInt.asUintN(32, hash))];
}
