/** Errors in the use of assertions about circuits; what an assertion finds is an AssertionError. */
import { defineErrors } from "../util/errors.ts";

export type TestingErrorFacts =
  | { code: "ASSERTION_SUBJECT"; assertion: string; expected: string; actual: string }
  | { code: "OUTPUT_UNKNOWN"; circuit: string; output: string; known: readonly string[] }
  | { code: "EXPECTED_NOT_A_NUMBER"; signal: string; value: string }
  | { code: "MODEL_FAILED"; reason: string }
  | {
      code: "MODEL_OUTPUTS";
      circuit: string;
      expected: readonly string[];
      given: readonly string[];
    }
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
  MODEL_FAILED: {
    message: ({ reason }) => `The model of the circuit has a fault: ${reason}.`,
    fix: "Correct the model; for inputs that the circuit must refuse it returns null, or throws an Error.",
  },
  MODEL_OUTPUTS: {
    message: ({ circuit, expected, given }) =>
      `The model returns ${given.join(", ") || "no output"}, but circuit ${circuit} has ` +
      `${expected.join(", ") || "no output"}.`,
    fix: "Return an object with each output by name; {} if there is none; null to refuse the inputs.",
  },
  VERIFY_PROOF_MISSING: {
    message: ({ actual }) => `${actual} is no verifier: it has no function verifyProof.`,
    fix: "Pass the contract of ethers.deployContract(circuit.verifierContract), or viem's.",
  },
});
