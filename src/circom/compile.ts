/** Compiles circuits with circom, unless the cache or a package has the result. */

import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import {
  type EntryDescription,
  entryPaths,
  makeEntry,
  readEntry,
  unpackEntry,
} from "./compile-cache.ts";
import type { CompileJob, CompileOutcome } from "./compile-worker.ts";
import { hashFile } from "../groth16/files/digests.ts";
import { circomError } from "./errors.ts";
import { readR1csHeader } from "../groth16/formats/r1cs.ts";
import { readSignals } from "./signals.ts";
import { circuitName, collectSources } from "./sources.ts";
import { readInputSizes } from "./witness-generator.ts";
import { createWorkerPool, workerUrl } from "../util/worker-pool.ts";

/** circom's --O0, --O1, --O2: none, signal-to-signal, or all linear constraints removed. */
export type OptimizationLevel = 0 | 1 | 2;

export interface CompileOptions {
  /** Path of the .circom file with the main component. */
  readonly file: string;
  /** Folders that `include` searches after the folder of the including file. */
  readonly includePaths?: readonly string[];
  readonly optimization: OptimizationLevel;
  /** Folder of the cache; created if missing. */
  readonly cacheDir: string;
  /** Folder of compressed entries in a package, see `packEntry`. */
  readonly precompiledDir?: string;
  /** Receives what is compiled, and circom's warnings, also those of a circuit in the cache. */
  readonly onProgress?: (message: string) => void;
}

/** A compiled circuit on disk. */
export interface CompiledCircuit extends EntryDescription {
  /** The file's name without ending. */
  readonly name: string;
  /** Absolute path of the source. */
  readonly file: string;
  readonly r1csPath: string;
  readonly wasmPath: string;
  readonly symPath: string;
  /** JSON of the signals that circom substituted away, each as a linear combination of others. */
  readonly substitutionsPath: string;
  /** Whether it came from the cache or a package without compiling. */
  readonly cached: boolean;
}

/** Part of each cache key: raise it when the entries, or the flags of the compiler, change. */
const CACHE_FORMAT = 5;
/**
 * Generators check each index that is only known at run time. Without that, they read whatever
 * lies in memory behind an array. The constraints are the same.
 */
const SANITY_FLAGS = ["--sanity_check", "3"];

/** The version of the circom2 package, which is the compiler. */
export function compilerVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("circom2/package.json") as { version: string }).version;
}

/**
 * Compiles a circuit, or finds it in the cache or in a package.
 *
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_SYNTAX,
 *   COMPILER_CRASHED, CUSTOM_GATES, FOLDER_NOT_WRITABLE
 */
export async function compileCircuit(options: CompileOptions): Promise<CompiledCircuit> {
  const { optimization, cacheDir, precompiledDir, onProgress } = options;
  const file = resolve(options.file);
  const includePaths = (options.includePaths ?? []).map((path) => resolve(path));
  const name = circuitName(file);
  const sources = collectSources(file, includePaths);
  const key = createHash("sha256")
    .update(JSON.stringify([CACHE_FORMAT, compilerVersion(), optimization, sources.digest]))
    .digest("hex");
  const folder = `${name}-${key.slice(0, 16)}`;
  const entry = join(resolve(cacheDir), folder);
  const circuit = { name, file, ...entryPaths(entry, name) };
  const present =
    (await readEntry(entry, name)) ??
    (precompiledDir && (await unpackEntry(join(precompiledDir, folder), entry, name)));
  if (present) {
    for (const warning of present.warnings) onProgress?.(warning);
    return { ...circuit, ...present, cached: true };
  }
  onProgress?.(`Compiling ${name}`);
  const compile = (target: string) => runCompiler(target, file, sources.files, options);
  const made = await makeEntry(entry, name, compile);
  for (const warning of made.warnings) onProgress?.(warning);
  onProgress?.(`Compiled ${name}: ${made.stats.constraints} constraints`);
  return { ...circuit, ...made, cached: false };
}

/** Compiles into a folder, and describes the result. */
async function runCompiler(
  folder: string,
  file: string,
  sources: readonly string[],
  { optimization, includePaths = [] }: CompileOptions,
): Promise<EntryDescription> {
  const name = circuitName(file);
  const libraries = includePaths.flatMap((path) => ["-l", resolve(path)]);
  const outputs = ["--r1cs", "--wasm", "--sym", "--simplification_substitution", "-o", folder];
  const flags = [`--O${optimization}`, ...SANITY_FLAGS, ...libraries];
  const output = await runCircom(file, [file, ...outputs, ...flags]);
  const warnings = findWarnings(output, dirname(file), [file, ...sources]);
  const { r1csPath, wasmPath, symPath, substitutionsPath } = entryPaths(folder, name);
  await rename(join(folder, `${name}_js`, `${name}.wasm`), wasmPath);
  await rm(join(folder, `${name}_js`), { recursive: true });
  await rename(join(folder, `${name}_substitutions.json`), substitutionsPath);
  const stats = readR1csHeader(r1csPath, file);
  const { inputSizes, inputTotal } = await readInputSizes(wasmPath);
  const signals = readSignals(symPath, stats, inputSizes, inputTotal);
  return { digest: await hashFile(r1csPath), stats, warnings, ...signals };
}

/** circom separates its messages by blank lines. An entry may move, so it has no full path. */
function findWarnings(output: string, folder: string, sources: readonly string[]): string[] {
  const relativeOutput = sources.reduce(
    (text, path) => text.replaceAll(path, relative(folder, path).split(sep).join("/")),
    output,
  );
  return relativeOutput.split("\n\n").filter((block) => block.startsWith("warning["));
}

/** Runs circom and returns its output. @throws CIRCUIT_SYNTAX, COMPILER_CRASHED */
async function runCircom(file: string, args: readonly string[]): Promise<string> {
  const worker = workerUrl(import.meta.url, "compile-worker");
  const pool = createWorkerPool<CompileJob, CompileOutcome>(worker, 1);
  try {
    const outcome = await pool.run({ args });
    const output = stripVTControlCharacters(outcome.output);
    // circom hides or ignores failed writes.
    if (outcome.refusal !== undefined) {
      throw Object.assign(new Error("circom cannot write"), { code: outcome.refusal });
    }
    if (outcome.status === "crashed") {
      throw circomError({ code: "COMPILER_CRASHED", file, reason: outcome.reason, output });
    }
    if (outcome.code !== 0) {
      const location = /"([^"\n]+\.circom)":(\d+):(\d+)/.exec(output)?.slice(1).join(":") ?? null;
      throw circomError({ code: "CIRCUIT_SYNTAX", file, location, output: output.trim() });
    }
    return output;
  } finally {
    await pool.close();
  }
}
