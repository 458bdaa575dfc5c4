/** The `rollup` entry of a Hardhat config: as the user writes it, and resolved. */
import type { PresetName } from "../../protocol/presets.ts";

export const PROVER_NAMES = ["snarkjs", "mock"] as const;
/** Who proves blocks. `mock` proves nothing, and its verifier accepts that: for tests only. */
export type ProverName = (typeof PROVER_NAMES)[number];

export const SETUP_TYPES = ["dev"] as const;

/** How proving keys are made. */
export interface SetupConfig {
  /** `dev`: from a known trapdoor, in seconds, **insecure**: its seed is enough to forge proofs. */
  readonly type: (typeof SETUP_TYPES)[number];
  /** What the trapdoor is derived from, if not the usual text: same seed, same keys. */
  readonly seed?: string;
}

export interface CircuitsConfig {
  /** Absolute folder of the project's own circuits: each file with a main component is built. */
  readonly path: string;
  /** Absolute folders that `include` searches after the including file's, before node_modules. */
  readonly include: readonly string[];
  /** circom's simplification: 0 none, 1 signals equal to signals, 2 all linear constraints. */
  readonly optimization: 0 | 1 | 2;
}

export interface OperatorConfig {
  /** Devnet: a block is sealed when it is full, or this long after the one before. */
  readonly blockTimeMs: number;
}

/** `rollup: {…}` of a Hardhat config; everything is optional. */
export interface RollupUserConfig {
  /** Sizes of trees and blocks. Default `minimal`. */
  preset?: PresetName;
  /** Default `snarkjs`: real proofs. */
  prover?: ProverName;
  setup?: { type?: SetupConfig["type"]; seed?: string };
  circuits?: {
    /** Default `circuits`, relative to the project's root. */
    path?: string;
    /** Folders that `include` searches besides node_modules, relative to the project's root. */
    include?: string[];
    optimization?: CircuitsConfig["optimization"];
  };
  operator?: { blockTimeMs?: number };
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
  readonly prover: ProverName;
  readonly setup: SetupConfig;
  readonly circuits: CircuitsConfig;
  readonly operator: OperatorConfig;
  readonly paths: RollupPathsConfig;
}
