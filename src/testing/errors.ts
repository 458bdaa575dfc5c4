/** Errors in the use of assertions about circuits; what an assertion finds is an AssertionError. */
import { defineErrors } from "../util/errors.ts";

export type TestingErrorFacts =
  | { code: "ASSERTION_SUBJECT"; assertion: string; expected: string; actual: string }
  | { code: "OUTPUT_UNKNOWN"; circuit: string; output: string; known: readonly string[] }
  | { code: "EXPECTED_NOT_A_NUMBER"; signal: string; value: string }
  | { code: "VERIFY_PROOF_MISSING"; actual: string };

export const testingError = defineErrors<TestingErrorFacts>({
  ASSERTION_SUBJECT: {
    message: ({ assertion, expected, actual }) =>
      `${assertion} is about ${expected}, but it is given ${actual}.`,
    fix: "Pass circuit.witness(inputs), with or without await, or a proof of circuit.prove(inputs).",
  },
  OUTPUT_UNKNOWN: {
    message: ({ circuit, output, known }) =>
      `Circuit ${circuit} has no output ${output}; its outputs are ${known.join(", ") || "none"}.`,
    fix: "Correct the name; witnessSignals compares other signals, by full names (main.sum).",
  },
  EXPECTED_NOT_A_NUMBER: {
    message: ({ signal, value }) =>
      `The expected value of ${signal} is ${value}, no field element.`,
    fix: "Expect a bigint, a safe integer, a boolean, or a decimal or 0x-hex string, from 0 to r - 1.",
  },
  VERIFY_PROOF_MISSING: {
    message: ({ actual }) => `${actual} is no verifier: it has no function verifyProof.`,
    fix: "Pass the contract of ethers.deployContract(circuit.verifierContract), or viem's.",
  },
});
