/** Which files the coverage of circuits is of. */
import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import { listFiles } from "../../circom/sources.ts";
import { PACKAGE_ROOT } from "../package-root.ts";

export interface CoverageScope {
  /** @param file - Real path, as the sources of circuits have it. */
  isCovered(file: string): boolean;
  /** Path relative to the project, with "/", as in Hardhat's own report. */
  nameOf(file: string): string;
  /** The covered files in the folder of circuits, also those that no circuit includes. */
  ownFiles(): string[];
  /** Packages of the config that are not installed. */
  readonly missingPackages: readonly string[];
}

/** The part of the config that decides. */
export type ScopeConfig = Pick<HardhatConfig, "paths" | "rollup"> &
  Partial<Pick<HardhatConfig, "coverage">>;

/**
 * The project's files count, without those of its packages, generated ones, and those that
 * `coverage.skipFiles` names; packages that the config names count, too.
 */
export function createScope({ paths, rollup, coverage }: ScopeConfig): CoverageScope {
  const root = real(paths.root);
  const { path, include, coverage: settings } = rollup.circuits;
  const own = [root, path, ...include].map(real);
  const generated = [paths.cache, paths.artifacts, join(PACKAGE_ROOT, "circuits")].map(real);
  const skipped = coverage?.skipFiles ?? [];
  const folders = new Map(settings.packages.map((name) => [name, packageFolder(root, name)]));
  const nameOf = (file: string) => relative(root, file).split(sep).join("/");
  const isCovered = (file: string) => {
    const name = nameOf(file);
    if (skipped.some((pattern) => posix.matchesGlob(name, pattern))) return false;
    if ([...folders].some(([pack, folder]) => isOfPackage(file, pack, folder))) return true;
    const home = own.find((folder) => isIn(folder, file));
    if (home === undefined || generated.some((folder) => isIn(folder, file))) return false;
    return !relative(home, file).split(sep).includes("node_modules");
  };
  return {
    isCovered,
    nameOf,
    ownFiles: () => (existsSync(path) ? listCircomFiles(real(path)).filter(isCovered) : []),
    missingPackages: settings.packages.filter((name) => folders.get(name) === undefined),
  };
}

function listCircomFiles(folder: string): string[] {
  return listFiles(folder).filter((file) => file.endsWith(".circom"));
}

/** @returns Undefined if the package is not installed. */
function packageFolder(root: string, name: string): string | undefined {
  const folder = join(root, "node_modules", name);
  return existsSync(folder) ? realpathSync(folder) : undefined;
}

/** A package may have several copies. */
function isOfPackage(file: string, name: string, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  return isIn(folder, file) || file.split(sep).join("/").includes(`/node_modules/${name}/`);
}

function isIn(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== "" && path.split(sep)[0] !== ".." && !isAbsolute(path);
}

/** Links are followed, as in the paths of sources; a folder that does not exist stays. */
function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
