/**
 * Computes witnesses and proofs of a page: in its worker, or in the page itself. The keys and the
 * generators that were used last stay in memory.
 */

import type { WasmGenerator } from "../circom/wasm-generator.ts";
import type { FlatInput } from "../circom/witness-inputs.ts";
import { readZkeyBytes } from "../groth16/formats/zkey.ts";
import { type LoadedKey, loadKey } from "../groth16/kernel/key.ts";
import { createProof } from "../groth16/kernel/proof.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import type { KernelThreads } from "../kernel/threads.ts";
import { assert } from "../util/errors.ts";
import { once } from "../util/once.ts";
import { calculate, loadGenerator } from "./witness.ts";

/** A file that the engine may have in memory. */
export interface SentFile {
  readonly id: string;
  /** Name of the file in messages. */
  readonly name: string;
  /** Null if the engine holds what follows from the file. */
  readonly bytes: Uint8Array | null;
}

export type EngineRequest =
  | {
      readonly kind: "calculate";
      readonly file: SentFile;
      readonly inputs: readonly FlatInput[];
    }
  | { readonly kind: "prove"; readonly file: SentFile; readonly witness: Uint8Array };

export type EngineResult = Uint8Array<ArrayBuffer> | ProofWithSignals;

/** Computes one request at a time. */
export interface Engine {
  compute(request: EngineRequest): Promise<EngineResult>;
  /** Ids of the files that need not be sent. */
  held(): readonly string[];
  /** Unfinished requests are rejected or never answered. */
  close(): Promise<void>;
}

/**
 * Creates an engine in the caller's thread.
 *
 * @param startThreads - Called at the first proof.
 * @param keysMax - Maximum keys in memory, and maximum generators, from 1.
 */
export function createEngine(startThreads: () => KernelThreads, keysMax: number): Engine {
  const threads = once(startThreads);
  let isStarted = false;
  const keys = createCache<LoadedKey>(keysMax, ({ space }) => space.close());
  const generators = createCache<WasmGenerator>(keysMax, () => Promise.resolve());
  const loadKeyOf = ({ name, bytes }: SentFile) => {
    isStarted = true;
    return loadKey(readZkeyBytes(assertSent(bytes), name), threads());
  };
  return {
    compute: async (request) => {
      const { file } = request;
      if (request.kind === "calculate") {
        const load = () => loadGenerator(file.name, assertSent(file.bytes));
        return calculate(await generators.get(file.id, load), request.inputs);
      }
      const key = await keys.get(file.id, () => loadKeyOf(file));
      return createProof(key, request.witness);
    },
    held: () => [...keys.ids(), ...generators.ids()],
    close: async () => {
      if (isStarted) await threads().close();
    },
  };
}

function assertSent(bytes: Uint8Array | null): Uint8Array {
  assert(bytes !== null, "a file that is not held is sent");
  return bytes;
}

/** Values by id, of which the least recently used ones are released. */
function createCache<T>(sizeMax: number, release: (value: T) => Promise<void>) {
  const values = new Map<string, T>();
  return {
    ids: () => values.keys(),
    get: async (id: string, load: () => Promise<T>): Promise<T> => {
      const known = values.get(id);
      if (known !== undefined) {
        values.delete(id);
        values.set(id, known);
        return known;
      }
      // Before the next one is loaded, because two may not fit the memory.
      while (values.size >= sizeMax) {
        const [oldest, value] = values.entries().next().value!;
        values.delete(oldest);
        await release(value);
      }
      const loaded = await load();
      values.set(id, loaded);
      return loaded;
    },
  };
}
