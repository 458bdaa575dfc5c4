/** A circuit to work with: its inputs, its witnesses, its proofs. */

import { checkWitness } from "../groth16/check-witness.ts";
import { groth16Error } from "../groth16/errors.ts";
import { type R1cs, readR1cs } from "../groth16/formats/r1cs.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { encodeWitness, type Witness } from "../groth16/formats/wtns.ts";
import type { ProverChoice } from "../groth16/provers/prover.ts";
import { createGroth16Workers, type Groth16Workers } from "../groth16/provers/workers.ts";
import { ensureProvingKey, type KeyOptions } from "../groth16/setup/proving-keys.ts";
import type { ProofWithSignals, VerificationKey } from "../groth16/snarkjs.ts";
import { compileCircuit, type CompiledCircuit, type CompileOptions } from "./compile.ts";
import { circomError } from "./errors.ts";
import { readSymbols } from "./signals.ts";
import { createWitnessCalculator } from "./witness-generator.ts";
import type { InputValues } from "./witness-inputs.ts";

/** How a circuit proves. */
export interface ProveOptions {
  /**
   * Who proves: `"kernel"`, `"snarkjs"` or `{ external: command }`. Default: the kernel, or what
   * the circuit was loaded with.
   */
  readonly prover?: ProverChoice;
}

export interface LoadCircuitOptions extends CompileOptions, KeyOptions, ProveOptions {
  /** Receives what the circuit's `log()` statements print. Default: the console. */
  readonly log?: (line: string) => void;
  /** Threads that circuits share; who made them closes them. Default: the circuit's own. */
  readonly workers?: Groth16Workers;
}

/** @typeParam Inputs The type of the input signals, as generated for the project's circuits. */
export interface Circuit<Inputs extends object = InputValues>
  extends CompiledCircuit, AsyncDisposable {
  /**
   * Computes the values of all wires.
   *
   * @throws INPUT_…, CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED
   */
  calculateWitness(inputs: Inputs): Promise<Witness>;
  /** The constraints, for soundness tests. */
  constraints(): R1cs;
  /** The index of the first constraint that a witness violates, or null. */
  checkWitness(witness: Witness): number | null;
  /** The index of a signal, such as "main.hash.out", in a witness. @throws SIGNAL_NOT_FOUND */
  wire(signal: string): number;
  /**
   * Proves the witness of `inputs`. The first proof starts threads and loads the key.
   *
   * @param inputs Values of all input signals.
   * @returns The proof in snarkjs's form, with the public values: outputs, then public inputs.
   * @throws KERNEL_UNSUPPORTED and PROVING_KEY_TOO_LARGE where only snarkjs can prove;
   *   PROVER_UNKNOWN, PROVER_CLOSED, EXTERNAL_PROVER_FAILED; as {@link Circuit.calculateWitness}
   *   and {@link Circuit.zkeyPath}
   * @example
   * const proven = await circuit.prove({ a: 6n, b: 7n });
   * await circuit.verify(proven); // true
   * await circuit.prove({ a: 6n, b: 7n }, { prover: "snarkjs" });
   */
  prove(inputs: Inputs, options?: ProveOptions): Promise<ProofWithSignals>;
  /** As {@link Circuit.prove}, of a witness, after checking it. @throws CONSTRAINT_VIOLATED */
  proveWitness(witness: Witness, options?: ProveOptions): Promise<ProofWithSignals>;
  /** Whether a proof is valid for its public values. @throws PROOF_MALFORMED */
  verify(proven: ProofWithSignals): Promise<boolean>;
  verificationKey(): Promise<VerificationKey>;
  /** The path of the proving key, which is made if it has to be. @throws as `ensureProvingKey` */
  zkeyPath(): Promise<string>;
  /**
   * Frees the key and ends the threads; no proof may follow. A circuit that nobody closes keeps
   * them, but its idle threads never keep the process alive. `await using` closes, too.
   */
  close(): Promise<void>;
}

/**
 * Compiles a circuit, or takes it from the cache. Everything else is made when first used.
 *
 * @returns The circuit, which belongs to the caller: `close()` ends its threads.
 * @throws as {@link compileCircuit}
 * @example
 * await using circuit = await loadCircuit({ file: "a.circom", cacheDir: "cache" });
 * const proven = await circuit.prove({ a: 6n, b: 7n });
 */
export async function loadCircuit<Inputs extends object = InputValues>(
  options: LoadCircuitOptions,
): Promise<Circuit<Inputs>> {
  const compiled = await compileCircuit(options);
  const { name } = compiled;
  const constraints = once(() => readR1cs(compiled.r1csPath));
  const symbols = once(() => readSymbols(compiled.symPath));
  const calculator = once(() => createWitnessCalculator(compiled, options.log));
  const zkeyPath = once(() => ensureProvingKey(compiled, options));
  const verificationKey = once(async () => readVerificationKey(await zkeyPath()));
  const proofs = createProofs(zkeyPath, options);

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
    prove: async (inputs, how) => proofs.prove(await calculateWitness(inputs), how),
    proveWitness: async (witness, how) => {
      const constraint = checkWitness(constraints(), witness);
      if (constraint !== null) {
        throw circomError({ code: "CONSTRAINT_VIOLATED", circuit: name, constraint });
      }
      return proofs.prove(witness, how);
    },
    verify: async (proven) => proofs.verify(await verificationKey(), proven),
    verificationKey,
    zkeyPath,
    close: proofs.close,
    [Symbol.asyncDispose]: proofs.close,
  };
}

/** The part of a circuit that has threads. */
function createProofs(
  zkeyPath: () => Promise<string>,
  { prover: usual = "kernel", workers: shared }: LoadCircuitOptions,
) {
  const workers = shared ?? createGroth16Workers();
  let key: Promise<string> | undefined;
  let isClosed = false;
  const assertOpen = () => {
    if (isClosed) throw groth16Error({ code: "PROVER_CLOSED", prover: "circuit's" });
  };
  return {
    prove: async (witness: Witness, { prover = usual }: ProveOptions = {}) => {
      assertOpen();
      key ??= zkeyPath();
      return workers.prove(prover, await key, encodeWitness(witness));
    },
    verify: async (verificationKey: VerificationKey, proven: ProofWithSignals) => {
      assertOpen();
      return workers.verify(verificationKey, proven);
    },
    close: async () => {
      isClosed = true;
      if (shared === undefined) await workers.close();
      else await key?.then(workers.releaseKey, () => undefined);
    },
  };
}

/** Calls `make` at the first use only. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
