/** The witness generator of a loaded circuit: circom's WebAssembly, or a C++ program. */
import { decodeWitness, encodeWitness, type Witness } from "../groth16/formats/wtns.ts";
import { once } from "../util/once.ts";
import type { CompileOptions } from "./compilation.ts";
import type { CompiledCircuit } from "./compile.ts";
import { buildCppGenerator } from "./cpp/build.ts";
import { createCppCalculator } from "./cpp/calculator.ts";
import type { CppLimits, WitnessKind } from "./cpp/kinds.ts";
import { measureWitness } from "./measured-use.ts";
import type { CircuitMeter } from "./meter.ts";
import { createFileCalculator } from "./witness-generator.ts";
import type { FlatInput } from "./witness-inputs.ts";
import { createWitnessThread } from "./witness-thread.ts";

/** What computes the witnesses of a circuit. */
export interface GeneratorOptions {
  /**
   * circom's WebAssembly, or a C++ program that is built at first use, with make, g++, nasm, GMP
   * and nlohmann-json. Proofs of large circuits run the WebAssembly in a thread.
   * Default: `"wasm"`.
   */
  readonly witness?: WitnessKind;
  /** Limits of the C++ program for one witness. */
  readonly cpp?: CppLimits;
  /** Receives the time of each witness and proof. */
  readonly meter?: CircuitMeter;
}

export interface CircuitGenerator {
  /** @throws CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED; of C++ CPP_… and PROVER_CLOSED */
  calculate(inputs: readonly FlatInput[]): Promise<Witness>;
  /**
   * Computes the bytes of a `.wtns` file. WebAssembly of a circuit with 2^14 wires or more runs in
   * a thread of the circuit, one witness after the other.
   *
   * @throws as {@link CircuitGenerator.calculate}, and PROVER_CLOSED
   */
  calculateFile(inputs: readonly FlatInput[]): Promise<Uint8Array>;
  /** Ends the thread and running programs; later calls that need them are refused. */
  close(): Promise<void>;
}

/** From here on, a witness blocks for some 50 ms: a block of 16 slots, 222,153 wires, for 0.8 s. */
const THREAD_WIRES_MIN = 1 << 14;

/** A generator that is loaded, or built. */
interface Opened {
  calculate(inputs: readonly FlatInput[]): Promise<Witness>;
  calculateFile(inputs: readonly FlatInput[]): Promise<Uint8Array>;
  close(): void | Promise<void>;
}

/** Nothing is loaded, built or started before the first witness. */
export function createCircuitGenerator(
  compiled: CompiledCircuit,
  options: CompileOptions & GeneratorOptions,
  log: (line: string) => void,
): CircuitGenerator {
  const opened = once(() => open(compiled, options, log));
  let isOpened = false;
  const use = <T>(compute: (generator: Opened) => Promise<T>): Promise<T> => {
    isOpened = true;
    return opened().then((generator) => measureWitness(options.meter, () => compute(generator)));
  };
  return {
    calculate: (inputs) => use((generator) => generator.calculate(inputs)),
    calculateFile: (inputs) => use((generator) => generator.calculateFile(inputs)),
    close: async () => {
      if (!isOpened) return;
      await opened().then(
        (generator) => generator.close(),
        () => undefined,
      );
    },
  };
}

async function open(
  compiled: CompiledCircuit,
  options: CompileOptions & GeneratorOptions,
  log: (line: string) => void,
): Promise<Opened> {
  const { stats } = compiled;
  if (options.witness === "cpp") {
    const program = await buildCppGenerator(options);
    const { calculate, close } = createCppCalculator(compiled, program, log, options.cpp);
    const calculateFile = async (inputs: readonly FlatInput[]) =>
      encodeWitness(await calculate(inputs), stats.prime);
    return { calculate, calculateFile, close };
  }
  const loaded = once(() => createFileCalculator(compiled, log));
  const calculateHere = async (inputs: readonly FlatInput[]) => (await loaded())(inputs).file;
  const thread = stats.wires < THREAD_WIRES_MIN ? undefined : createWitnessThread(compiled, log);
  return {
    calculate: async (inputs) => decodeWitness(await calculateHere(inputs), stats.prime),
    calculateFile: thread?.calculate ?? calculateHere,
    close: () => thread?.close(),
  };
}
