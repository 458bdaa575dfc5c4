/** Loads a key and makes one proof; see `measureProcess`. */

import { readFile } from "node:fs/promises";
import { proveEncoded, releaseProver } from "../groth16/snarkjs.ts";
import { createGroth16Prover } from "../groth16/kernel/prover.ts";
import { runInProcess } from "./measure.ts";

export interface ProveTask {
  readonly prover: "kernel" | "snarkjs";
  readonly zkeyPath: string;
  readonly witnessPath: string;
}

runInProcess(async ({ prover, zkeyPath, witnessPath }: ProveTask) => {
  const witness = await readFile(witnessPath);
  if (prover === "snarkjs") {
    const proven = await proveEncoded(zkeyPath, witness);
    await releaseProver();
    return proven;
  }
  const kernel = createGroth16Prover();
  const proven = await kernel.prove(await kernel.loadKey(zkeyPath), witness);
  await kernel.close();
  return proven;
});
