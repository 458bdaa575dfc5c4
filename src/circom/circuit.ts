/** A loaded circuit: its inputs, witnesses and proofs. */
import { checkWitness } from "../groth16/check-witness.ts";
import { type R1cs, readR1cs } from "../groth16/formats/r1cs.ts";
import { encodeWitness, type Witness } from "../groth16/formats/wtns.ts";
import { type CompileOptions, toFolders } from "./compilation.ts";
import { createCircuitGenerator, type GeneratorOptions } from "./circuit-generator.ts";
import { compileCircuit, type CompiledCircuit } from "./compile.ts";
import { type CircuitSource, createCircuitSource } from "./diagnosis/circuit-source.ts";
import { type CircuitLog, createLogCollector } from "./diagnosis/logs.ts";
import { circomError, isRefusal } from "./errors.ts";
import {
  type CircuitWitness,
  createCircuitWitness,
  describeViolation,
  type OutputValues,
  type SignalValues,
} from "./circuit-witness.ts";
import { measureProofs } from "./measured-use.ts";
import { withCachedProofs } from "./proof-cache.ts";
import { once } from "../util/once.ts";
import { createTurns } from "../util/turns.ts";
import { createProofSystem, type ProofSystemOptions, type ProveOptions } from "./proof-systems.ts";
import type { Protocol, ProvenBy, VerificationKeyOf } from "./protocols.ts";
import { readSignalTable } from "./signal-table.ts";
import { noteWitness } from "./witness-watch.ts";
import { type FlatInput, flattenInputs, type InputValues } from "./witness-inputs.ts";

/** How a circuit is compiled, set up and proven. */
export interface LoadCircuitOptions<P extends Protocol = Protocol>
  extends CompileOptions, ProofSystemOptions<P>, GeneratorOptions {
  /**
   * Receives each line that the circuit's `log()` statements print, and with `logPlaces` where.
   * Default: the console.
   */
  readonly log?: CircuitLog;
  /** Whether each line is attributed to its component and statement. Default: false. */
  readonly logPlaces?: boolean;
  /**
   * Whether `prove` takes the proof of the same witness, key and circuit from the cache, for tests.
   * It is verified first. Default: false.
   */
  readonly cacheProofs?: boolean;
  /**
   * Whether a refusal, or a violated constraint, is explained from the source, with file, line,
   * component and values. That evaluates the circuit in this thread, for seconds if it is large.
   * Default: true.
   */
  readonly explain?: boolean;
}

/**
 * @typeParam Inputs - Type of the input signals, as generated for the project's circuits.
 * @typeParam Outputs - Type of the outputs.
 * @typeParam Signals - Types of the signals of the main component, by full name.
 * @typeParam P - The proof system, which decides the form of proofs and keys.
 */
export interface Circuit<
  Inputs extends object = InputValues,
  Outputs extends object = OutputValues,
  Signals extends object = SignalValues,
  P extends Protocol = "groth16",
