/** The thread side of batch.ts. */

import { parentPort } from "node:worker_threads";
import { createEddsaKernel, type EddsaKernel } from "./eddsa.ts";
import { createPoseidonKernel, type PoseidonHasher } from "./poseidon-kernel.ts";

export type BatchJob =
  | { readonly kind: "hash"; readonly count: number; readonly lists: BigUint64Array }
  | { readonly kind: "verify"; readonly signed: BigUint64Array };

/** The answer to a job: hashes as integers, or 1 for each valid signature and 0 for each other. */
export type BatchAnswer = BigUint64Array | Uint8Array;

let poseidon: PoseidonHasher | undefined;
let eddsa: EddsaKernel | undefined;

parentPort?.on("message", (job: BatchJob) => {
  const answer =
    job.kind === "hash"
      ? (poseidon ??= createPoseidonKernel()).hashPacked(job.count, job.lists)
      : (eddsa ??= createEddsaKernel()).verifyPacked(job.signed);
  parentPort?.postMessage(answer, [answer.buffer]);
});
