/** Testers with the methods of circomkit, on top of a loaded circuit. */
import type { SignalTree } from "../circom/signal-tree.ts";
import type { InputValue } from "../circom/witness-inputs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";
import type { Groth16Proof, ProofWithSignals } from "../groth16/snarkjs.ts";
import { isRollupError } from "../util/errors.ts";
import { circuitAssert } from "./assertions.ts";
import type { TestedCircuit } from "./subjects.ts";

/** Values by the names in a list; by any name if the list is empty. */
export type SignalsOfNames<Names extends readonly string[], Value> = Names extends readonly []
  ? Readonly<Record<string, Value>>
  : { readonly [Name in Names[number]]: Value };

/**
 * The witness tester of circomkit.
 *
 * @typeParam IN - Names of the inputs.
 * @typeParam OUT - Names of the outputs.
 */
export interface WitnessTester<
  IN extends readonly string[] = [],
  OUT extends readonly string[] = [],
> {
  /**
   * The circuit takes the inputs, and gives these outputs.
   *
   * @param inputs - Values of all input signals, by name.
   * @param outputs - Values of outputs, by name; those that are left out are not compared.
   * @throws AssertionError
   */
  expectPass(
    inputs: SignalsOfNames<IN, InputValue>,
    outputs?: Partial<SignalsOfNames<OUT, InputValue>>,
  ): Promise<void>;
  /**
   * The circuit refuses the inputs, or their number is wrong.
   *
   * @param inputs - Values of all input signals, by name.
   * @returns The message of the error.
   * @throws AssertionError; other errors, as of a misspelt input
   */
  expectFail(inputs: SignalsOfNames<IN, InputValue>): Promise<string>;
  /**
   * The witness satisfies all constraints.
   *
   * @param witness - One field element for each wire.
   * @throws AssertionError
   */
  expectConstraintPass(witness: Witness): Promise<void>;
  /**
   * The witness violates a constraint.
   *
   * @param witness - One field element for each wire.
   * @throws AssertionError
   */
  expectConstraintFail(witness: Witness): Promise<void>;
  /** Returns the number of constraints. */
  getConstraintCount(): Promise<number>;
  /**
   * The circuit has at least this number of constraints, or exactly it.
   *
   * @param expected - The number, from 0.
   * @param exact - Whether more are an error. Default: false.
   * @throws AssertionError
   */
  expectConstraintCount(expected: number, exact?: boolean): Promise<void>;
  /**
   * Returns the values of all wires, each in [0, r).
   *
   * @param inputs - Values of all input signals, by name.
   * @throws as `Circuit.calculateWitness`
   */
  calculateWitness(inputs: SignalsOfNames<IN, InputValue>): Promise<Witness>;
  /**
   * Computes signals.
   *
   * @param inputs - Values of all input signals, by name.
   * @param signals - Names without "main.": "product", or "component.signal".
   * @returns Their values by these names, arrays nested.
   * @throws AssertionError, SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE
   */
  compute(
    inputs: SignalsOfNames<IN, InputValue>,
    signals: readonly string[],
  ): Promise<Record<string, SignalTree>>;
  /**
   * Changes signals, and recomputes nothing.
   *
   * @param witness - One field element for each wire.
   * @param values - New values by full name, such as "main.product".
   * @returns A changed copy.
   * @throws as `CircuitWitness.with`
   */
  editWitness(witness: Witness, values: Readonly<Record<string, InputValue>>): Promise<Witness>;
  /**
   * Reads signals by full name.
   *
   * @param witness - One field element for each wire.
   * @param symbols - Full names, such as "main.product".
   * @returns Their values by these names, arrays nested.
   * @throws SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE
   */
  readWitness(witness: Witness, symbols: readonly string[]): Promise<Record<string, SignalTree>>;
  /**
   * Reads signals by names without "main.".
   *
   * @param witness - One field element for each wire.
   * @param signals - Names such as "product", or "component.signal".
   * @returns Their values by these names, arrays nested.
   * @throws SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE
   */
  readWitnessSignals(
    witness: Witness,
    signals: readonly string[],
  ): Promise<Record<string, SignalTree>>;
}

