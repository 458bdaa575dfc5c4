/** Resolves the user's config: defaults, paths, and our additions to Solidity's. */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type {
  ConfigurationVariable,
  ConfigurationVariableResolver,
  HardhatConfig,
  HardhatUserConfig,
  ResolvedConfigurationVariable,
  SolidityBuildProfileConfig,
  SolidityCompilerConfig,
} from "hardhat/types/config";
import { changeOfProcess } from "../../circom/source-change.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import { findPublicPtau } from "../../groth16/setup/public-ptau.ts";
import { DEFAULT_BLOCK_OVERHEAD } from "../../protocol/kind-costs.ts";
import { type Preset, type PresetName, PRESETS } from "../../protocol/presets.ts";
import { ROLLUP_VERIFIER, VERIFIER_SUFFIX } from "../circuits/verifier-name.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_NAME, PACKAGE_ROOT, resolveNpmSolc } from "../package-root.ts";
import { findKindProblem, toBlockKinds } from "./block-kinds.ts";
import { resolveNode } from "./node/types.ts";
import { DEFAULT_PRESET, type RollupConfig, type RollupUserConfig } from "./types.ts";

/** Contracts of this package that a user's project builds and deploys. */
const PACKAGE_CONTRACTS = [
  "Rollup.sol",
  "ExitVerifier.sol",
  "governance/RollupProxy.sol",
  "governance/UpgradeTimelock.sol",
  "mocks/MockVerifier.sol",
  "mocks/TestToken.sol",
  "receipts/ReceiptBond.sol",
];

const DEFAULT_BLOCK_TIME_MS = 1000;
/** About half a minute of evaluation. */
const DEFAULT_COVERAGE_STATEMENTS = 20_000_000;

/**
 * Compiler settings of the rollup's contracts, which are too large for L1 without the optimizer.
 */
const SOLC_SETTINGS = { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } };

/**
 * Compiler of a project that configures none: it needs no download, and both of Hardhat's profiles
 * get the same settings, because Hardhat copies none from `default` to `production`.
 */
export function withDefaultSolc(config: HardhatUserConfig): HardhatUserConfig {
  if (config.solidity !== undefined) return config;
  const profile = () => ({ ...resolveNpmSolc(), settings: structuredClone(SOLC_SETTINGS) });
  return { ...config, solidity: { profiles: { default: profile(), production: profile() } } };
}

/** A test run under a change of a circuit has dev keys: no ceremony has keys of that circuit. */
function resolveSetup(setup: RollupUserConfig["setup"], root: string): RollupConfig["setup"] {
  const powers = setup?.ptau === undefined ? {} : { ptau: toPtau(setup.ptau, root) };
  if (setup?.type !== "ceremony") return { ...setup, type: "dev", ...powers };
  if (changeOfProcess() !== undefined) return { type: "dev", ...powers };
  return { type: "ceremony", keysDir: resolve(root, setup.keysDir), ...powers };
}

/** Adds defaults, and makes every path absolute. */
export function resolveRollupConfig(
  user: RollupUserConfig = {},
  { root, cache }: { root: string; cache: string },
  resolveVariable: ConfigurationVariableResolver = unresolved,
): RollupConfig {
  const rollupCache = join(cache, "rollup");
  const verifiersPath = user.circuits?.verifiers?.path;
  return {
    preset: user.preset ?? DEFAULT_PRESET,
    ...(user.blockKinds && { blockKinds: user.blockKinds }),
    prover: user.prover ?? "kernel",
    ...(user.externalProver && { externalProver: user.externalProver }),
    setup: resolveSetup(user.setup, root),
    circuits: {
      path: resolve(root, user.circuits?.path ?? "circuits"),
      include: (user.circuits?.include ?? []).map((path) => resolve(root, path)),
      optimization: user.circuits?.optimization ?? 1,
      protocol: user.circuits?.protocol ?? "groth16",
      prime: user.circuits?.prime ?? DEFAULT_PRIME,
      ...(user.circuits?.optimizationRounds && {
        optimizationRounds: user.circuits.optimizationRounds,
      }),
      ...(user.circuits?.compiler && { compiler: user.circuits.compiler }),
      witness: user.circuits?.witness ?? "wasm",
      cpp: user.circuits?.cpp ?? {},
      overrides: user.circuits?.overrides ?? {},
      mains: user.circuits?.mains ?? {},
      cacheProofs: user.circuits?.cacheProofs ?? false,
      patternWarnings: user.circuits?.patternWarnings ?? true,
      inspect: user.circuits?.inspect ?? false,
      verifiers: { suffix: user.circuits?.verifiers?.suffix ?? VERIFIER_SUFFIX },
      coverage: {
        packages: user.circuits?.coverage?.packages ?? [],
        statements: user.circuits?.coverage?.statements ?? DEFAULT_COVERAGE_STATEMENTS,
        minimum: user.circuits?.coverage?.minimum ?? {},
      },
    },
    operator: {
      blockTimeMs: user.operator?.blockTimeMs ?? DEFAULT_BLOCK_TIME_MS,
      threads: user.operator?.threads ?? 0,
      blockOverhead: user.operator?.blockOverhead ?? DEFAULT_BLOCK_OVERHEAD,
    },
    node: resolveNode(user.node, root, resolveVariable),
    paths: {
      cache: rollupCache,
      circuits: join(rollupCache, "circuits"),
      ptau: join(rollupCache, "circuits", "ptau"),
      contracts:
        verifiersPath === undefined ? join(rollupCache, "contracts") : resolve(root, verifiersPath),
      types: join(root, "types", "circuits"),
      data: join(root, "rollup-data"),
    },
  };
}

