/** A folder of fixture circuits and their compiled files, for tests. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { CompileOptions, OptimizationLevel } from "../../src/circom/compilation.ts";
import { isRollupError, type RollupError } from "../../src/util/errors.ts";

const require = createRequire(import.meta.url);

/** Copies of the fixture circuits, which tests may change, and a folder for results. */
export interface Workspace {
  readonly folder: string;
  fixture(name: string): string;
  options(name: string, optimization?: OptimizationLevel): CompileOptions;
  remove(): Promise<void>;
}

export async function createWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "circom-"));
  await cp(join(import.meta.dirname, "fixtures"), join(folder, "circuits"), { recursive: true });
  const fixture = (name: string) => join(folder, "circuits", `${name}.circom`);
  return {
    folder,
    fixture,
    options: (name, optimization = 1) => ({
      file: fixture(name),
      optimization,
      cacheDir: join(folder, "cache"),
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Awaits a rejection by a RollupError with the given code, and returns it. */
export async function expectRejection(
  code: string,
  action: () => Promise<unknown>,
): Promise<RollupError> {
  try {
    await action();
  } catch (error) {
    if (!isRollupError(error)) throw error;
    expect(error.code).to.equal(code);
    return error;
  }
  expect.fail(`${code} expected, but nothing was thrown`);
}

/** Runs snarkjs's own command line. @returns Its output. */
export async function runSnarkJs(...args: string[]): Promise<string> {
  const cli = join(require.resolve("snarkjs"), "../cli.cjs");
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args]);
  return stdout;
}