/** The proof tester of circomkit. */
export interface ProofTester<IN extends readonly string[] = []> {
  /**
   * Returns the proof of some inputs, with the public values.
   *
   * @param inputs - Values of all input signals, by name.
   * @throws as `Circuit.prove`
   */
  prove(inputs: SignalsOfNames<IN, InputValue>): Promise<ProofWithSignals>;
  /**
   * Returns whether a proof is valid.
   *
   * @param proof - In snarkjs's form.
   * @param publicSignals - Public values in decimal: outputs, then public inputs.
   * @throws PROOF_MALFORMED
   */
  verify(proof: Groth16Proof, publicSignals: readonly string[]): Promise<boolean>;
  /**
   * The proof is valid.
   *
   * @param proof - In snarkjs's form.
   * @param publicSignals - Public values in decimal: outputs, then public inputs.
   * @throws AssertionError, PROOF_MALFORMED
   */
  expectPass(proof: Groth16Proof, publicSignals: readonly string[]): Promise<void>;
  /**
   * The proof is not valid.
   *
   * @param proof - In snarkjs's form.
   * @param publicSignals - Public values in decimal: outputs, then public inputs.
   * @throws AssertionError, PROOF_MALFORMED
   */
  expectFail(proof: Groth16Proof, publicSignals: readonly string[]): Promise<void>;
}

/** Codes of errors with which `expectFail` passes, as it does in circomkit. */
const EXPECTED_FAILURES = ["CIRCUIT_ASSERT_FAILED", "INPUT_MISSING", "INPUT_SHAPE"];

/**
 * Wraps a circuit as circomkit's `WitnessTester`, to keep its tests.
 *
 * @param circuit - Of `hre.circuits.get` or `loadCircuit`.
 * @returns A tester, which holds nothing to close.
 *
 * @example
 * const tester = createWitnessTester(await hre.circuits.get("multiplier"));
 * await tester.expectPass({ a: 6, b: 7 }, { product: 42 });
 * await tester.compute({ a: 6, b: 7 }, ["product"]); // { product: 42n }
 */
export function createWitnessTester<
  IN extends readonly string[] = [],
  OUT extends readonly string[] = [],
>(circuit: TestedCircuit): WitnessTester<IN, OUT> {
  const read = (witness: Witness, names: readonly string[], prefix: string) => {
    const { signal } = circuit.toWitness(witness);
    return Promise.resolve(
      Object.fromEntries(names.map((name) => [name, signal(`${prefix}${name}`)])),
    );
  };
  return {
    expectPass: async (inputs, outputs = {}) => {
      const witness = circuit.witness(inputs as never);
      await circuitAssert.satisfied(witness);
      await circuitAssert.witnessOutputs(witness, outputs);
    },
    expectFail: async (inputs) => {
      const error = await circuit.witness(inputs as never).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) await circuitAssert.refused(circuit.witness(inputs as never));
      if (isRollupError(error) && EXPECTED_FAILURES.includes(error.code)) return error.message;
      throw error;
    },
    expectConstraintPass: async (witness) => circuitAssert.satisfied(circuit.toWitness(witness)),
    expectConstraintFail: async (witness) =>
      circuitAssert.not.satisfied(circuit.toWitness(witness)),
    getConstraintCount: () => Promise.resolve(circuit.stats.constraints),
    expectConstraintCount: (expected, exact = false) =>
      Promise.resolve().then(() => {
        circuitAssert.constraintCount(circuit, exact ? expected : { min: expected });
      }),
    calculateWitness: (inputs) => circuit.calculateWitness(inputs as never),
    compute: async (inputs, signals) => {
      const witness = await circuit.witness(inputs as never);
      await circuitAssert.satisfied(witness);
      return read(witness.values, signals, "main.");
    },
    editWitness: async (witness, values) =>
      Promise.resolve(circuit.toWitness(witness).with(values).values),
    readWitness: (witness, symbols) => read(witness, symbols, ""),
    readWitnessSignals: (witness, signals) => read(witness, signals, "main."),
  };
}

/**
 * Wraps a circuit as circomkit's `ProofTester` for Groth16.
 *
 * @param circuit - Of `hre.circuits.get` or `loadCircuit`, which make its keys.
 * @returns A tester, which holds nothing to close.
 *
 * @example
 * const tester = createProofTester(await hre.circuits.get("multiplier"));
 * const { proof, publicSignals } = await tester.prove({ a: 6, b: 7 });
 * await tester.verify(proof, publicSignals); // true
 * await tester.expectFail(proof, ["43"]);
 * publicSignals; // ["42"]
 */
export function createProofTester<IN extends readonly string[] = []>(
  circuit: TestedCircuit,
): ProofTester<IN> {
  return {
    prove: (inputs) => circuit.prove(inputs as never),
    verify: (proof, publicSignals) => circuit.verify({ proof, publicSignals }),
    expectPass: (proof, publicSignals) => circuitAssert.provenBy({ proof, publicSignals }, circuit),
    expectFail: (proof, publicSignals) =>
      circuitAssert.not.provenBy({ proof, publicSignals }, circuit),
  };
}
