/**
 * Runs a witness generator that circom has compiled to WebAssembly, in any thread: it takes and
 * returns plain data, which pass between threads.
 *
 * @see https://docs.circom.io/getting-started/computing-the-witness/
 */
import type { PrimeName } from "../crypto/primes.ts";
import { readElement, writeElement } from "../groth16/formats/bn254.ts";
import { createWitnessFile, type WitnessFile } from "../groth16/formats/wtns.ts";
import { withFasterRoutines } from "./faster-routines.ts";
import type { InputSizes } from "./signals.ts";
import type { FlatInput } from "./witness-inputs.ts";

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

interface Instance {
  readonly exports: GeneratorExports;
  /** Reports of the module while it ran: where an assert failed, innermost template first. */
  readonly trace: string[];
}

/** Why a generator has stopped. */
export interface GeneratorFailure {
  /** Whether an `assert` or a constraint of the circuit has failed. */
  readonly isAssert: boolean;
  readonly reason: string;
  /** Where it stopped, innermost template first. */
  readonly trace: readonly string[];
}

/** A `.wtns` file, or why there is none. */
export type GeneratorOutcome = WitnessFile | { readonly failure: GeneratorFailure };

/** A loaded generator, for any number of witnesses. */
export interface WasmGenerator {
  /** @param log - Receives the lines that the circuit's `log()` statements print. */
  run(inputs: readonly FlatInput[], log: (line: string) => void): GeneratorOutcome;
  /** The inputs, as the module lists them. */
  inputSizes(): { inputSizes: InputSizes; inputTotal: number };
}

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
 * Compiles a generator.
 *
 * @param wasm - The module that circom has written.
 * @param prime - The prime of its field.
 */
export async function loadWasmGenerator(
  wasm: Uint8Array,
  prime: PrimeName,
): Promise<WasmGenerator> {
  const module = await WebAssembly.compile(withFasterRoutines(wasm, prime));
  let kept: Instance | null = null;
  let print: (line: string) => void = () => undefined;
  const take = (): Instance => kept ?? instantiate(module, (line) => print(line));
  return {
    run: (inputs, log) => {
      // An instance that stopped midway keeps incomplete components, so it is not used again.
      const instance = take();
      kept = null;
      print = log;
      const outcome = runInstance(instance, inputs, prime);
      if (!("failure" in outcome)) kept = instance;
      return outcome;
    },
    inputSizes: () => readInputs((kept = take()).exports),
  };
}

function readInputs(exports: GeneratorExports): { inputSizes: InputSizes; inputTotal: number } {
  const sizes = new Map<string, number>();
  const inputSizes = (name: string) => {
    const size = sizes.get(name) ?? exports.getInputSignalSize(...hashName(name));
    sizes.set(name, size);
    return size;
  };
  return { inputSizes, inputTotal: exports.getInputSize() };
}

function runInstance(
  { exports, trace }: Instance,
  inputs: readonly FlatInput[],
  prime: PrimeName,
): GeneratorOutcome {
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
    return readWitness(exports, prime);
  } catch (error) {
    const isAssert = error instanceof GeneratorException && error.exceptionCode === ASSERT_FAILED;
    const reason = error instanceof Error ? error.message : String(error);
    return { failure: { isAssert, reason, trace: [...trace] } };
  }
}

/** Copies the values as bytes: as bigints they would take more time than many circuits. */
function readWitness(exports: GeneratorExports, prime: PrimeName): WitnessFile {
  const witness = createWitnessFile(exports.getWitnessSize(), prime);
  const { values } = witness;
  const memory = sharedMemory(exports); // it does not grow any more
  for (let wire = 0; wire * memory.length < values.length; wire++) {
    exports.getWitness(wire);
    values.set(memory, wire * memory.length);
  }
  return witness;
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

function instantiate(module: WebAssembly.Module, log: (line: string) => void): Instance {
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
