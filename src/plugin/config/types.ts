/** The `rollup` entry of a Hardhat config: as the user writes it, and resolved. */
import type { KeySetup } from "../../groth16/setup/proving-keys.ts";
import type { PresetName } from "../../protocol/presets.ts";

export const PROVER_NAMES = ["kernel", "snarkjs", "external", "mock"] as const;
/**
 * Who proves blocks, exits and the project's circuits: this package's Groth16 prover on the
 * WebAssembly kernel, snarkjs, or an `external` program. A `mock` proves nothing, and its verifier
 * accepts that: for tests only. With it, the project's circuits are proven by the kernel.
 */
export type ProverName = (typeof PROVER_NAMES)[number];

export const SETUP_TYPES = ["dev", "ceremony"] as const;

/** How proving keys are made, see `rollup:setup`. */
export type SetupConfig = KeySetup;

/** The program of the prover `external`. */
export interface ExternalProverConfig {
  /**
   * The program, absolute or in the PATH, and its arguments, with `{zkey}`, `{wtns}`, `{proof}` and
   * `{public}` in place of the paths of those files. No shell reads it; words with spaces are in
   * quotes.
   *
   * @example "rapidsnark {zkey} {wtns} {proof} {public}"
   */
  readonly command: string;
  /** Milliseconds after which a proof has failed. Default: ten minutes. */
  readonly timeoutMs?: number;
}

export interface CircuitsConfig {
  /** Absolute folder of the project's own circuits: each file with a main component is built. */
  readonly path: string;
  /** Absolute folders that `include` searches after the including file's, before node_modules. */
  readonly include: readonly string[];
  /** circom's simplification: 0 none, 1 signals equal to signals, 2 all linear constraints. */
  readonly optimization: 0 | 1 | 2;
}

/** Only a slip asks for more threads than this. */
export const OPERATOR_THREADS_MAX = 256;

export interface OperatorConfig {
  /** Devnet: a block is sealed when it is full, or this long after the one before. */
  readonly blockTimeMs: number;
  /** Worker threads that hash and check signatures; without any, the operator's own does. */
  readonly threads: number;
}

/** `rollup: {…}` of a Hardhat config; everything is optional. */
export interface RollupUserConfig {
  /** Sizes of trees and blocks. Default `minimal`. */
  preset?: PresetName;
  /** Slots of the blocks, ascending: each has a circuit and keys. Default: the preset's. */
  blockSlots?: number[];
  /** Default `kernel`: real proofs. */
  prover?: ProverName;
  /** The program of the prover `external`, such as rapidsnark. */
  externalProver?: ExternalProverConfig;
  /** Default `dev`. `keysDir` is relative to the project's root. */
  setup?: { type?: "dev"; seed?: string } | { type: "ceremony"; keysDir: string };
  circuits?: {
    /** Default `circuits`, relative to the project's root. */
    path?: string;
    /** Folders that `include` searches besides node_modules, relative to the project's root. */
    include?: string[];
    optimization?: CircuitsConfig["optimization"];
  };
  operator?: {
    blockTimeMs?: number;
    /** Up to {@link OPERATOR_THREADS_MAX}. Default 0. */
    threads?: number;
  };
}

/** Where generated files go; all absolute. */
export interface RollupPathsConfig {
  /** Everything of ours in Hardhat's cache. */
  readonly cache: string;
  /** Compiled circuits and keys. */
  readonly circuits: string;
  /** Generated verifier contracts: a source folder of the project. */
  readonly contracts: string;
  /** Generated TypeScript types of the project's circuits. */
  readonly types: string;
}

export interface RollupConfig {
  readonly preset: PresetName;
  /** Instead of the preset's own. */
  readonly blockSlots?: readonly number[];
  readonly prover: ProverName;
  readonly externalProver?: ExternalProverConfig;
  readonly setup: SetupConfig;
  readonly circuits: CircuitsConfig;
  readonly operator: OperatorConfig;
  readonly paths: RollupPathsConfig;
}