>
  extends CompiledCircuit, AsyncDisposable {
  /** The proof system of its proofs and keys. */
  readonly protocol: P;
  /**
   * Computes the outputs.
   *
   * @param inputs - Values of all input signals, as of {@link Circuit.calculateWitness}.
   * @returns The outputs by name, nested as their declarations.
   * @throws as {@link Circuit.calculateWitness}
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * await multiplier.compute({ a: 6n, b: 7n }); // { product: 42n }
   */
  compute(inputs: Inputs): Promise<Outputs>;
  /**
   * Computes a witness whose signals are read and changed by name.
   *
   * @param inputs - Values of all input signals, as of {@link Circuit.calculateWitness}.
   * @returns The witness, which satisfies all constraints.
   * @throws as {@link Circuit.calculateWitness}
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const witness = await multiplier.witness({ a: 6n, b: 7n });
   * witness.outputs; // { product: 42n }
   * witness.signal("main.a"); // 6n
   * witness.with({ "main.a": 5n }).isSatisfied(); // false
   */
  witness(inputs: Inputs): Promise<CircuitWitness<Outputs, Signals, ProveOptions, ProvenBy[P]>>;
  /**
   * Reads the signals of a witness by name.
   *
   * @param values - One field element for each wire, such as those of a `.wtns` file.
   * @returns The witness, which is not checked.
   */
  toWitness(values: Witness): CircuitWitness<Outputs, Signals, ProveOptions, ProvenBy[P]>;
  /**
   * Computes the values of all wires.
   *
   * @param inputs - Values of all input signals, each from 0 to r - 1: numbers, bigints, booleans,
   *   decimal or 0x-hex text, nested arrays of these, and objects for buses.
   * @returns One field element for each wire; wire 0 is the constant 1.
   * @throws INPUT_…, CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const witness = await multiplier.calculateWitness({ a: 3, b: 11 });
   * witness[multiplier.wire("main.product")]; // 33n
   * await multiplier.calculateWitness({ a: 3 }); // throws INPUT_MISSING
   */
  calculateWitness(inputs: Inputs): Promise<Witness>;
  /** Returns the constraints, for soundness tests. */
  constraints(): R1cs;
  /**
   * Checks a witness against all constraints.
   *
   * @param witness - One field element for each wire.
   * @returns The index of the first violated constraint, from 0 on, or null if all hold.
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const witness = await multiplier.calculateWitness({ a: 3, b: 11 });
   * multiplier.checkWitness(witness); // null
   * witness[multiplier.wire("main.product")] = 34n;
   * multiplier.checkWitness(witness); // 0
   */
  checkWitness(witness: Witness): number | null;
  /**
   * Returns the index of a signal in a witness. Signals that circom has found equal share one.
   *
   * @param signal - Full name, such as "main.hash.out" or "main.in[2]".
   * @throws SIGNAL_NOT_FOUND; SIGNAL_SUBSTITUTED and SIGNAL_WITHOUT_WIRE if only
   *   {@link CircuitWitness.signal} can compute it, or nothing
   */
  wire(signal: string): number;
  /**
   * Computes a witness and proves it. The first proof starts threads and loads the key. Of proofs
   * that are asked for together, one is proven while a thread computes the next witness; the others
   * wait without one.
   *
   * @param inputs - Values of all input signals, as of {@link Circuit.calculateWitness}.
   * @param options - `prover` for this proof.
   * @returns The proof in snarkjs's form, with the public values: outputs, then public inputs.
   * @throws KERNEL_UNSUPPORTED and PROVING_KEY_TOO_LARGE where only snarkjs can prove;
   *   PROVER_UNKNOWN, PROVER_NOT_OF_PROTOCOL, PROVER_CLOSED, EXTERNAL_PROVER_FAILED;
   *   PRIME_WITHOUT_PROVER; as {@link Circuit.calculateWitness}
   *   and {@link Circuit.zkeyPath}
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const proven = await multiplier.prove({ a: 6, b: 7 }, { prover: "kernel" });
   * proven.publicSignals; // ["42"]
   * await multiplier.verify(proven); // true
   */
  prove(inputs: Inputs, options?: ProveOptions): Promise<ProvenBy[P]>;
  /**
   * Checks a witness and proves it, as {@link Circuit.prove} does with a computed one.
   *
   * @param witness - One field element for each wire.
   * @param options - `prover` for this proof.
   * @returns The proof in snarkjs's form, with the public values.
   * @throws CONSTRAINT_VIOLATED, and as {@link Circuit.prove}
   */
  proveWitness(witness: Witness, options?: ProveOptions): Promise<ProvenBy[P]>;
  /**
   * Whether a proof is valid for its public values.
   *
   * @param proven - The proof with all its public values.
   * @throws PROOF_MALFORMED
   */
  verify(proven: ProvenBy[P]): Promise<boolean>;
  /** Returns the verification key in snarkjs's form. @throws as {@link Circuit.zkeyPath} */
  verificationKey(): Promise<VerificationKeyOf[P]>;
  /** Returns the path of the proving key; makes it if needed. @throws as `ensureSystemKey` */
  zkeyPath(): Promise<string>;
  /**
   * Frees the key and ends the threads; later proofs throw PROVER_CLOSED. Without it they stay, but
   * idle threads never keep the process alive. `await using` closes, too.
   */
  close(): Promise<void>;
}

/** One is proven, and the next one has its witness computed: more would only take memory. */
const PROOFS_AT_ONCE = 2;

/**
 * Compiles a circuit, or takes it from the cache. Keys and threads are made at their first use.
 *
 * @param options - `file`, path of the `.circom` file; `cacheDir`, where compiled files and keys
 *   stay; how to compile, set up and prove.
 *   `protocol`: "groth16", "plonk" or "fflonk".
 * @returns The circuit, which belongs to the caller: `close()` ends its threads.
 * @throws PROTOCOL_UNKNOWN, and as {@link compileCircuit}
 *
 * @example
 * const { root, cache: cacheDir } = hre.config.paths;
 * const file = `${root}/circuits/multiplier.circom`;
 * await using circuit = await loadCircuit({ file, cacheDir, optimization: 1 });
 * await circuit.verify(await circuit.prove({ a: 6n, b: 7n })); // true
 */
