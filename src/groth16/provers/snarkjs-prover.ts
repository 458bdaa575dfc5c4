/** Groth16 by snarkjs: slower than the kernel, and without its limit of memory. */
import { openSnarkjs } from "../snarkjs.ts";
import type { Groth16Prover } from "./prover.ts";

export function createSnarkjsProver(): Groth16Prover {
  const { prove, close } = openSnarkjs();
  return { name: "snarkjs", prove, close };
}
