/** What can go wrong around a proof. What is wrong with a witness is for `src/circuits` to say. */
import { defineErrors } from "../util/errors.ts";

export type ProverErrorFacts = {
  code: "PROOF_PUBLIC_INPUTS_MISMATCH";
  slots: number;
  index: number;
  expected: bigint;
  actual: bigint;
};

export const proverError = defineErrors<ProverErrorFacts>({
  PROOF_PUBLIC_INPUTS_MISMATCH: {
    message: ({ slots, index, expected, actual }) =>
      `The proof of a block of ${slots} slots has ${actual} as public input ${index}, ` +
      `but the block has ${expected}.`,
    fix: "The circuit is of another version than this package: hardhat clean, hardhat build.",
  },
});
