/** What can go wrong around a proof. What is wrong with a witness is for `src/circuits` to say. */
import { defineErrors } from "../util/errors.ts";

export type ProverErrorFacts =
  | {
      code: "PROOF_PUBLIC_INPUTS_MISMATCH";
      keyId: number;
      index: number;
      expected: bigint;
      actual: bigint;
    }
  | { code: "EXTERNAL_COMMAND_INVALID"; command: string; missing: readonly string[] }
  | { code: "EXTERNAL_PROVER_FAILED"; command: string; reason: string; output: string }
  | { code: "PROVING_KEY_TOO_LARGE"; domainSize: number }
  | { code: "PROVING_KEY_RELEASED" }
  | { code: "WITNESS_LENGTH_MISMATCH"; expected: number; actual: number };

export const proverError = defineErrors<ProverErrorFacts>({
  PROOF_PUBLIC_INPUTS_MISMATCH: {
    message: ({ keyId, index, expected, actual }) =>
      `The proof for key ${keyId} has ${actual} as public input ${index}, ` +
      `but the job has ${expected}.`,
    fix: "The circuit is of another version than this package: hardhat clean, hardhat build.",
  },
  EXTERNAL_COMMAND_INVALID: {
    message: ({ command, missing }) =>
      `The command of the external prover, ${JSON.stringify(command)}, lacks ${missing.join(", ")}.`,
    fix: "Write it like this: rapidsnark {zkey} {wtns} {proof} {public}",
  },
  EXTERNAL_PROVER_FAILED: {
    message: ({ command, reason, output }) =>
      `The external prover ${JSON.stringify(command)} has failed: ` +
      `${reason}${output === "" ? "." : `: ${output}`}`,
    fix: 'Run the command by hand on a .zkey and a .wtns file, or use the "kernel" prover.',
  },
  PROVING_KEY_TOO_LARGE: {
    message: ({ domainSize }) =>
      `A proving key with ${domainSize} constraints does not fit 4 GiB of memory.`,
    fix: 'Use a smaller block, or the "snarkjs" prover.',
  },
  PROVING_KEY_RELEASED: {
    message: () => "The proving key was released, or loaded by another prover.",
    fix: "Load the key again with the prover that is to use it.",
  },
  WITNESS_LENGTH_MISMATCH: {
    message: ({ expected, actual }) =>
      `The witness has ${actual} values, but the proving key is for ${expected}.`,
    fix: "Make the witness with the same compilation of the circuit as the key.",
  },
});
