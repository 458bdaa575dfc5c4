/** Finds this package on disk, from its sources and from `dist/`. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../util/errors.ts";

export const PACKAGE_NAME = "hardhat-zkrollup";

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
}

function readPackageJson(file: string): PackageJson {
  return JSON.parse(readFileSync(file, "utf8")) as PackageJson;
}

function findPackageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(directory, "package.json");
    if (existsSync(file) && readPackageJson(file).name === PACKAGE_NAME) return directory;
    const parent = dirname(directory);
    assert(parent !== directory, `the sources are inside the package ${PACKAGE_NAME}`);
    directory = parent;
  }
}

/** Folder of our package.json, with `contracts/` and `circuits/` in it. */
export const PACKAGE_ROOT: string = findPackageRoot();

/** The npm package `solc` that this package depends on. */
export interface NpmSolc {
  readonly version: string;
  /** Absolute path of its `soljson.js`. */
  readonly path: string;
}

/** Finds our dependency `solc`, the compiler that needs no download. */
export function resolveNpmSolc(): NpmSolc {
  const { resolve } = createRequire(import.meta.url);
  const { version } = readPackageJson(resolve("solc/package.json"));
  assert(version !== undefined, "the package solc has a version");
  return { version, path: resolve("solc/soljson.js") };
}

/**
 * Returns the version of a compiler file: the version of the npm package of a `soljson.js`, or the
 * one in a file name such as `solc-linux-amd64-v0.8.30+commit.73712a01`. Undefined if there is
 * neither.
 */
export function solcVersionAt(path: string): string | undefined {
  const named = /-v(\d+\.\d+\.\d+)\b/.exec(basename(path))?.[1];
  const file = join(dirname(path), "package.json");
  if (!path.endsWith("soljson.js") || !existsSync(file)) return named;
  return readPackageJson(file).version;
}

/** Version of the installed Hardhat. */
export function hardhatVersion(): string {
  const { resolve } = createRequire(import.meta.url);
  const { version } = readPackageJson(resolve("hardhat/package.json"));
  assert(version !== undefined, "the package hardhat has a version");
  return version;
}
