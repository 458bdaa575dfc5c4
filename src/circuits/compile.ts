/**
 * Compiles circuits with circom, and keeps what came out by the content of what went in.
 *
 * An entry of the cache is a folder `<name>-<digest>` with the files r1cs, wasm and sym and a
 * manifest. It is made under another name and then renamed, so builds in parallel never see half
 * of one.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { hashFile, temporaryPath } from "./binary-file.ts";
import type { CompileJob, CompileOutcome } from "./compile-worker.ts";
import { circuitsError } from "./errors.ts";
import { type R1csHeader, readR1csHeader } from "./r1cs.ts";
import { type CircuitSignals, readSignals } from "./signals.ts";
import { collectSources } from "./sources.ts";
import { readInputSizes } from "./witness-generator.ts";
import { createWorkerPool, workerUrl } from "../util/worker-pool.ts";

/** circom's --O0, --O1, --O2: none, signal-to-signal, or all linear constraints removed. */
export type OptimizationLevel = 0 | 1 | 2;

export interface CompileOptions {
  /** Path of the .circom file with the main component. */
  readonly file: string;
  /** Folders in which includes are looked up after the including file's own. */
  readonly includePaths?: readonly string[];
  readonly optimization: OptimizationLevel;
  /** Folder of the cache; made if missing. */
  readonly cacheDir: string;
  readonly onProgress?: (message: string) => void;
}

/** A circuit as the compiler left it on disk. */
export interface CompiledCircuit extends CircuitSignals {
  /** The file's name without ending. */
  readonly name: string;
  /** Absolute path of the source. */
  readonly file: string;
  readonly r1csPath: string;
  readonly wasmPath: string;
  readonly symPath: string;
  /** SHA-256 of the r1cs file, in hex: keys belong to it. */
  readonly digest: string;
  readonly stats: R1csHeader;
  /** Whether the cache had it, so that nothing was compiled. */
  readonly cached: boolean;
}

type Manifest = Pick<CompiledCircuit, "digest" | "stats" | "inputs" | "outputs">;

const MANIFEST = "circuit.json";
/** Part of each cache key: raise it when the entries change in form. */
const CACHE_FORMAT = 1;

/** The version of the circom2 package, which is the compiler. */
export function compilerVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("circom2/package.json") as { version: string }).version;
}

/**
 * Compiles a circuit, or finds it in the cache.
 *
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_SYNTAX, COMPILER_CRASHED
 */
export async function compileCircuit(options: CompileOptions): Promise<CompiledCircuit> {
  const { optimization, cacheDir, onProgress } = options;
  const file = resolve(options.file);
  const includePaths = (options.includePaths ?? []).map((path) => resolve(path));
  const name = basename(file, ".circom");
  const sources = collectSources(file, includePaths);
  const key = createHash("sha256")
    .update(JSON.stringify([CACHE_FORMAT, compilerVersion(), optimization, sources.digest]))
    .digest("hex");
  const entry = join(resolve(cacheDir), `${name}-${key.slice(0, 16)}`);
  const cached = existsSync(join(entry, MANIFEST));
  if (!cached) {
    onProgress?.(`Compiling ${name}`);
    const output = await makeEntry(entry, name, file, includePaths, optimization);
    for (const warning of findWarnings(output)) onProgress?.(warning);
  }
  const manifest = JSON.parse(await readFile(join(entry, MANIFEST), "utf8")) as Manifest;
  if (!cached) onProgress?.(`Compiled ${name}: ${manifest.stats.constraints} constraints`);
  const paths = outputPaths(entry, name);
  return { name, file, ...paths, ...manifest, cached };
}

function outputPaths(folder: string, name: string) {
  return {
    r1csPath: join(folder, `${name}.r1cs`),
    wasmPath: join(folder, `${name}.wasm`),
    symPath: join(folder, `${name}.sym`),
  };
}

/** Compiles into a folder of our own and then gives it the name others look for. */
async function makeEntry(
  entry: string,
  name: string,
  file: string,
  includePaths: readonly string[],
  optimization: OptimizationLevel,
): Promise<string> {
  const folder = temporaryPath(entry);
  await mkdir(folder, { recursive: true });
  try {
    const libraries = includePaths.flatMap((path) => ["-l", path]);
    const flags = ["--r1cs", "--wasm", "--sym", `--O${optimization}`, "-o", folder];
    const output = await runCircom(file, [file, ...flags, ...libraries]);
    const paths = outputPaths(folder, name);
    await rename(join(folder, `${name}_js`, `${name}.wasm`), paths.wasmPath);
    await rm(join(folder, `${name}_js`), { recursive: true });
    await writeFile(join(folder, MANIFEST), JSON.stringify(await describe(paths), null, 2));
    await rename(folder, entry).catch((error: unknown) => {
      // If another build was faster, what it made is the same.
      if (!existsSync(join(entry, MANIFEST))) throw error;
    });
    return output;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function describe(paths: ReturnType<typeof outputPaths>): Promise<Manifest> {
  const stats = readR1csHeader(paths.r1csPath);
  const { inputSizes, inputTotal } = await readInputSizes(paths.wasmPath);
  const digest = await hashFile(paths.r1csPath);
  return { digest, stats, ...readSignals(paths.symPath, stats, inputSizes, inputTotal) };
}

/** circom separates its messages by blank lines. */
function findWarnings(output: string): string[] {
  return output.split("\n\n").filter((block) => block.startsWith("warning["));
}

/** @returns What circom printed. @throws CIRCUIT_SYNTAX, COMPILER_CRASHED */
async function runCircom(file: string, args: readonly string[]): Promise<string> {
  const worker = workerUrl(import.meta.url, "compile-worker");
  const pool = createWorkerPool<CompileJob, CompileOutcome>(worker, 1);
  try {
    const outcome = await pool.run({ args });
    const output = stripVTControlCharacters(outcome.output);
    if (outcome.status === "crashed") {
      throw circuitsError({ code: "COMPILER_CRASHED", file, reason: outcome.reason, output });
    }
    if (outcome.code !== 0) {
      const location = /"([^"\n]+\.circom)":(\d+):(\d+)/.exec(output)?.slice(1).join(":") ?? null;
      throw circuitsError({ code: "CIRCUIT_SYNTAX", file, location, output: output.trim() });
    }
    return output;
  } finally {
    await pool.close();
  }
}
