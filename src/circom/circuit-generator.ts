/** The witness generator of a loaded circuit: circom's WebAssembly, or a C++ program. */
import type { Witness } from "../groth16/formats/wtns.ts";
import type { CompileOptions } from "./compilation.ts";
import type { CompiledCircuit } from "./compile.ts";
import { buildCppGenerator } from "./cpp/build.ts";
import { createCppCalculator } from "./cpp/calculator.ts";
import type { CppLimits, WitnessKind } from "./cpp/kinds.ts";
import { measureWitness } from "./measured-use.ts";
import type { CircuitMeter } from "./meter.ts";
import { createFlatCalculator } from "./witness-generator.ts";
import type { FlatInput } from "./witness-inputs.ts";

/** What computes the witnesses of a circuit. */
export interface GeneratorOptions {
  /**
   * circom's WebAssembly in this thread, or a C++ program that is built at first use, with make,
   * g++, nasm, GMP and nlohmann-json. Default: `"wasm"`.
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
  /** Ends running programs; later calls of a C++ generator are refused. */
  close(): Promise<void>;
}

/** A generator that is loaded, or built. */
interface Opened {
  calculate(inputs: readonly FlatInput[]): Witness | Promise<Witness>;
  close(): void;
}

/** Nothing is loaded or built before the first witness. */
export function createCircuitGenerator(
  compiled: CompiledCircuit,
  options: CompileOptions & GeneratorOptions,
  log: (line: string) => void,
): CircuitGenerator {
  let opened: Promise<Opened> | undefined;
  return {
    calculate: async (inputs) => {
      const generator = await (opened ??= open(compiled, options, log));
      return measureWitness(options.meter, () => generator.calculate(inputs));
    },
    close: async () => {
      await opened?.then(
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
  if (options.witness === "cpp") {
    const program = await buildCppGenerator(options);
    return createCppCalculator(compiled, program, log, options.cpp);
  }
  return { calculate: await createFlatCalculator(compiled, log), close: () => undefined };
}
