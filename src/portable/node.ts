/** The prover of Node in snarkjs's form: the kernel prover, and circom's generators. */

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { WasmGenerator } from "../circom/wasm-generator.ts";
import { revisionOf } from "../groth16/files/revision.ts";
import {
  createKernelProver,
  type KernelProver,
  type KernelProverOptions,
} from "../groth16/provers/kernel-prover.ts";
import { abortable } from "./abortable.ts";
import { portableError } from "./errors.ts";
import type { NamedFile } from "./files.ts";
import { createGroth16Over } from "./groth16.ts";
import type { Platform } from "./platform.ts";
import type { Groth16, ResponseFile } from "./types.ts";
import { calculate, loadGenerator } from "./witness.ts";

/** Maximum generators in memory, and maximum keys that are no paths. */
const FILES_MAX = 8;

/**
 * Creates a prover with threads of its own, in snarkjs's form.
 *
 * @param options - Threads, and how many keys stay in memory.
 * @returns snarkjs's functions; threads start at the first proof, never keep the process alive when
 *   idle, and end with `terminate()`.
 *
 * @example
 * const { fullProve, verify, terminate } = createGroth16({ threads: 2 });
 * const zkeyPath = await multiplier.zkeyPath();
 * const { proof, publicSignals } = await fullProve({ a: 6, b: 7 }, multiplier.wasmPath, zkeyPath);
 * publicSignals; // ["42"]
 * await verify(await readVerificationKey(zkeyPath), publicSignals, proof); // true
 * await terminate();
 */
export function createGroth16(options: KernelProverOptions = {}): Groth16 {
  return createGroth16Over(createNode(options));
}

/**
 * snarkjs's `groth16` for Node, on this package's kernel: a proof takes a fraction of the time.
 *
 * Its threads are shared by the whole process, and do not keep it alive.
 *
 * @example
 * const zkeyPath = await multiplier.zkeyPath();
 * const { publicSignals } = await groth16.fullProve(
 *   { a: 3, b: 11 },
 *   multiplier.wasmPath,
 *   zkeyPath,
 * );
 * publicSignals; // ["33"]
 * await groth16.terminate();
 */
export const groth16: Groth16 = createGroth16();

function createNode(options: KernelProverOptions): Platform {
  const generators = new Map<string | object, { revision: string; loaded: WasmGenerator }>();
  /** Bytes by the caller's URL or object, under which the prover knows the key. */
  const zkeys = new Map<string | object, Uint8Array>();
  let prover: KernelProver | undefined;
  const generatorOf = async (file: NamedFile): Promise<WasmGenerator> => {
    const revision = isPath(file.key) ? await revisionOf(file.key).catch(() => "") : "";
    const known = generators.get(file.key);
    if (known?.revision === revision) return known.loaded;
    const loaded = await loadGenerator(file.name, await file.read());
    generators.delete(file.key);
    if (generators.size === FILES_MAX) generators.delete(generators.keys().next().value!);
    generators.set(file.key, { revision, loaded });
    return loaded;
  };
  const zkeyOf = async (file: NamedFile): Promise<string | Uint8Array> => {
    if (isPath(file.key)) return existing(file.key, file.name);
    const known = zkeys.get(file.key);
    if (known !== undefined) return known;
    const bytes = await file.read();
    if (zkeys.size >= FILES_MAX) {
      const [oldest, released] = zkeys.entries().next().value!;
      zkeys.delete(oldest);
      await prover?.releaseKey(released);
    }
    zkeys.set(file.key, bytes);
    return bytes;
  };
  return {
    resolve: (name) => (isRemote(name) ? name : resolve(isUrl(name) ? fileURLToPath(name) : name)),
    open: openFile,
    prefetch: () => undefined,
    calculate: (circuit, inputs, signal) =>
      abortable(signal, async () => calculate(await generatorOf(circuit), inputs)),
    prove: (zkey, witness, signal) =>
      abortable(signal, async () => {
        const key = await zkeyOf(zkey);
        return (prover ??= createKernelProver(options)).prove(key, witness);
      }),
    terminate: async () => {
      const ended = prover;
      prover = undefined;
      generators.clear();
      zkeys.clear();
      await ended?.close();
    },
  };
}

async function openFile(
  name: string,
  { signal, bytesMax = Infinity }: { signal?: unknown; bytesMax?: number | undefined },
): Promise<ResponseFile | Uint8Array> {
  if (isRemote(name)) {
    return fetch(name, signal === undefined ? {} : { signal: signal as AbortSignal });
  }
  const { size } = await stat(name);
  if (size > bytesMax) throw portableError({ code: "FILE_TOO_LARGE", source: name, bytesMax });
  return readFile(name);
}

const isUrl = (name: string) => /^(?:https?|file):\/\//i.test(name);
const isRemote = (name: string) => /^https?:\/\//i.test(name);
const isPath = (key: string | object): key is string => typeof key === "string" && !isRemote(key);

/** @throws FILE_NOT_READ */
async function existing(path: string, source: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw portableError({ code: "FILE_NOT_READ", source, reason }, { cause });
  }
}
