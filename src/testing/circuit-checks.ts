/** Assertions about circuits and proofs. */
import { checkDeterminacy, type DeterminacyOptions } from "../circom/check-determinacy.ts";
import type { Circuit } from "../circom/circuit.ts";
import { toSolidityArguments } from "../circom/solidity-proof.ts";
import { testingError } from "./errors.ts";
import { type AnyProof, requireCircuit, resolveProof } from "./subjects.ts";
import type { Verdict } from "./verdict.ts";

/** An exact number of constraints, or its limits, both included. */
export type CountLimits = number | { readonly min?: number; readonly max?: number };

/** Compares the number of constraints. @throws ASSERTION_SUBJECT */
export function checkConstraintCount(subject: unknown, limits: CountLimits): Verdict {
  const { name, stats } = requireCircuit("constraintCount", subject);
  const { min = 0, max = Infinity } =
    typeof limits === "number" ? { min: limits, max: limits } : limits;
  const expected =
    min === max
      ? `${min}`
      : max === Infinity
        ? `at least ${min}`
        : min === 0
          ? `at most ${max}`
          : `${min} to ${max}`;
  const actual = stats.constraints;
  return {
    isMet: actual >= min && actual <= max,
    message: `circuit ${name} should have ${expected} constraints, but has ${actual}`,
    negated: `circuit ${name} should not have ${expected} constraints, but has ${actual}`,
    expected: limits,
    actual,
  };
}

/** Maximum signals of a counter-example in a message. */
const SIGNALS_SHOWN = 4;

/** Looks for outputs that a prover can choose. @throws ASSERTION_SUBJECT, as `checkDeterminacy` */
export async function checkDetermined(
  subject: unknown,
  options: DeterminacyOptions = {},
): Promise<Verdict> {
  const circuit = requireCircuit<Circuit>("determined", subject);
  const report = await checkDeterminacy(circuit, options);
  const { passed, counterExamples, seed, outputs } = report;
  const example = counterExamples.find(({ reachesOutput }) => reachesOutput);
  const shown = example?.differences
    .slice(0, SIGNALS_SHOWN)
    .map(({ signal, honest, other }) => `${signal} can be ${honest} or ${other}`);
  const open = outputs.filter(({ determinedWhereTried }) => !determinedWhereTried);
  const reason =
    shown?.join("; ") ?? `not shown of ${open.map(({ signal }) => signal).join(", ") || "any"}`;
  return {
    isMet: passed,
    message: `the inputs of circuit ${circuit.name} do not determine its outputs (seed ${seed}): ${reason}`,
    negated: `the inputs of circuit ${circuit.name} determine its outputs, but should not`,
    expected: "determined",
    actual: report.verdict,
  };
}

/** Verifies a proof by the key of a circuit. @throws ASSERTION_SUBJECT, PROOF_MALFORMED */
export async function checkProvenBy(subject: unknown, circuit: unknown): Promise<Verdict> {
  const { name, verify } = requireCircuit("provenBy", circuit);
  const proven = await resolveProof("provenBy", subject);
  const values = `public values ${proven.publicSignals.join(", ")}`;
  return {
    isMet: await verify(proven as never),
    message: `the proof is not valid for circuit ${name} with the ${values}`,
    negated: `the proof is valid for circuit ${name} with the ${values}, but should not be`,
    expected: "a valid proof",
    actual: proven.publicSignals,
  };
}

/**
 * Verifies a proof by a contract, with `verifyProof(a, b, c, input)`, or for PLONK and fflonk with
 * `verifyProof(proof, input)`.
 *
 * @throws VERIFY_PROOF_MISSING, ASSERTION_SUBJECT, PROOF_MALFORMED, and errors of the call
 */
export async function checkVerifiedOnChain(subject: unknown, contract: unknown): Promise<Verdict> {
  const verifyProof = verifyProofOf(contract);
  const proven = await resolveProof("verifiedOnChain", subject);
  const args = solidityArguments(proven);
  const input = args.at(-1) as readonly bigint[];
  const values = `public values ${input.join(", ")}`;
  return {
    isMet: (await verifyProof(args)) === true,
    message: `the contract rejects the proof with the ${values}`,
    negated: `the contract accepts the proof with the ${values}, but should reject it`,
    expected: true,
    actual: proven.publicSignals,
  };
}

/** The arguments of the contract that the proof system has. */
function solidityArguments(proven: AnyProof): readonly unknown[] {
  const protocol = (proven.proof as { readonly protocol?: unknown } | null)?.protocol;
  if (protocol === "plonk" || protocol === "fflonk") {
    const { proof, input } = toSolidityArguments(protocol, proven as never);
    return [proof, input];
  }
  const { a, b, c, input } = toSolidityArguments("groth16", proven as never);
  return [a, b, c, input];
}

function verifyProofOf(contract: unknown): (args: readonly unknown[]) => Promise<unknown> {
  const { read, verifyProof } = Object(contract) as {
    readonly read?: { verifyProof?(args: readonly unknown[]): Promise<unknown> };
    readonly verifyProof?: (...args: readonly unknown[]) => Promise<unknown>;
  };
  if (typeof verifyProof === "function") return (args) => verifyProof(...args);
  if (typeof read?.verifyProof === "function") return async (args) => read.verifyProof?.(args);
  const actual = typeof contract === "object" ? "The object" : `A ${typeof contract}`;
  throw testingError({ code: "VERIFY_PROOF_MISSING", actual });
}
