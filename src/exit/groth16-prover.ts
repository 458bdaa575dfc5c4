/** A prover of exits for a page: `groth16`, and the two files of the exit circuit. */
import type { VerificationKey } from "../groth16/snarkjs.ts";
import type { FileSource, Groth16 } from "../portable/types.ts";
import { createCircuitProver } from "../prover/circuit-prover.ts";
import type { Prover } from "../prover/prover.ts";

/** The exit circuit of a rollup's preset, as its build has made it. */
export interface ExitCircuitFiles {
  /** The witness generator that circom has written. */
  readonly wasm: FileSource;
  /** The proving key, of the verifier that is deployed. */
  readonly zkey: FileSource;
  /** The verification key of that proving key, in snarkjs's JSON form. */
  readonly verificationKey: VerificationKey;
}

/**
 * Creates a prover of exits, to prove where the user is: in a page, or in Node.
 *
 * @param groth16 - From `hardhat-zkrollup/groth16`; the prover's `close` ends its threads.
 * @param files - The exit circuit. `rollup:prover --output` writes it.
 * @returns A prover for {@link exitRollup}. It verifies each of its proofs.
 *
 * @example
 * ```text
 * const files = { wasm: "/exit.wasm", zkey: "/exit.zkey", verificationKey };
 * const prover = createExitProver(groth16, files);
 * await exitRollup(client, prover, request);
 * await prover.close();
 * ```
 */
export function createExitProver(
  groth16: Pick<Groth16, "fullProve" | "verify" | "terminate">,
  { wasm, zkey, verificationKey }: ExitCircuitFiles,
): Prover {
  const circuit = {
    prove: (input: Parameters<Groth16["fullProve"]>[0]) => groth16.fullProve(input, wasm, zkey),
    verify: ({ proof, publicSignals }: Awaited<ReturnType<Groth16["fullProve"]>>) =>
      groth16.verify(verificationKey, publicSignals, proof),
  };
  return createCircuitProver({
    name: "groth16",
    capacity: 1,
    circuitOf: () => Promise.resolve(circuit),
    close: () => groth16.terminate(),
  });
}
