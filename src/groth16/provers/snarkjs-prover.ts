/** Groth16 by snarkjs: slower than the kernel, without the kernel's memory limit. */
import { openSnarkjs } from "../snarkjs.ts";
import type { Groth16Prover } from "./prover.ts";

export function createSnarkjsProver(): Groth16Prover {
  const { prove, close } = openSnarkjs();
  return { name: "snarkjs", prove, close };
}
