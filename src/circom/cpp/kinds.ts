/** What can compute witnesses. */

export const WITNESS_KINDS = ["wasm", "cpp"] as const;
/** circom's WebAssembly in this process, or a C++ program that is built for the circuit. */
export type WitnessKind = (typeof WITNESS_KINDS)[number];

/** Limits of one run of a C++ program. */
export interface CppLimits {
  /** Time in milliseconds. Default: ten minutes. */
  readonly timeoutMs?: number;
  /** Address space in MiB, on systems that limit it. Default: 16,384. */
  readonly memoryMb?: number;
}
