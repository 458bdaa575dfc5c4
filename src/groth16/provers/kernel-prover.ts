/**
 * Groth16 on this package's kernel, in worker threads of this process. It reads snarkjs's `.zkey`
 * and `.wtns` files and makes the same kind of proofs several times as fast: see docs/kernel.md.
 *
 * The most recently used keys stay in memory, shared with the threads, up to a limit.
 */

import { availableParallelism } from "node:os";
import { createNodeThreads } from "../../kernel/node-threads.ts";
import type { KernelThreads } from "../../kernel/threads.ts";
import { SerialQueue } from "../../util/serial-queue.ts";
import { groth16Error } from "../errors.ts";
import { revisionOf } from "../files/revision.ts";
import { createZkeyReader } from "../formats/zkey-file.ts";
import { type LoadedKey, loadKey } from "../kernel/key.ts";
import { createProof } from "../kernel/proof.ts";
import type { ProofWithSignals } from "../snarkjs.ts";
import type { Groth16Prover } from "./prover.ts";

/** A key in memory. */
export interface ProvingKeyFacts {
  readonly wires: number;
  readonly publicCount: number;
  readonly domainSize: number;
  /** Bytes of memory for the key and one proof. */
  readonly memoryBytes: number;
}

export interface KernelProver extends Groth16Prover {
  /**
   * Loads a key before its first proof.
   *
   * @param zkey The path of a file, or its bytes.
   * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, KERNEL_UNSUPPORTED, PROVING_KEY_TOO_LARGE
   */
  loadKey(zkey: string | Uint8Array): Promise<ProvingKeyFacts>;
  /**
   * Proves a witness with a key that is loaded once. Proofs run one after the other.
   *
   * @param zkey The path of a file, or its bytes, which must be the same object every time.
   * @param witness The bytes of a .wtns file.
   * @throws WITNESS_LENGTH_MISMATCH, PROVER_CLOSED, and as {@link KernelProver.loadKey}
   */
  prove(zkey: string | Uint8Array, witness: Uint8Array): Promise<ProofWithSignals>;
  /** Frees the memory of a key, if it is loaded. */
  releaseKey(zkey: string | Uint8Array): Promise<void>;
}

/** Limits of a kernel prover. */
export interface KernelProverOptions {
  /** Worker threads that compute, from 1. Default: all cores. */
  readonly threads?: number;
  /** Maximum keys in memory, from 1. Default 8. */
  readonly keysMax?: number;
  /** Maximum bytes of all keys in memory; the key in use stays at any size. Default 4 GiB. */
  readonly keyBytesMax?: number;
}

interface CachedKey {
  readonly key: LoadedKey;
  /** Revision of the file when it was read. */
  readonly revision: string;
}

const KEYS_MAX = 8;
const KEY_BYTES_MAX = 2 ** 32;

/**
 * Creates a prover that computes with this package's kernel.
 *
 * @param options - Threads, and how many keys stay in memory.
 * @returns The prover; its threads start at the first proof, and `close()` ends them.
 *
 * @example
 * const prover = createKernelProver({ threads: 2 });
 * const witness = encodeWitness(await multiplier.calculateWitness({ a: 6n, b: 7n }));
 * const proven = await prover.prove(await multiplier.zkeyPath(), witness);
 * proven.publicSignals; // ["42"]
 * await prover.close();
 */
export function createKernelProver({
  threads: threadCount = availableParallelism(),
  keysMax = KEYS_MAX,
  keyBytesMax = KEY_BYTES_MAX,
}: KernelProverOptions = {}): KernelProver {
  /** Loaded keys, the least recently used one first. */
  const keys = new Map<string | Uint8Array, CachedKey>();
  /** Runs one proof at a time: a key has space for one, and it occupies all threads. */
  const queue = new SerialQueue();
  let threads: KernelThreads | undefined;
  let isClosed = false;

  const assertOpen = (cause?: unknown): void => {
    if (isClosed) throw groth16Error({ code: "PROVER_CLOSED", prover: "kernel" }, { cause });
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    queue.run(async () => {
      assertOpen();
      try {
        return await work();
      } catch (error) {
        assertOpen(error);
        throw error;
      }
    });
  const release = async (zkey: string | Uint8Array): Promise<void> => {
    const cached = keys.get(zkey);
    keys.delete(zkey);
    await cached?.key.space.close();
  };
  const releaseOldest = async (): Promise<void> => {
    const usedBytes = () => [...keys.values()].reduce((sum, { key }) => sum + memoryBytes(key), 0);
    while (keys.size > 1 && (keys.size > keysMax || usedBytes() > keyBytesMax)) {
      await release(keys.keys().next().value!);
    }
  };
  const keyOf = async (zkey: string | Uint8Array): Promise<LoadedKey> => {
    const revision = typeof zkey === "string" ? await revisionOf(zkey) : "";
    const known = keys.get(zkey);
    if (known?.revision === revision) {
      keys.delete(zkey);
      keys.set(zkey, known);
      return known.key;
    }
    await release(zkey);
    threads ??= createNodeThreads(threadCount);
    const key = await loadKey(createZkeyReader(zkey), threads);
    keys.set(zkey, { key, revision });
    await releaseOldest();
    return key;
  };
  return {
    name: "kernel",
    loadKey: (zkey) => inTurn(async () => describeKey(await keyOf(zkey))),
    prove: (zkey, witness) => inTurn(async () => createProof(await keyOf(zkey), witness)),
    releaseKey: (zkey) => (isClosed ? Promise.resolve() : inTurn(() => release(zkey))),
    close: async () => {
      isClosed = true;
      keys.clear();
      await threads?.close();
    },
  };
}

function memoryBytes({ memory }: LoadedKey): number {
  return memory.buffer.byteLength;
}

function describeKey(key: LoadedKey): ProvingKeyFacts {
  const { wires, publicCount, domainSize } = key.header;
  return { wires, publicCount, domainSize, memoryBytes: memoryBytes(key) };
}
