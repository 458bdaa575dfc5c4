/** A Hardhat project with the packages of the corpus and a circuit for each case. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import ethersPlugin from "@nomicfoundation/hardhat-ethers";
import plugin from "../../src/index.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { type CorpusCase, INCLUDE_FOLDERS, PACKAGES } from "./cases.ts";

/** The folder keeps packages and compiled circuits for the next run. */
const ROOT = join(PACKAGE_ROOT, "cache", "corpus");

/** Installs the packages, writes the circuits and creates the runtime environment. */
export async function createCorpusProject(
  cases: readonly CorpusCase[],
): Promise<HardhatRuntimeEnvironment> {
  await mkdir(ROOT, { recursive: true });
  await installPackages(cases);
  await rm(join(ROOT, "circuits"), { recursive: true, force: true });
  await mkdir(join(ROOT, "circuits"));
  for (const { name, ...template } of cases) {
    await writeFile(join(ROOT, "circuits", `${name}.circom`), renderMain(template));
  }
  const include = INCLUDE_FOLDERS.map((folder) => join("node_modules", folder));
  return createHardhatRuntimeEnvironment(
    { plugins: [ethersPlugin, plugin], rollup: { prover: "mock", circuits: { include } } },
    {},
    ROOT,
  );
}

/** Installs the packages of the cases besides those of earlier runs. */
async function installPackages(cases: readonly CorpusCase[]): Promise<void> {
  const path = join(ROOT, "package.json");
  const earlier = await readFile(path, "utf8").then(readDependencies, () => ({}));
  const needed = Object.fromEntries(cases.map((entry) => [entry.package, PACKAGES[entry.package]]));
  const dependencies = { ...earlier, ...needed };
  const link = join(ROOT, "node_modules", PACKAGE_NAME);
  if (existsSync(link) && isDeepStrictEqual(earlier, dependencies)) return;
  await writeFile(path, JSON.stringify({ private: true, type: "module", dependencies }, null, 2));
  console.log("Installing the packages of the corpus (once)");
  await rm(link, { force: true });
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
  const { status } = spawnSync("npm", ["install", ...options], {
    cwd: ROOT,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("npm could not install the packages of the corpus");
  await symlink(PACKAGE_ROOT, link);
}

function readDependencies(text: string): Record<string, string> {
  return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies;
}

function renderMain({ file, instance, public: names = [] }: Omit<CorpusCase, "name">): string {
  const list = names.length === 0 ? "" : ` {public [${names.join(", ")}]}`;
  return `pragma circom 2.0.0;\ninclude "${file}";\ncomponent main${list} = ${instance};\n`;
}
