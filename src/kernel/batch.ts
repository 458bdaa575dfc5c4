/**
 * Hashes lists and verifies signatures in batches: in worker threads, so that the caller's thread
 * stays free, or synchronously in this thread.
 */

import { createWorkerPool, type WorkerPool, workerUrl } from "../util/worker-pool.ts";
import type { BatchAnswer, BatchJob } from "./batch-worker.ts";
import { packSigned, type SignedMessage } from "./eddsa.ts";
import { poseidonMany, poseidonPacked } from "./hash.ts";
import { isKernelSupported } from "./instance.ts";
import { INTEGER_WORDS, readInteger, writeInteger } from "./integers.ts";
import { INTEGER_BYTES } from "./limbs.ts";
import { verifyMany } from "./signatures.ts";

/** Poseidon and EdDSA for many inputs per call. */
export interface BatchCrypto {
  /**
   * Hashes lists of field elements with Poseidon.
   *
   * @param lists - All of one length, 1 to 16.
   * @returns One field element for each list.
   */
  hashMany(lists: readonly (readonly bigint[])[]): Promise<bigint[]>;
  /**
   * Hashes lists of integers as words, without a bigint for each.
   *
   * @param count - Length of each list, 1 to 16.
   * @param lists - All lists, one after the other: four words an integer, lowest first. That each
   * integer is below r is not checked.
   * @returns One such integer for each list.
   */
  hashPacked(count: number, lists: BigUint64Array): Promise<BigUint64Array>;
  /**
   * Returns whether each signature is valid.
   *
   * @param signed - Public keys, messages (field elements) and EdDSA signatures.
   */
  verifyMany(signed: readonly SignedMessage[]): Promise<boolean[]>;
  /** Ends the threads; unfinished calls are rejected. */
  close(): Promise<void>;
}

/** Minimum job sizes: handing over a smaller job costs more than it saves. */
const HASHES_PER_JOB_MIN = 32;
const SIGNATURES_PER_JOB_MIN = 8;

/**
 * Creates the batch functions and starts their threads.
 *
 * @param threads - Number of worker threads. With 0, and where the kernel is not supported, this
 * thread computes everything.
 * @returns The functions; `close()` ends the threads.
 *
 * @example
 * const crypto = createBatchCrypto(2);
 * const [one, other] = await crypto.hashMany([[1n, 2n], [2n, 1n]]);
 * one === other; // false
 * await crypto.close();
 */
export function createBatchCrypto(threads: number): BatchCrypto {
  return threads > 0 && isKernelSupported() ? inThreads(threads) : IN_THIS_THREAD;
}

const IN_THIS_THREAD: BatchCrypto = {
  hashMany: (lists) => Promise.resolve(poseidonMany(lists)),
  hashPacked: (count, lists) => Promise.resolve(poseidonPacked(count, lists)),
  verifyMany: (signed) => Promise.resolve(verifyMany(signed)),
  close: () => Promise.resolve(),
};

function inThreads(threads: number): BatchCrypto {
  const worker = workerUrl(import.meta.url, "batch-worker");
  const pool: WorkerPool<BatchJob, BatchAnswer> = createWorkerPool(worker, threads);
  const run = (job: BatchJob, buffer: ArrayBuffer) => pool.run(job, [buffer]);
  return {
    hashMany: async (lists) => {
      const jobs = split(lists, threads, HASHES_PER_JOB_MIN).map(async (part) => {
        const packed = packLists(part);
        const count = part[0]!.length;
        const hashes = await run({ kind: "hash", count, lists: packed }, packed.buffer);
        return unpack(hashes as BigUint64Array);
      });
      return (await Promise.all(jobs)).flat();
    },
    hashPacked: async (count, lists) => {
      const hashes = new BigUint64Array(lists.length / count);
      const total = hashes.length / INTEGER_WORDS;
      const size = Math.max(HASHES_PER_JOB_MIN, Math.ceil(total / threads));
      const jobs: Promise<void>[] = [];
      for (let first = 0; first < total; first += size) {
        const [start, end] = [first * INTEGER_WORDS, (first + size) * INTEGER_WORDS];
        const part = lists.slice(start * count, end * count);
        const job = run({ kind: "hash", count, lists: part }, part.buffer);
        jobs.push(job.then((answer) => hashes.set(answer as BigUint64Array, start)));
      }
      await Promise.all(jobs);
      return hashes;
    },
    verifyMany: async (signed) => {
      const jobs = split(signed, threads, SIGNATURES_PER_JOB_MIN).map((part) => {
        const packed = packSigned(part);
        return run({ kind: "verify", signed: packed }, packed.buffer);
      });
      return (await Promise.all(jobs)).flatMap((valid) => Array.from(valid, Boolean));
    },
    close: () => pool.close(),
  };
}

/** Splits a list into one part per thread, or fewer so that parts have at least `sizeMin` items. */
function split<T>(items: readonly T[], threads: number, sizeMin: number): readonly T[][] {
  const size = Math.max(sizeMin, Math.ceil(items.length / threads));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

function packLists(lists: readonly (readonly bigint[])[]): BigUint64Array<ArrayBuffer> {
  const count = lists[0]!.length;
  const words = new BigUint64Array(lists.length * count * INTEGER_WORDS);
  let address = 0;
  for (const list of lists) {
    for (const element of list) {
      writeInteger(words, address, element);
      address += INTEGER_BYTES;
    }
  }
  return words;
}

function unpack(words: BigUint64Array): bigint[] {
  return Array.from({ length: words.length / INTEGER_WORDS }, (_, i) =>
    readInteger(words, i * INTEGER_BYTES),
  );
}
