/** snarkjs's functions of Groth16 over a platform: pages or Node. */

import { groth16Error } from "../groth16/errors.ts";
import { isRollupError } from "../util/errors.ts";
import { abortable } from "./abortable.ts";
import { type NamedFile, toFile } from "./files.ts";
import type { Platform } from "./platform.ts";
import type { FallbackProver, FileSource, Groth16, ProveOptions } from "./types.ts";
import { verifyProof } from "./verify.ts";
import { assertWitnessFile, flattenByName } from "./witness.ts";

/**
 * Creates the functions.
 *
 * @param loadFallback - Loads who proves where the kernel cannot; default: nobody.
 */
export function createGroth16Over(
  platform: Platform,
  loadFallback?: () => Promise<FallbackProver>,
): Groth16 {
  const open = (source: FileSource, options: ProveOptions) => toFile(source, platform, options);
  const calls = createCalls();
  const proveOrFallBack = (
    key: NamedFile,
    zkey: FileSource,
    witness: Uint8Array,
    options: CallOptions,
  ) =>
    platform.prove(key, witness, options.signal).catch((error: unknown) => {
      const isUnsupported = isRollupError(error) && error.code === "KERNEL_UNSUPPORTED";
      if (loadFallback === undefined || !isUnsupported) throw error;
      return abortable(options.signal, async () => {
        const { groth16 } = await loadFallback();
        const data = await open(zkey, options).read(); // the bytes of `key` may have moved
        return groth16.prove({ type: "mem", data }, { type: "mem", data: witness });
      });
    });
  return {
    fullProve: (input, wasm, zkey, given = {}) =>
      calls.run(given, async (options) => {
        const { signal, onProgress } = options;
        const [circuit, key] = [open(wasm, options), open(zkey, options)];
        const inputs = flattenByName(input);
        platform.prefetch(key);
        onProgress?.({ stage: "witness" });
        const witness = await platform.calculate(circuit, inputs, signal);
        signal.throwIfAborted();
        onProgress?.({ stage: "proof" });
        return proveOrFallBack(key, zkey, witness, options);
      }),
    prove: (zkey, witness, given = {}) =>
      calls.run(given, async (options) => {
        const { signal, onProgress } = options;
        const [key, values] = [open(zkey, options), open(witness, options)];
        const bytes = await abortable(signal, () => values.read());
        signal.throwIfAborted();
        assertWitnessFile(bytes);
        onProgress?.({ stage: "proof" });
        return proveOrFallBack(key, zkey, bytes, options);
      }),
    verify: async (key, publicSignals, proof) => {
      await Promise.resolve();
      return verifyProof(key, publicSignals, proof);
    },
    terminate: () => {
      calls.end(groth16Error({ code: "PROVER_CLOSED", prover: "kernel" }));
      return platform.terminate();
    },
  };
}

type CallOptions = ProveOptions & { readonly signal: AbortSignal };

/** Calls that the caller's signal ends, and that can be ended all at once. */
function createCalls() {
  const running = new Set<AbortController>();
  return {
    run: async <T>(given: ProveOptions, work: (options: CallOptions) => Promise<T>): Promise<T> => {
      const call = new AbortController();
      const stop = () => call.abort(given.signal?.reason);
      if (given.signal?.aborted) stop();
      given.signal?.addEventListener("abort", stop);
      running.add(call);
      try {
        call.signal.throwIfAborted();
        return await work({ ...given, signal: call.signal });
      } finally {
        given.signal?.removeEventListener("abort", stop);
        running.delete(call);
        call.abort(); // ends the download of a file that a failed call no longer needs
      }
    },
    end: (reason: Error) => {
      for (const call of running) call.abort(reason);
    },
  };
}
