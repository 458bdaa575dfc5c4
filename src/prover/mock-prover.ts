/** The prover that proves nothing: for tests of contracts and of the operator only. */
import type { Prover } from "./prover.ts";

const PROOF_WORDS = 8;

/**
 * Answers at once with eight zero words, which the mock verifier accepts and a real one rejects.
 * The one switch `prover: "mock"` of the config picks both, never one of them.
 */
export function createMockProver(): Prover {
  return {
    name: "mock",
    prove: ({ publicInputs }) =>
      Promise.resolve({ proof: Array<bigint>(PROOF_WORDS).fill(0n), publicInputs }),
    close: () => Promise.resolve(),
  };
}
