/** The mock prover, which proves nothing: only for tests of contracts and of the operator. */
import type { Prover } from "./prover.ts";

const PROOF_WORDS = 8;

/**
 * Creates a prover that answers at once with eight zero words, which the mock verifier accepts and
 * a real one refuses. The config's `prover: "mock"` selects both together.
 *
 * @returns The prover, which needs no keys.
 *
 * @example
 * const job = { keyId: 4, input: {}, publicInputs: [7n] };
 * (await createMockProver().prove(job)).publicInputs; // [7n]
 */
export function createMockProver(): Prover {
  return {
    name: "mock",
    capacity: 1, // it answers at once
    prove: ({ publicInputs }) =>
      Promise.resolve({ proof: Array<bigint>(PROOF_WORDS).fill(0n), publicInputs }),
    close: () => Promise.resolve(),
  };
}
