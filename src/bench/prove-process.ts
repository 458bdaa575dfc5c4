/** Loads a key and makes one proof; see `measureProcess`. */

import { readFile } from "node:fs/promises";
import { createGroth16Workers } from "../groth16/provers/workers.ts";
import { runInProcess } from "./measure.ts";

export interface ProveTask {
  readonly prover: "kernel" | "snarkjs";
  readonly zkeyPath: string;
  readonly witnessPath: string;
}

runInProcess(async ({ prover, zkeyPath, witnessPath }: ProveTask) => {
  const workers = createGroth16Workers();
  const proven = await workers.prove(prover, zkeyPath, await readFile(witnessPath));
  await workers.close();
  return proven;
});
