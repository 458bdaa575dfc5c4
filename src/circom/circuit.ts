/** A circuit to work with: its inputs, its witnesses, its proofs. */

import { checkWitness } from "../groth16/check-witness.ts";
import { compileCircuit, type CompiledCircuit, type CompileOptions } from "./compile.ts";
import { ensureDevKey } from "../groth16/setup/dev-setup.ts";
import { circomError } from "./errors.ts";
import { type R1cs, readR1cs } from "../groth16/formats/r1cs.ts";
import { readSymbols } from "./signals.ts";
import { type ProofWithSignals, prove, verify, type VerificationKey } from "../groth16/snarkjs.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { createWitnessCalculator } from "./witness-generator.ts";
import type { InputValues } from "./witness-inputs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";

export interface LoadCircuitOptions extends CompileOptions {
  /** The key to prove with. Without it a dev key, INSECURE, is made in `cacheDir` when needed. */
  readonly zkeyPath?: string;
  /** The seed of the dev key. */
  readonly seed?: string;
  /** Receives what the circuit's `log()` statements print; the console by default. */
  readonly log?: (line: string) => void;
}

/** @typeParam Inputs The type of the input signals, as generated for the project's circuits. */
export interface Circuit<Inputs extends object = InputValues> extends CompiledCircuit {
  /** @throws INPUT_…, CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED */
  calculateWitness(inputs: Inputs): Promise<Witness>;
  /** The constraints, for soundness tests. */
  constraints(): R1cs;
  /** The index of the first constraint that a witness violates, or null. */
  checkWitness(witness: Witness): number | null;
  /** Where a signal, such as "main.hash.out", stands in a witness. @throws SIGNAL_NOT_FOUND */
  wire(signal: string): number;
  /** Proves the witness of `inputs`. @throws as {@link Circuit.calculateWitness} */
  prove(inputs: Inputs): Promise<ProofWithSignals>;
  /** Proves a witness, after checking it. @throws CONSTRAINT_VIOLATED */
  proveWitness(witness: Witness): Promise<ProofWithSignals>;
  /** Whether a proof is valid for its public values. */
  verify(proven: ProofWithSignals): Promise<boolean>;
  verificationKey(): Promise<VerificationKey>;
  /** The path of the proving key, which is made if it has to be. */
  zkeyPath(): Promise<string>;
}

/**
 * Compiles a circuit, or takes it from the cache. Everything else is made when first used.
 *
 * @throws as {@link compileCircuit}
 */
export async function loadCircuit<Inputs extends object = InputValues>(
  options: LoadCircuitOptions,
): Promise<Circuit<Inputs>> {
  const compiled = await compileCircuit(options);
  const { name } = compiled;
  const constraints = once(() => readR1cs(compiled.r1csPath));
  const symbols = once(() => readSymbols(compiled.symPath));
  const calculator = once(() => createWitnessCalculator(compiled, options.log));
  const zkeyPath = once(async () => {
    if (options.zkeyPath !== undefined) return options.zkeyPath;
    const { cacheDir, seed } = options;
    return (await ensureDevKey({ circuit: compiled, cacheDir, ...(seed && { seed }) })).zkeyPath;
  });
  const verificationKey = once(async () => readVerificationKey(await zkeyPath()));

  const calculateWitness = async (inputs: Inputs) => {
    const calculate = await calculator();
    return calculate(inputs as InputValues);
  };
  return {
    ...compiled,
    calculateWitness,
    constraints,
    checkWitness: (witness) => checkWitness(constraints(), witness),
    wire: (signal) => {
      const wire = symbols().get(signal);
      if (wire !== undefined) return wire;
      throw circomError({ code: "SIGNAL_NOT_FOUND", circuit: name, signal });
    },
    prove: async (inputs) =>
      prove({ zkeyPath: await zkeyPath(), witness: await calculateWitness(inputs) }),
    proveWitness: async (witness) => {
      const constraint = checkWitness(constraints(), witness);
      if (constraint !== null) {
        throw circomError({ code: "CONSTRAINT_VIOLATED", circuit: name, constraint });
      }
      return prove({ zkeyPath: await zkeyPath(), witness });
    },
    verify: async (proven) => verify(await verificationKey(), proven),
    verificationKey,
    zkeyPath,
  };
}

/** Calls `make` at the first use only. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
