/** What a caller passes to the prover that runs in pages and in Node. */

import type { InputValues } from "../circom/witness-inputs.ts";
import type { Groth16Proof, ProofWithSignals, VerificationKey } from "../groth16/snarkjs.ts";

/** A `Blob` or `File`. */
export interface BlobFile {
  /** Its media type. */
  readonly type: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A `Response` of fetch, whose body is unread. */
export interface ResponseFile {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly body: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
      cancel(): Promise<void>;
    };
  } | null;
}

/** Bytes in memory, in the form of snarkjs. */
export interface MemoryFile {
  readonly type: "mem";
  readonly data: Uint8Array;
}

/**
 * A file: its URL, or in Node its path too; its bytes; or a `Blob`, a `File` or a `Response`.
 *
 * A key or a circuit stays in memory under its URL, or its object, until {@link Groth16.terminate}:
 * the same URL is downloaded once, and the same object must keep its bytes.
 */
export type FileSource =
  | string
  | { readonly href: string }
  | Uint8Array
  | ArrayBuffer
  | BlobFile
  | ResponseFile
  | MemoryFile;

/** The used part of an `AbortSignal`. */
export interface AbortListener {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A step of a proof. */
export type ProveProgress =
  | {
      readonly stage: "download";
      /** The URL. */
      readonly file: string;
      readonly loadedBytes: number;
      /** As the server states it, which is less than is loaded if the body is compressed. */
      readonly totalBytes: number | undefined;
    }
  | { readonly stage: "witness" | "proof" };

/** A prover in the form of snarkjs, for engines that cannot run the kernel. */
export interface FallbackProver {
  readonly groth16: {
    prove(zkey: MemoryFile, witness: MemoryFile): Promise<ProofWithSignals>;
  };
}

/** Options of one proof. */
export interface ProveOptions {
  /** Rejects with the signal's reason. In a page, the computation ends at once too. */
  readonly signal?: AbortListener | undefined;
  /** Called for each piece that is downloaded, and when a computation starts. */
  readonly onProgress?: ((progress: ProveProgress) => void) | undefined;
  /**
   * Maximum bytes of each file that is read, from 1. Default: 1 GiB. The path of a key in Node has
   * no limit: the key is read in pieces.
   */
  readonly bytesMax?: number | undefined;
}

/** Proofs for circuits of anybody, in the form of snarkjs's `groth16`. */
export interface Groth16 {
  /**
   * Computes the witness of a circuit's inputs, and proves it.
   *
   * @param input - A value for each input signal by its name, nested as the circuit's arrays and
   *   buses. As in snarkjs, values are taken modulo r, and may be negative.
   * @param wasm - The witness generator that circom has written, `circuit.wasm`.
   * @param zkey - The proving key of the circuit, from any setup.
   * @param options - A signal to abort, progress, and a limit of the files.
   * @returns The proof, and the public values in decimal: outputs, then public inputs.
   * @throws FILE_NOT_READ, FILE_TOO_LARGE, BINARY_FORMAT, FIELD_NOT_SUPPORTED,
   *   PROTOCOL_NOT_SUPPORTED, INPUT_UNKNOWN, INPUT_SHAPE, INPUT_NOT_A_NUMBER,
   *   CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED, WITNESS_LENGTH_MISMATCH,
   *   PROVING_KEY_TOO_LARGE, KERNEL_UNSUPPORTED, KERNEL_FORBIDDEN, WORKER_FAILED, PROVER_CLOSED
   */
  fullProve(
    input: InputValues,
    wasm: FileSource,
    zkey: FileSource,
    options?: ProveOptions,
  ): Promise<ProofWithSignals>;
  /**
   * Proves a witness. That it satisfies the constraints is not checked, as in snarkjs: otherwise no
   * verifier accepts the proof.
   *
   * @param zkey - The proving key of the circuit, from any setup.
   * @param witness - A `.wtns` file.
   * @param options - A signal to abort, progress, and a limit of the files.
   * @returns The proof, and the public values in decimal: outputs, then public inputs.
   * @throws WITNESS_CONSTANT, and as {@link Groth16.fullProve}
   */
  prove(zkey: FileSource, witness: FileSource, options?: ProveOptions): Promise<ProofWithSignals>;
  /**
   * Whether a proof is valid for its public values under a key. Needs neither threads nor
   * WebAssembly.
   *
   * @param key - The verification key, in snarkjs's JSON form.
   * @param publicSignals - The public values, in decimal.
   * @param proof - The proof, in snarkjs's JSON form.
   * @throws PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED
   */
  verify(
    key: VerificationKey,
    publicSignals: readonly string[],
    proof: Groth16Proof,
  ): Promise<boolean>;
  /**
   * Ends the threads and frees the memory of all keys. Unfinished proofs are rejected with
   * PROVER_CLOSED. A later call starts again.
   */
  terminate(): Promise<void>;
}
