/** Measures a proof on the kernel, and its two parts: that of constraints, and that of wires. */
import { availableParallelism } from "node:os";
import { createNodeThreads } from "../../kernel/node-threads.ts";
import { median } from "../../util/median.ts";
import { computeParts } from "./compute.ts";
import { createZkeyReader } from "../formats/zkey-file.ts";
import { loadKey } from "./key.ts";
import { createProof } from "./proof.ts";

/** Times in milliseconds, each the median of several runs. */
export interface ProofTimes {
  readonly threads: number;
  /** A whole proof, with a key in memory. */
  readonly proofMs: number;
  /** The quotient polynomial and its sum, whose work grows with the constraints. */
  readonly constraintsMs: number;
  /** The sums over wires. */
  readonly wiresMs: number;
}

/**
 * Proves a witness several times, after a first time that does not count.
 *
 * @param zkey - The path of a proving key.
 * @param witness - The bytes of a .wtns file.
 * @param runs - From 1.
 * @throws KERNEL_UNSUPPORTED, PROVING_KEY_TOO_LARGE, WITNESS_LENGTH_MISMATCH
 */
export async function measureProof(
  zkey: string,
  witness: Uint8Array,
  runs: number,
): Promise<ProofTimes> {
  const threads = createNodeThreads(availableParallelism());
  try {
    const key = await loadKey(createZkeyReader(zkey), threads);
    await createProof(key, witness);
    const proofs: number[] = [];
    const parts: Awaited<ReturnType<typeof computeParts>>[] = [];
    for (let run = 0; run < runs; run++) {
      const start = performance.now();
      await createProof(key, witness);
      proofs.push(performance.now() - start);
      parts.push(await computeParts(key));
    }
    return {
      threads: threads.count,
      proofMs: median(proofs),
      constraintsMs: median(parts.map(({ constraintsMs }) => constraintsMs)),
      wiresMs: median(parts.map(({ wiresMs }) => wiresMs)),
    };
  } finally {
    await threads.close();
  }
}