/** The name of a public file stays as it is. */
function toPtau(ptau: string, root: string): string {
  return findPublicPtau(ptau) === undefined ? resolve(root, ptau) : ptau;
}

/**
 * Returns a preset with the kinds of blocks of the config.
 *
 * @throws BLOCK_KINDS_UNSUITABLE if they are for another preset
 */
export function sizedPreset({ blockKinds }: RollupConfig, name: PresetName): Preset {
  const preset = PRESETS[name];
  if (blockKinds === undefined) return preset;
  const problem = findKindProblem(preset, blockKinds);
  if (problem !== undefined) {
    throw pluginError({ code: "BLOCK_KINDS_UNSUITABLE", preset: name, problem });
  }
  return { ...preset, blockKinds: toBlockKinds(preset, blockKinds) };
}

/** Returns every preset, with the kinds of blocks of the config where they suit it. */
export function restorablePresets({ blockKinds = [] }: RollupConfig): Preset[] {
  return Object.values(PRESETS).map((preset) =>
    findKindProblem(preset, blockKinds) === undefined
      ? { ...preset, blockKinds: toBlockKinds(preset, blockKinds) }
      : preset,
  );
}

/** Lists our contracts as npm files; in this repository they are sources of the project. */
export function packageContracts(root: string): string[] {
  if (root === PACKAGE_ROOT) return [];
  return PACKAGE_CONTRACTS.map((file) => `${PACKAGE_NAME}/contracts/${file}`);
}

/** Adds the resolved `rollup` entry and the generated verifiers. */
export function extendResolvedConfig(
  userConfig: HardhatUserConfig,
  config: HardhatConfig,
  resolveVariable: ConfigurationVariableResolver,
): HardhatConfig {
  const rollup = resolveRollupConfig(userConfig.rollup, config.paths, resolveVariable);
  const { root, sources } = config.paths;
  // The oldest supported Hardhat has no such setting.
  const { coverage } = config as Partial<HardhatConfig>;
  const { contracts } = rollup.paths;
  const isSource = sources.solidity.some((folder) => isWithin(contracts, folder));
  // Generated contracts are no sources of the user, so coverage skips them.
  const generated = `${escapeGlob(generatedFolder(root, rollup))}/**`;
  const hasOthers = sources.solidity.some((folder) => isWithin(folder, contracts));
  return {
    ...config,
    rollup,
    paths: {
      ...config.paths,
      sources: {
        ...sources,
        solidity: isSource ? sources.solidity : [...sources.solidity, contracts],
      },
    },
    coverage: {
      ...coverage,
      skipFiles: [...(coverage?.skipFiles ?? []), ...(hasOthers ? [] : [generated])],
    },
  };
}

/** For those who need no variable of a config. */
function unresolved(variable: ConfigurationVariable | string): ResolvedConfigurationVariable {
  const get = () => Promise.reject(new Error("the variables of this config are not resolved"));
  const format = typeof variable === "string" ? variable : (variable.format ?? "{variable}");
  const readers = { get, getUrl: get, getBigInt: get, getHexString: get };
  return { _type: "ResolvedConfigurationVariable", format, ...readers };
}

/** Whether a folder is in another one, or is that one. */
function isWithin(folder: string, outer: string): boolean {
  const path = relative(outer, folder);
  return path === "" || (!path.startsWith("..") && !isAbsolute(path));
}

/** Adds this package's contracts, with their compiler settings. */
export function addRollupContracts(
  userConfig: HardhatUserConfig,
  config: HardhatConfig,
): HardhatConfig {
  const { root } = config.paths;
  const rollup = resolveRollupConfig(userConfig.rollup, config.paths);
  const npmFiles = packageContracts(root);
  const ours = [...npmFiles, `${generatedFolder(root, rollup)}/${ROLLUP_VERIFIER}.sol`];
  const { npmFilesToBuild, profiles } = config.solidity;
  return {
    ...config,
    solidity: {
      ...config.solidity,
      npmFilesToBuild: [...new Set([...npmFilesToBuild, ...npmFiles])],
      profiles: Object.fromEntries(
        Object.entries(profiles).map(([name, profile]) => [name, withOverrides(profile, ours)]),
      ),
    },
  };
}

/** The folder of the generated contracts in the project, with "/". */
function generatedFolder(root: string, { paths }: RollupConfig): string {
  return relative(root, paths.contracts).split(sep).join("/");
}

/** Sets our compiler and settings for files, except for those that the user has overridden. */
function withOverrides(
  profile: SolidityBuildProfileConfig,
  files: readonly string[],
): SolidityBuildProfileConfig {
  const [first] = profile.compilers;
  const outputSelection = (first?.settings as { outputSelection?: unknown }).outputSelection;
  const compiler: SolidityCompilerConfig = {
    ...resolveNpmSolc(),
    settings: { outputSelection, ...structuredClone(SOLC_SETTINGS) },
  };
  // A project without a configured compiler has this one already, and compiles all files together.
  const isOurs = Object.entries(compiler).every(([key, value]) =>
    isDeepStrictEqual(first?.[key as keyof SolidityCompilerConfig], value),
  );
  if (isOurs) return profile;
  const overrides = Object.fromEntries(files.map((file) => [file, compiler]));
  return { ...profile, overrides: { ...overrides, ...profile.overrides } };
}

/** Escapes the special characters of a pattern, each as a class of one. */
function escapeGlob(path: string): string {
  return path.replace(/[*?[{]/g, "[$&]");
}
