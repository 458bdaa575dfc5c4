/** snarkjs's functions of Groth16 over a platform: pages or Node. */

import { groth16Error } from "../groth16/errors.ts";
import { toFile } from "./files.ts";
import { abortable, type Platform } from "./platform.ts";
import type { FileSource, Groth16, ProveOptions } from "./types.ts";
import { verifyProof } from "./verify.ts";
import { assertWitnessFile, flattenByName } from "./witness.ts";

/** Creates the functions. */
export function createGroth16Over(platform: Platform): Groth16 {
  const open = (source: FileSource, options: ProveOptions) => toFile(source, platform, options);
  /** Replaced by each call of terminate, so that earlier calls find out between their steps. */
  let session = {};
  const enter = () => {
    const entered = session;
    return () => {
      if (entered !== session) throw groth16Error({ code: "PROVER_CLOSED", prover: "kernel" });
    };
  };
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
      return platform.prove(key, witness, signal);
    },
    prove: async (zkey, witness, options = {}) => {
      const { signal, onProgress } = options;
      const assertOpen = enter();
      const [key, values] = [open(zkey, options), open(witness, options)];
      const bytes = await abortable(signal, () => values.read());
      assertOpen();
      assertWitnessFile(bytes);
      onProgress?.({ stage: "proof" });
      return platform.prove(key, bytes, signal);
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
