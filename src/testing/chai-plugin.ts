/** The assertions as matchers of Chai. */
import type { DeterminacyOptions } from "../circom/check-determinacy.ts";
import type { Circuit } from "../circom/circuit.ts";
import type { CircuitWitness } from "../circom/circuit-witness.ts";
import type { InputValues } from "../circom/witness-inputs.ts";
import {
  checkConstraintCount,
  checkDetermined,
  checkProvenBy,
  checkVerifiedOnChain,
  type CountLimits,
} from "./circuit-checks.ts";
import { type ChaiToolkit, createChaiToolkit } from "./chai-toolkit.ts";
import { requireCircuit } from "./subjects.ts";
import {
  checkOutputs,
  checkRefused,
  checkSatisfied,
  checkSignals,
  type RefusedBy,
} from "./witness-checks.ts";

/** The flag of `strict`. */
const STRICT = "zkrollup.strict";
/** The contract of hardhat-zkit's `useSolidityVerifier`. */
const VERIFIER = "zkrollup.verifier";

/**
 * Adds the matchers for circuits to Chai: `chai.use(circuitMatchers)`. `hardhat-zkrollup/chai` does
 * so when it is imported.
 *
 * @param chai - Passed by `use`.
 * @param utils - Passed by `use`.
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * await expect(multiplier.witness({ a: 6, b: 7 })).to.have.witnessOutputs({ product: 42 });
 * await expect(multiplier.prove({ a: 6, b: 7 })).to.be.provenBy(multiplier);
 */
export function circuitMatchers(chai: Chai.ChaiStatic, utils: Chai.ChaiUtils): void {
  const toolkit = createChaiToolkit(chai, utils);
  addWitnessMatchers(toolkit);
  addCircuitMatchers(toolkit);
  addZkitMatchers(toolkit);
}

function addWitnessMatchers({ method, property, check, flag }: ChaiToolkit): void {
  property("strict", (assertion) => flag(assertion, STRICT, true));
  method("witnessInputs", (assertion, inputs: InputValues) => {
    const computed = requireCircuit<Circuit>("witnessInputs", assertion._obj).witness(inputs);
    flag(assertion, "object", computed);
    assertion.then = (...handlers) => computed.then(() => undefined).then(...handlers);
  });
  method("witnessOutputs", (assertion, expected: Readonly<Record<string, unknown>>) => {
    const isStrict = flag(assertion, STRICT) === true;
    check(assertion, (subject) => checkOutputs(subject, expected, { isStrict }));
  });
  method("witnessSignals", (assertion, expected: Readonly<Record<string, unknown>>) =>
    check(assertion, (subject) => checkSignals(subject, expected)),
  );
  property("satisfied", (assertion) => check(assertion, checkSatisfied));
  method("refused", (assertion, by?: RefusedBy) =>
    check(assertion, (subject) => checkRefused(subject, by)),
  );
}

function addCircuitMatchers({ method, property, check, judge, flag }: ChaiToolkit): void {
  method("constraintCount", (assertion, limits: CountLimits) => {
    judge(assertion, checkConstraintCount(assertion._obj, limits));
  });
  method("determined", (assertion, options?: DeterminacyOptions) =>
    check(assertion, (subject) => checkDetermined(subject, options)),
  );
  property("constraints", (assertion) => {
    const { name, stats } = requireCircuit("constraints", assertion._obj);
    flag(assertion, "object", stats.constraints);
    flag(assertion, "message", `constraints of circuit ${name}`);
  });
  method("provenBy", (assertion, circuit: object) =>
    check(assertion, (subject) => checkProvenBy(subject, circuit)),
  );
  method("verifiedOnChain", (assertion, contract: object) =>
    check(assertion, (subject) => checkVerifiedOnChain(subject, contract)),
  );
}

/** Matchers of hardhat-zkit that are not among ours. */
function addZkitMatchers({ method, check, flag }: ChaiToolkit): void {
  method("generateProof", (assertion, inputs: InputValues) => {
    const { witness } = requireCircuit<Circuit>("generateProof", assertion._obj);
    check(assertion, () => checkSatisfied(witness(inputs).then(provable)));
  });
  method("useSolidityVerifier", (assertion, contract: object) =>
    flag(assertion, VERIFIER, contract),
  );
  method("verifyProof", (assertion, proof: unknown) => {
    const contract: unknown = flag(assertion, VERIFIER);
    check(assertion, (circuit) =>
      contract === undefined
        ? checkProvenBy(proof, circuit)
        : checkVerifiedOnChain(proof, contract),
    );
  });
}

/** Proves a witness, so that the provers and keys are tested, too. */
async function provable(witness: CircuitWitness): Promise<CircuitWitness> {
  await witness.prove();
  return witness;
}
