/** snarkjs's functions of Groth16 over a platform: pages or Node. */

import { groth16Error } from "../groth16/errors.ts";
import { isRollupError } from "../util/errors.ts";
import { type NamedFile, toFile } from "./files.ts";
import { abortable, type Platform } from "./platform.ts";
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
  /** Replaced by each call of terminate, so that earlier calls find out between their steps. */
  let session = {};
  const enter = () => {
    const entered = session;
    return () => {
      if (entered !== session) throw groth16Error({ code: "PROVER_CLOSED", prover: "kernel" });
    };
  };
  const proveOrFallBack = (
    key: NamedFile,
    zkey: FileSource,
    witness: Uint8Array,
    options: ProveOptions,
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
    fullProve: async (input, wasm, zkey, options = {}) => {
      const { signal, onProgress } = options;
      const assertOpen = enter();
      const [circuit, key] = [open(wasm, options), open(zkey, options)];
      const inputs = flattenByName(input);
      platform.prefetch(key);
      onProgress?.({ stage: "witness" });
      const witness = await platform.calculate(circuit, inputs, signal);
      assertOpen();
      onProgress?.({ stage: "proof" });
      return proveOrFallBack(key, zkey, witness, options);
    },
    prove: async (zkey, witness, options = {}) => {
      const { signal, onProgress } = options;
      const assertOpen = enter();
      const [key, values] = [open(zkey, options), open(witness, options)];
      const bytes = await abortable(signal, () => values.read());
      assertOpen();
      assertWitnessFile(bytes);
      onProgress?.({ stage: "proof" });
      return proveOrFallBack(key, zkey, bytes, options);
    },
    verify: async (key, publicSignals, proof) => {
      await Promise.resolve();
      return verifyProof(key, publicSignals, proof);
    },
    terminate: () => {
      session = {};
      return platform.terminate();
    },
  };
}
