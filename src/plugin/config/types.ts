/** The `rollup` entry of a Hardhat config, as written by the user and as resolved. */
import type { CppLimits, WitnessKind } from "../../circom/cpp/kinds.ts";
import type { CoverageKind } from "../../circom/coverage/totals.ts";
import type { NativeCompiler } from "../../circom/compiler.ts";
import type { TemplateParameter } from "../../circom/main-component.ts";
import type { PrimeName } from "../../crypto/primes.ts";
import type { Protocol } from "../../circom/protocols.ts";
import type { KeySetup } from "../../groth16/setup/proving-keys.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { BlockKindConfig } from "./block-kinds.ts";
import type { NodeConfig, NodeUserConfig } from "./node/types.ts";

export const PROVER_NAMES = ["kernel", "snarkjs", "external", "mock"] as const;
/**
 * The prover of blocks, exits and the project's circuits: this package's Groth16 prover on the
 * WebAssembly kernel, snarkjs, or an `external` program. The `mock` proves nothing and its verifier
 * accepts everything, for tests only; the kernel then proves the project's circuits.
 */
export type ProverName = (typeof PROVER_NAMES)[number];

export const SETUP_TYPES = ["dev", "ceremony"] as const;

/** The setup that proving keys come from, see `rollup:setup`. */
export type SetupConfig = KeySetup & {
  /**
   * Powers of tau from which the keys of PLONK and fflonk follow: an absolute path, or the name of
   * a public file such as `hermez-14`.
   */
  readonly ptau?: string;
};

/** Program of the prover `external`. */
export interface ExternalProverConfig {
  /**
   * The program, absolute or in the PATH, and its arguments, with `{zkey}`, `{wtns}`, `{proof}` and
   * `{public}` in place of the paths of those files. No shell reads it; words with spaces are in
   * quotes.
   *
   * For example `rapidsnark {zkey} {wtns} {proof} {public}`.
   */
  readonly command: string;
  /** Time limit of a proof in milliseconds. Default: ten minutes. */
  readonly timeoutMs?: number;
}

export interface CircuitsConfig {
  /** Absolute folder of the project's circuits; every file with a main component is built. */
  readonly path: string;
  /**
   * Absolute folders that `include` searches after the including file's and before packages.
   */
  readonly include: readonly string[];
  /** circom's simplification: 0 none, 1 signals equal to signals, 2 all linear constraints. */
  readonly optimization: 0 | 1 | 2;
  /** The proof system of the project's circuits. */
  readonly protocol: Protocol;
  /** circom's name of the prime; only circuits for `bn128` are proven. */
  readonly prime: PrimeName;
  /** With optimization 2: maximum rounds of the simplification. */
  readonly optimizationRounds?: number;
  /** A native circom program; without it the package circom2 compiles. */
  readonly compiler?: NativeCompiler;
  /** What computes witnesses: WebAssembly, or a C++ program that is built with the circuit. */
  readonly witness: WitnessKind;
  /** Limits of the C++ program for one witness. */
  readonly cpp: CppLimits;
  /** By circuit name or path: what differs for that circuit. */
  readonly overrides: Readonly<Record<string, CircuitOverride>>;
  /** By circuit name: circuits that are made of templates, without a file of their own. */
  readonly mains: Readonly<Record<string, CircuitMain>>;
  /** Whether `prove` keeps proofs in the cache, by circuit, key and witness, for tests. */
  readonly cacheProofs: boolean;
  /** Whether builds warn of patterns in the sources that have often been faults. */
  readonly patternWarnings: boolean;
  /** Whether builds show what circom's `--inspect` finds. */
  readonly inspect: boolean;
  /** The generated verifier contracts. */
  readonly verifiers: { readonly suffix: string };
  readonly coverage: CircuitCoverageConfig;
}

/** What `hardhat test --coverage` reports of circuits. */
export interface CircuitCoverageConfig {
  /** Packages in node_modules whose circuits count, too. */
  readonly packages: readonly string[];
  /** Maximum statements of all evaluations, which bounds the time of the report. */
  readonly statements: number;
  /** Minimum percentages of the whole run, below which it fails. */
  readonly minimum: Readonly<Partial<Record<CoverageKind, number>>>;
}

/** A circuit that is made of a template. */
export interface CircuitMain {
  /** File with the template, relative to the folder of circuits; `.circom` may be left out. */
  readonly file: string;
  readonly template: string;
  /** Parameters in order, with nested arrays. Default: none. */
  readonly params?: readonly TemplateParameter[];
  /** Public inputs. Default: none. */
  readonly public?: readonly string[];
}

/** What the config can set for a single circuit. */
export interface CircuitOverride {
  readonly optimization?: CircuitsConfig["optimization"];
  readonly optimizationRounds?: number;
  readonly protocol?: Protocol;
  readonly prime?: PrimeName;
  readonly witness?: WitnessKind;
}

/** Maximum threads; a larger number is a mistake. */
export const OPERATOR_THREADS_MAX = 256;
/** Maximum cost of a block besides its proof: with it, nothing is cut to save constraints. */
export const BLOCK_OVERHEAD_MAX = 100_000_000_000;

