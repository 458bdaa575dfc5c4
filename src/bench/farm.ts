/**
 * How well many workers prove in parallel: with a prover that takes a fixed time, eight of them
 * should prove eight times as many blocks as one, in process and through a queue.
 */
import { createHash, randomBytes } from "node:crypto";
import { openDatabase } from "../farm/database.ts";
import type { FarmKey } from "../farm/job.ts";
import { createQueueProver } from "../farm/queue-prover.ts";
import { startWorker } from "../farm/worker.ts";
import { systemClock } from "../operator/clock.ts";
import { ProofJobs } from "../operator/stages/proof-jobs.ts";
import type { JobProof, ProofJob, Prover } from "../prover/prover.ts";

export interface FarmBenchOptions {
  /** Workers beside one, from 2. */
  readonly workers: number;
  /** Database of a queue; without it only this process is measured. */
  readonly url?: string;
}

export interface FarmRun {
  readonly workers: number;
  readonly proofs: number;
  readonly wallSeconds: number;
  readonly proofsPerSecond: number;
}

export interface FarmBench {
  /** Time that each proof takes. */
  readonly proofMs: number;
  /** By one worker, and by all. */
  readonly inProcess: readonly [FarmRun, FarmRun];
  readonly throughQueue?: readonly [FarmRun, FarmRun];
}

const PROOF_MS = 250;
const PROOFS_PER_WORKER = 40;
/** About as many as a block of two slots has. */
const INPUT_VALUES = 250;
const PROOF: readonly bigint[] = Array.from({ length: 8 }, (_, index) => BigInt(index));

export async function benchFarm({ workers, url }: FarmBenchOptions): Promise<FarmBench> {
  const both = async (measure: (count: number) => Promise<FarmRun>) =>
    [await measure(1), await measure(workers)] as const;
  const inProcess = await both((count) => measureJobs(createFixedProver(count), count));
  if (url === undefined) return { proofMs: PROOF_MS, inProcess };
  const throughQueue = await both((count) => measureQueue(url, count));
  return { proofMs: PROOF_MS, inProcess, throughQueue };
}

/** Proves as the operator does: the next job starts as soon as there is room. */
async function measureJobs(prover: Prover, workers: number): Promise<FarmRun> {
  const proofs = workers * PROOFS_PER_WORKER;
  const running = new ProofJobs(prover.capacity, systemClock, () => {});
  const making: Promise<void>[] = [];
  const startMs = performance.now();
  for (let index = 0; index < proofs; index++) {
    const name = String(index);
    await running.roomFor(name);
    making.push(
      running.run(name, index, async (signal) => {
        await prover.prove(jobOf(index), signal);
      }),
    );
  }
  await Promise.all(making);
  const wallSeconds = (performance.now() - startMs) / 1000;
  return { workers, proofs, wallSeconds, proofsPerSecond: proofs / wallSeconds };
}

async function measureQueue(url: string, count: number): Promise<FarmRun> {
  const schema = `rollup_bench_${randomBytes(6).toString("hex")}`;
  const key: FarmKey = { keyId: 0, circuit: hash("circuit"), key: hash("key") };
  const location = { url, schema };
  // As the operator has it by default, or more: jobs wait while answers are looked after.
  const capacity = Math.max(32, 4 * count);
  const verify = (_: number, { proof }: JobProof) =>
    Promise.resolve(proof.every((word, index) => word === PROOF[index]));
  const queue = await createQueueProver({ ...location, keys: [key], verify, capacity });
  const workers = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const prover = createFixedProver(1);
      return startWorker({ ...location, name: `bench-${index}`, keys: [key], prover });
    }),
  );
  try {
    return await measureJobs(queue, count);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop("return")));
    await queue.close();
    const database = await openDatabase(location, "worker", () => {});
    await database.query(`DROP SCHEMA ${schema} CASCADE`);
    await database.close();
  }
}

function createFixedProver(capacity: number): Prover {
  return {
    name: "fixed time",
    capacity,
    prove: async ({ publicInputs }) => {
      await new Promise((resolve) => setTimeout(resolve, PROOF_MS));
      return { proof: PROOF, publicInputs };
    },
    close: () => Promise.resolve(),
  };
}

function jobOf(index: number): ProofJob {
  const values = Array.from({ length: INPUT_VALUES }, (_, place) => 2n ** 253n + BigInt(place));
  return { keyId: 0, input: { values }, publicInputs: [BigInt(index)] };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
