/** The assertions in the style of `node:assert`. */
import { AssertionError } from "node:assert";
import {
  checkConstraintCount,
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

/** Expected outputs; those that are left out are not compared. */
export type ExpectedOutputs<Outputs extends object> = {
  readonly [Name in keyof Outputs]?: ExpectedOf<Outputs[Name]>;
};

/** How outputs are compared. */
export interface OutputsOptions {
  /** Whether no output may be left out. Default: false. */
  readonly strict?: boolean;
}

/** Assertions about circuits, their witnesses and proofs. All but the last reject or resolve. */
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
    options?: OutputsOptions,
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
   * @param witness - `circuit.witness(inputs)`, with or without `await`, or a changed copy.
   * @throws AssertionError with the constraints, or the circuit's refusal; INPUT_…
   */
  satisfied(witness: WitnessSubject): Promise<void>;
  /**
   * The circuit refuses the inputs, or the witness violates constraints.
   *
   * @param witness - `circuit.witness(inputs)` without `await`, or a changed copy of a witness.
   * @param by - What refuses: `{ template, line }` in the trace of a failed assertion,
   *   `{ constraint }` or `{ signal }` for a changed witness, or text of the message. Default:
   *   anything.
   */
  refused(witness: WitnessSubject, by?: RefusedBy): Promise<void>;
  /**
   * A proof, or that of a witness, is valid by a circuit's key.
   *
   * @param proof - Of `circuit.prove(inputs)`, with or without `await`; or a witness.
   * @param circuit - The circuit with the key.
   * @throws AssertionError; PROOF_MALFORMED, CONSTRAINT_VIOLATED for a witness
   */
  provenBy(proof: ProofSubject, circuit: CircuitLike): Promise<void>;
  /**
   * A verifier contract accepts a proof, or that of a witness.
   *
   * @param proof - Of `circuit.prove(inputs)`, with or without `await`; or a witness.
   * @param contract - A contract with `verifyProof(a, b, c, input)`, of ethers or viem.
   */
  verifiedOnChain(proof: ProofSubject, contract: object): Promise<void>;
  /**
   * The circuit has this number of constraints, or one within limits.
   *
   * @param circuit - The circuit.
   * @param limits - The exact number, or `{ min, max }`, both included.
   * @throws AssertionError with the number
   */
  constraintCount(circuit: CircuitLike, limits: CountLimits): void;
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
