/** Errors of the proof of a block or an exit. */
import { defineErrors } from "../util/errors.ts";

export type ProverErrorFacts =
  | {
      code: "PROOF_PUBLIC_INPUTS_MISMATCH";
      keyId: number;
      index: number;
      expected: bigint;
      actual: bigint;
    }
  | { code: "PROOF_INVALID"; keyId: number; prover: string };

export const proverError = defineErrors<ProverErrorFacts>({
  PROOF_PUBLIC_INPUTS_MISMATCH: {
    message: ({ keyId, index, expected, actual }) =>
      `The proof for key ${keyId} has ${actual} as public input ${index}, ` +
      `but the job has ${expected}.`,
    fix: "The circuit belongs to another version of this package: run hardhat clean and hardhat build.",
  },
  PROOF_INVALID: {
    message: ({ keyId, prover }) =>
      `The prover ${prover} has made a proof for key ${keyId} that does not verify.`,
    fix: "The proof is not sent and is made again; if it stays so, try another prover or machine.",
  },
});
