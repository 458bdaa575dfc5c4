/** What differs between pages and Node. */

import type { FlatInput } from "../circom/witness-inputs.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import type { FileNames, NamedFile } from "./files.ts";
import type { AbortListener } from "./types.ts";

/**
 * Computes for one caller, where the platform computes. Calls run one after the other, in the order
 * in which their files are read.
 */
export interface Platform extends FileNames {
  /** Computes a `.wtns` file. */
  calculate(
    circuit: NamedFile,
    inputs: readonly FlatInput[],
    signal: AbortListener,
  ): Promise<Uint8Array>;
  prove(zkey: NamedFile, witness: Uint8Array, signal: AbortListener): Promise<ProofWithSignals>;
  /** Starts to read a file that a later call needs, unless it is in memory. */
  prefetch(file: NamedFile): void;
  terminate(): Promise<void>;
}
