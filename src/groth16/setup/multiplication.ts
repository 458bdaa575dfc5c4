/** Multiplies the generators of a curve by lists of scalars, in worker threads. */
import { availableParallelism } from "node:os";
import { createWorkerPool, type WorkerPool, workerUrl } from "../../util/worker-pool.ts";
import { ELEMENT_BYTES } from "../formats/bn254.ts";
import type { Curve } from "./ffjavascript.ts";
import type { Group } from "./fixed-base.ts";
import type {
  EvaluateJob,
  EvaluateResult,
  MultiplyJob,
  MultiplyResult,
  SetupWorkerData,
} from "./worker.ts";

/** The workers of a setup. Their creator closes them. */
export type SetupPool = WorkerPool<EvaluateJob | MultiplyJob, EvaluateResult | MultiplyResult>;

/** A list of points, in the chunks in which it was computed. */
export interface PointList {
  readonly points: Uint8Array[];
  readonly uncompressed: Uint8Array[];
  readonly count: number;
}

/** Points per job: enough to outweigh the message, and few enough for even shares. */
const CHUNK = 4096;
const MAXIMUM_WORKERS = 8;

/** @param counts - Expected number of points of each group. */
export async function startSetupWorkers(
  curve: Curve,
  counts: Readonly<Record<Group, number>>,
): Promise<SetupPool> {
  const size = Math.min(
    availableParallelism(),
    MAXIMUM_WORKERS,
    Math.ceil((counts.G1 + counts.G2) / CHUNK),
  );
  const workerData: SetupWorkerData = {
    module: await WebAssembly.compile(curve.tm.code),
    generators: { G1: curve.G1.toAffine(curve.G1.g), G2: curve.G2.toAffine(curve.G2.g) },
    expectedCounts: { G1: counts.G1 / size, G2: counts.G2 / size },
  };
  return createWorkerPool(workerUrl(import.meta.url, "worker"), size, workerData);
}

/**
 * Multiplies the generator of a group by all scalars.
 *
 * @param all - Plain little-endian elements in [0, r).
 * @param onDone - Receives the number of points of each finished chunk.
 */
export async function multiplyScalars(
  pool: SetupPool,
  group: Group,
  all: Uint8Array<ArrayBuffer>,
  onDone: (points: number) => void = () => undefined,
): Promise<PointList> {
  const starts = Array.from({ length: Math.ceil(all.length / ELEMENT_BYTES / CHUNK) }).keys();
  const chunks = [...starts].map(async (index) => {
    const chunk = all.slice(index * CHUNK * ELEMENT_BYTES, (index + 1) * CHUNK * ELEMENT_BYTES);
    const count = chunk.length / ELEMENT_BYTES; // before the chunk is transferred
    const job: MultiplyJob = { kind: "multiply", group, scalars: chunk };
    const result = (await pool.run(job, [chunk.buffer])) as MultiplyResult;
    onDone(count);
    return result;
  });
  const results = await Promise.all(chunks);
  return {
    points: results.map(({ points }) => points),
    uncompressed: results.map(({ uncompressed }) => uncompressed),
    count: all.length / ELEMENT_BYTES,
  };
}
