/** From the user's config to the resolved one: defaults, paths, and what we add to Solidity's. */
import { join, resolve } from "node:path";
import type { HardhatConfig, HardhatUserConfig } from "hardhat/types/config";
import { type Preset, type PresetName, PRESETS } from "../../protocol/presets.ts";
import { PACKAGE_NAME, PACKAGE_ROOT, resolveNpmSolc } from "../package-root.ts";
import type { RollupConfig, RollupUserConfig } from "./types.ts";

/** Contracts of this package that are built in the user's project, to deploy them from there. */
const PACKAGE_CONTRACTS = [
  "Rollup.sol",
  "governance/RollupProxy.sol",
  "governance/UpgradeTimelock.sol",
  "mocks/MockVerifier.sol",
  "mocks/TestToken.sol",
];

const DEFAULT_BLOCK_TIME_MS = 1000;

/** A project that configures no Solidity compiler gets the one that needs no download. */
export function withDefaultSolc(config: HardhatUserConfig): HardhatUserConfig {
  if (config.solidity !== undefined) return config;
  return {
    ...config,
    solidity: {
      ...resolveNpmSolc(),
      settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } },
    },
  };
}

/** Fills the defaults in, and makes every path absolute. */
export function resolveRollupConfig(
  user: RollupUserConfig = {},
  { root, cache }: { root: string; cache: string },
): RollupConfig {
  const rollupCache = join(cache, "rollup");
  return {
    preset: user.preset ?? "minimal",
    ...(user.blockSlots && { blockSlots: user.blockSlots }),
    prover: user.prover ?? "kernel",
    ...(user.externalProver && { externalProver: user.externalProver }),
    setup:
      user.setup?.type === "ceremony"
        ? { type: "ceremony", keysDir: resolve(root, user.setup.keysDir) }
        : { type: "dev", ...user.setup },
    circuits: {
      path: resolve(root, user.circuits?.path ?? "circuits"),
      include: (user.circuits?.include ?? []).map((path) => resolve(root, path)),
      optimization: user.circuits?.optimization ?? 2,
    },
    operator: {
      blockTimeMs: user.operator?.blockTimeMs ?? DEFAULT_BLOCK_TIME_MS,
      threads: user.operator?.threads ?? 0,
    },
    paths: {
      cache: rollupCache,
      circuits: join(rollupCache, "circuits"),
      contracts: join(rollupCache, "contracts"),
      types: join(root, "types", "circuits"),
    },
  };
}

/** A preset with the sizes of blocks that the config has chosen. */
export function sizedPreset({ blockSlots }: RollupConfig, name: PresetName): Preset {
  return { ...PRESETS[name], ...(blockSlots && { blockSlots }) };
}

/** Adds the resolved `rollup` entry, the generated verifiers and this package's contracts. */
export function extendResolvedConfig(
  userConfig: HardhatUserConfig,
  config: HardhatConfig,
): HardhatConfig {
  const rollup = resolveRollupConfig(userConfig.rollup, config.paths);
  const { sources } = config.paths;
  // In this repository itself the contracts are sources of the project.
  const isThisPackage = config.paths.root === PACKAGE_ROOT;
  const npmFiles = isThisPackage
    ? []
    : PACKAGE_CONTRACTS.map((file) => `${PACKAGE_NAME}/contracts/${file}`);
  return {
    ...config,
    rollup,
    paths: {
      ...config.paths,
      sources: { ...sources, solidity: [...sources.solidity, rollup.paths.contracts] },
    },
    solidity: {
      ...config.solidity,
      npmFilesToBuild: [...new Set([...config.solidity.npmFilesToBuild, ...npmFiles])],
    },
  };
}
