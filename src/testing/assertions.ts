/** The assertions in the style of `node:assert`. */
import type { DeterminacyOptions } from "../circom/check-determinacy.ts";
import { AssertionError } from "node:assert";
import {
  checkConstraintCount,
  checkDetermined,
  checkProvenBy,
  checkVerifiedOnChain,
  type CountLimits,
} from "./circuit-checks.ts";
import type { ExpectedOf } from "./compare.ts";
import type { CircuitLike, ProofSubject, WitnessSubject } from "./subjects.ts";
import type { Verdict } from "./verdict.ts";
import {
  checkOutputs,
  checkRefused,
  checkSatisfied,
  checkSignals,
  type RefusedBy,
} from "./witness-checks.ts";

/** How outputs are compared. */
export interface OutputOptions {
  /** Whether an output that is left out is an error. Default: false. */
  readonly strict?: boolean;
}

/** Expected outputs; those that are left out are not compared. */
export type ExpectedOutputs<Outputs extends object> = {
  readonly [Name in keyof Outputs]?: ExpectedOf<Outputs[Name]>;
};

/**
 * Assertions about circuits, their witnesses and proofs. All but the last return a promise, which
 * the test awaits. Each throws an AssertionError if it does not hold, and ASSERTION_SUBJECT if it
 * is given anything else than a witness, a proof or a circuit.
 */
export interface CircuitAssertions {
  /**
   * The outputs have these values.
   *
   * @param witness - `circuit.witness(inputs)`, with or without `await`.
   * @param expected - Values by output: numbers, bigints, booleans, decimal or 0x-hex text; nested.
   * @param options - `strict`: no output may be left out.
   * @throws AssertionError with each signal that differs; OUTPUT_UNKNOWN, EXPECTED_NOT_A_NUMBER,
   *   and as `circuit.witness`
   */
  witnessOutputs<Outputs extends object>(
    witness: WitnessSubject<Outputs>,
    expected: ExpectedOutputs<NoInfer<Outputs>>,
    options?: OutputOptions,
  ): Promise<void>;
  /**
   * Signals have these values.
   *
   * @param witness - `circuit.witness(inputs)`, with or without `await`.
   * @param expected - Values by full name, as "main.hash.out", or by the name of an array or bus.
   * @throws AssertionError; SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE, and as `circuit.witness`
   */
  witnessSignals(
    witness: WitnessSubject,
    expected: Readonly<Record<string, ExpectedOf<unknown>>>,
  ): Promise<void>;
  /**
   * The circuit takes the inputs, and the witness satisfies all constraints.
   *
   * @param witness - `circuit.witness(inputs)`, with or without `await`.
   * @throws AssertionError with the violated constraints, or the trace of the refusal
   */
  satisfied(witness: WitnessSubject): Promise<void>;
  /**
   * The circuit refuses the inputs, or the witness violates constraints.
   *
   * @param witness - `circuit.witness(inputs)`, with or without `await`.
   * @param by - What refuses: `{ template, line }` in the trace of a failed assertion,
   *   `{ constraint }` or `{ signal }` for a changed witness, or text of the message. Default:
   *   anything.
   * @throws AssertionError if the witness is good, or something else refuses it
   */
  refused(witness: WitnessSubject, by?: RefusedBy): Promise<void>;
  /**
   * A proof, or that of a witness, is valid by a circuit's key.
   *
   * @param proof - A proof with its public values, or a witness that is proven first; with or
   * without `await`.
   * @param circuit - Of `hre.circuits.get` or `loadCircuit`.
   * @throws AssertionError, and as `circuit.verify` and `circuit.prove`
   */
  provenBy(proof: ProofSubject, circuit: CircuitLike): Promise<void>;
  /**
   * A verifier contract accepts a proof, or that of a witness.
   *
   * @param proof - A proof with its public values, or a witness that is proven first; with or
   * without `await`.
   * @param contract - A contract with `verifyProof(a, b, c, input)`, of ethers or viem.
   * @throws AssertionError; VERIFY_PROOF_MISSING, and the errors of the call
   */
  verifiedOnChain(proof: ProofSubject, contract: object): Promise<void>;
  /**
   * The circuit has this number of constraints, or one within `{ min, max }`.
   *
   * @param circuit - Of `hre.circuits.get` or `loadCircuit`.
   * @param limits - The number, or its limits, both included.
   * @throws AssertionError
   */
  constraintCount(circuit: CircuitLike, limits: CountLimits): void;
  /**
   * Asserts that the inputs of a circuit determine its outputs, as `checkDeterminacy` finds.
   *
   * @param circuit - Of `hre.circuits.get` or `loadCircuit`.
   * @param options - Inputs to start from, seed, time limit.
   * @throws AssertionError
   */
  determined(circuit: CircuitLike, options?: DeterminacyOptions): Promise<void>;
}

function createAssertions(isNegated: boolean): CircuitAssertions {
  const judge = (operator: string, verdict: Verdict): void => {
    if (verdict.isMet !== isNegated) return;
    const { message, negated, actual, expected } = verdict;
    throw new AssertionError({
      message: isNegated ? negated : message,
      actual,
      expected,
      operator: isNegated ? `not.${operator}` : operator,
    });
  };
  return {
    witnessOutputs: async (witness, expected, { strict = false } = {}) =>
      judge("witnessOutputs", await checkOutputs(witness, expected, { isStrict: strict })),
    witnessSignals: async (witness, expected) =>
      judge("witnessSignals", await checkSignals(witness, expected)),
    satisfied: async (witness) => judge("satisfied", await checkSatisfied(witness)),
    refused: async (witness, by) => judge("refused", await checkRefused(witness, by)),
    provenBy: async (proof, circuit) => judge("provenBy", await checkProvenBy(proof, circuit)),
    verifiedOnChain: async (proof, contract) =>
      judge("verifiedOnChain", await checkVerifiedOnChain(proof, contract)),
    constraintCount: (circuit, limits) =>
      judge("constraintCount", checkConstraintCount(circuit, limits)),
    determined: async (circuit, options) =>
      judge("determined", await checkDetermined(circuit, options)),
  };
}

/**
 * Assertions about circuits, which throw the AssertionError of `node:assert`; `not` has each of
 * them negated.
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const witness = multiplier.witness({ a: 6, b: 7 });
 * await circuitAssert.witnessOutputs(witness, { product: 42 });
 * await circuitAssert.not.satisfied((await witness).with({ "main.product": 43 }));
 */
export const circuitAssert: CircuitAssertions & { readonly not: CircuitAssertions } = {
  ...createAssertions(false),
  not: createAssertions(true),
};
