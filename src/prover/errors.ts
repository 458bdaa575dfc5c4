/** Errors of the proof of a block or an exit. */
import { defineErrors } from "../util/errors.ts";

export type ProverErrorFacts = {
  code: "PROOF_PUBLIC_INPUTS_MISMATCH";
  keyId: number;
  index: number;
  expected: bigint;
  actual: bigint;
};

export const proverError = defineErrors<ProverErrorFacts>({
  PROOF_PUBLIC_INPUTS_MISMATCH: {
    message: ({ keyId, index, expected, actual }) =>
      `The proof for key ${keyId} has ${actual} as public input ${index}, ` +
      `but the job has ${expected}.`,
    fix: "The circuit belongs to another version of this package: run hardhat clean and hardhat build.",
  },
});
