/** Groth16 by snarkjs: slower than the kernel, without the kernel's memory limit. */
import { openSnarkjs } from "../snarkjs.ts";
import type { Groth16Prover } from "./prover.ts";

/**
 * Creates a prover that computes with snarkjs.
 *
 * @returns The prover; its threads start at the first proof, and `close()` ends them.
 *
 * @example
 * const prover = createSnarkjsProver();
 * const witness = encodeWitness(await multiplier.calculateWitness({ a: 6n, b: 7n }));
 * const proven = await prover.prove(await multiplier.zkeyPath(), witness);
 * proven.publicSignals; // ["42"]
 * await multiplier.verify(proven); // true
 * await prover.close();
 */
export function createSnarkjsProver(): Groth16Prover {
  const { prove, close } = openSnarkjs();
  return { name: "snarkjs", prove, close };
}
