/**
 * Decides whether a build has the rollup: its contracts and, but for a mock prover, its circuits.
 *
 * A project with circuits of its own may use nothing of the rollup, which takes most of the time of
 * a build. If it is left out by mistake, `connection.rollup` builds it when it is deployed.
 */
import { type Dirent, existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { HardhatConfig } from "hardhat/types/config";
import { findCircuits } from "../../circom/sources.ts";
import { packageContracts } from "../config/resolve.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../package-root.ts";
import { hasRollupPlugin } from "../rollup-plugin.ts";
import { readManifest } from "./manifest.ts";

type Project = Pick<HardhatRuntimeEnvironment, "config" | "userConfig">;

/** Files that are searched for a mention of the rollup. */
const SOURCE = /\.(?:[cm]?[jt]sx?|sol)$/;
/** The config has an entry `rollup` for circuits, too. */
const CONFIG = /^hardhat\.config\./;
/** Folders of generated files and packages. */
const SKIPPED = ["node_modules", "dist", "types", "artifacts", "cache"];
/** Words of a project that uses the rollup: "zkrollup" alone is the name of this plugin. */
const MENTION = new RegExp(
  `\\brollup|${PACKAGE_NAME}/contracts|\\b(?:ExitVerifier|UpgradeTimelock|MockVerifier|TestToken)\\b`,
  "i",
);
/** A larger project counts as one that uses the rollup. */
const FILES_MAX = 2_000;

/**
 * Whether the project uses the rollup. It has the plugin of the rollup, and no circuits of its own;
 * or the config sizes or operates a rollup, an earlier build had it, or a contract, test or script
 * mentions it.
 */
export async function usesRollup({ config, userConfig }: Project): Promise<boolean> {
  if (!hasRollupPlugin(config)) return false;
  const { preset, blockKinds, operator } = userConfig.rollup ?? {};
  const isConfigured = [preset, blockKinds, operator].some((entry) => entry !== undefined);
  const { root } = config.paths;
  if (isConfigured || root === PACKAGE_ROOT) return true;
  const { path } = config.rollup.circuits;
  if (!existsSync(path) || findCircuits(path).length === 0) return true;
  if ((await readManifest(config.rollup))?.hasRollup === true) return true;
  return isNamedInConfig(userConfig) || (await isMentioned(config));
}

function isNamedInConfig({ solidity }: Project["userConfig"]): boolean {
  const files = typeof solidity === "object" && "npmFilesToBuild" in solidity;
  return files && (solidity.npmFilesToBuild ?? []).some((file) => file.startsWith(PACKAGE_NAME));
}

async function isMentioned({ paths }: HardhatConfig): Promise<boolean> {
  const isSkipped = ({ name, parentPath }: Dirent) =>
    SKIPPED.includes(name) ||
    name.startsWith(".") ||
    [paths.cache, paths.artifacts].includes(join(parentPath, name));
  let files = 0;
  const search = async (folder: string): Promise<boolean> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !isSkipped(entry) && (await search(path))) return true;
      if (!entry.isFile() || !SOURCE.test(entry.name) || CONFIG.test(entry.name)) continue;
      if (++files > FILES_MAX || MENTION.test(await readFile(path, "utf8"))) return true;
    }
    return false;
  };
  return search(paths.root);
}

/** Adds this package's contracts to the next builds, or takes them out. */
export function selectPackageContracts({ config }: Project, isUsed: boolean): void {
  if (!hasRollupPlugin(config)) return;
  const ours = packageContracts(config.paths.root);
  const { npmFilesToBuild } = config.solidity;
  const others = npmFilesToBuild.filter((file) => !ours.includes(file));
  // Hardhat keeps this list.
  npmFilesToBuild.splice(0, Infinity, ...others, ...(isUsed ? ours : []));
}