export async function loadCircuit<
  Inputs extends object = InputValues,
  Outputs extends object = OutputValues,
  Signals extends object = SignalValues,
  P extends Protocol = "groth16",
>(options: LoadCircuitOptions<P>): Promise<Circuit<Inputs, Outputs, Signals, P>> {
  const compiled = await compileCircuit(options);
  const { name } = compiled;
  const constraints = once(() => readR1cs(compiled.r1csPath, [compiled.stats.prime]));
  const signals = once(() => readSignalTable(compiled));
  const folders = toFolders(options);
  const source = createCircuitSource(compiled.file, folders, options.prime);
  const watched = { name, file: compiled.file, folders, prime: compiled.stats.prime };
  const logs = options.logPlaces ? createLogCollector(source.design, options.log) : undefined;
  const log = logs?.collect ?? ((line: string) => (options.log ?? console.log)(line));
  const generator = createCircuitGenerator(compiled, options, log);
  const made = measureProofs(createProofSystem(compiled, options), options.meter);
  const system = options.cacheProofs ? withCachedProofs(made, compiled, options.cacheDir) : made;

  const computed = createComputation(watched, {
    flatten: (inputs) => flattenInputs(name, compiled.inputs, inputs, compiled.stats.prime),
    explain: options.explain === false ? (error) => error : source.explain,
    flush: (inputs) => logs?.flush(inputs),
  });
  const turns = createTurns(PROOFS_AT_ONCE);
  const proveWitness = async (witness: Witness, how?: ProveOptions) => {
    const constraint = checkWitness(constraints(), witness);
    if (constraint !== null) {
      const details = describeViolation(toWitness(witness).violations(1)[0]);
      throw circomError({ code: "CONSTRAINT_VIOLATED", circuit: name, constraint, details });
    }
    return system.prove(encodeWitness(witness, compiled.stats.prime), how);
  };
  const locator = (values: Witness) =>
    options.explain === false ? () => undefined : source.locator(constraints(), signals(), values);
  const context = { circuit: compiled, constraints, signals, locator, prove: proveWitness };
  const toWitness = (values: Witness, inputs?: readonly FlatInput[]) =>
    createCircuitWitness<Outputs, Signals, ProveOptions, ProvenBy[P]>(context, values, inputs);
  const witness = (inputs: Inputs) =>
    computed(inputs, async (flat) => toWitness(await generator.calculate(flat), flat));
  const close = async () => {
    await generator.close();
    await system.close();
  };
  return {
    ...compiled,
    protocol: options.protocol ?? ("groth16" as P),
    compute: async (inputs) => (await witness(inputs)).outputs,
    witness,
    toWitness: (values) => toWitness(values),
    calculateWitness: (inputs) => computed(inputs, generator.calculate),
    constraints,
    checkWitness: (values) => checkWitness(constraints(), values),
    wire: (signal) => signals().wire(signal),
    prove: (inputs, how) =>
      turns(async () => system.prove(await computed(inputs, generator.calculateFile), how)),
    proveWitness,
    verify: system.verify,
    verificationKey: system.verificationKey,
    zkeyPath: system.zkeyPath,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Computation {
  flatten(inputs: InputValues): readonly FlatInput[];
  readonly explain: CircuitSource["explain"];
  /** Passes on what the circuit has printed. */
  flush(inputs: InputValues): void;
}

/** Computes from inputs, notes the result for reports, and explains a refusal. */
function createComputation(
  watched: Parameters<typeof noteWitness>[0],
  { flatten, explain, flush }: Computation,
): <T>(given: object, compute: (inputs: readonly FlatInput[]) => Promise<T>) => Promise<T> {
  return async (given, compute) => {
    const inputs = given as InputValues;
    const flat = flatten(inputs);
    try {
      const result = await compute(flat);
      noteWitness(watched, inputs, true);
      return result;
    } catch (error) {
      if (isRefusal(error)) noteWitness(watched, inputs, false);
      throw explain(error, inputs);
    } finally {
      flush(inputs);
    }
  };
}