export interface OperatorConfig {
  /** Devnet: milliseconds after the previous block at which a block is sealed that is not full. */
  readonly blockTimeMs: number;
  /** Worker threads that hash and check signatures; with 0 the operator's thread does both. */
  readonly threads: number;
  /** What a block costs besides its proof, in constraints. */
  readonly blockOverhead: number;
}

/** Preset of a config that names none. */
export const DEFAULT_PRESET: PresetName = "minimal";

/** The entry `rollup` of a Hardhat config; everything is optional. */
export interface RollupUserConfig {
  /** Sizes of trees and blocks. Default `minimal`. */
  preset?: PresetName;
  /**
   * Kinds of blocks, each with a circuit and keys; at least one holds every account and token.
   * Default: the preset's.
   */
  blockKinds?: BlockKindConfig[];
  /** Prover. Default `kernel`: real proofs. */
  prover?: ProverName;
  /** Program of the prover `external`, such as rapidsnark. */
  externalProver?: ExternalProverConfig;
  /**
   * Setup of keys. Default `dev`. `keysDir` and `ptau` are relative to the project's root; `ptau`
   * is for PLONK and fflonk.
   */
  setup?:
    | { type?: "dev"; seed?: string; ptau?: string }
    | { type: "ceremony"; keysDir: string; ptau?: string };
  circuits?: {
    /** Folder of circuits, relative to the project's root. Default `circuits`. */
    path?: string;
    /** Folders that `include` searches before packages, relative to the project's root. */
    include?: string[];
    /** Default 1, as circom's own. Another level means other keys. */
    optimization?: CircuitsConfig["optimization"];
    /** The proof system. Default `groth16`. */
    protocol?: Protocol;
    /** circom's name of the prime. Default `bn128`, for which alone there are provers. */
    prime?: PrimeName;
    /** With optimization 2: maximum rounds, circom's `--O2round`. Default: no limit. */
    optimizationRounds?: number;
    /**
     * A native circom program, absolute or in the PATH, and the version that it must have. Default:
     * the package circom2.
     */
    compiler?: { path: string; version?: string };
    /**
     * What computes witnesses: `wasm`, or `cpp` for a program that is built with make, g++, nasm,
     * GMP and nlohmann-json. Default `wasm`.
     */
    witness?: WitnessKind;
    /** Limits of the C++ program for one witness: ten minutes and 16,384 MiB by default. */
    cpp?: CppLimits;
    /** By circuit name or path: what differs for that circuit. */
    overrides?: Record<string, CircuitOverride>;
    /** By circuit name: circuits that are made of templates, without a file of their own. */
    mains?: Record<string, CircuitMain>;
    /** Whether `prove` keeps proofs in the cache, for tests. Default false. */
    cacheProofs?: boolean;
    /** Whether builds warn of patterns that have often been faults. Default true. */
    patternWarnings?: boolean;
    /** Whether builds show what circom's `--inspect` finds. Default false. */
    inspect?: boolean;
    /**
     * The generated verifier contracts: their folder, relative to the project's root, and the end
     * of their names. Default: a folder of the cache, and `Verifier`.
     */
    verifiers?: { path?: string; suffix?: string };
    /** The report of circuits by `hardhat test --coverage`. */
    coverage?: {
      /** Packages in node_modules whose circuits count, too. Default none. */
      packages?: string[];
      /** Maximum statements of all evaluations. Default 20,000,000. */
      statements?: number;
      /** Minimum percentages, below which the run fails. Default none. */
      minimum?: Partial<Record<CoverageKind, number>>;
    };
  };
  operator?: {
    blockTimeMs?: number;
    /** Worker threads, 0 to {@link OPERATOR_THREADS_MAX}. Default 0. */
    threads?: number;
    /**
     * What a block costs besides its proof, in constraints, 0 to {@link BLOCK_OVERHEAD_MAX}.
     * Default 200,000.
     */
    blockOverhead?: number;
  };
  /** The node that `rollup:operator` runs. */
  node?: NodeUserConfig;
}

/** Folders of generated files, all absolute. */
export interface RollupPathsConfig {
  /** This package's folder in Hardhat's cache. */
  readonly cache: string;
  /** Compiled circuits and keys. */
  readonly circuits: string;
  /** Powers of tau of public ceremonies. */
  readonly ptau: string;
  /** Generated verifier contracts: a source folder of the project. */
  readonly contracts: string;
  /** Generated TypeScript types of the project's circuits. */
  readonly types: string;
  /** What the node keeps; `hardhat clean` leaves it alone. */
  readonly data: string;
}

export interface RollupConfig {
  readonly preset: PresetName;
  /** Kinds of blocks that replace the preset's. */
  readonly blockKinds?: readonly BlockKindConfig[];
  readonly prover: ProverName;
  readonly externalProver?: ExternalProverConfig;
  readonly setup: SetupConfig;
  readonly circuits: CircuitsConfig;
  readonly operator: OperatorConfig;
  readonly node: NodeConfig;
  readonly paths: RollupPathsConfig;
}
