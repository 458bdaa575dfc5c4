/** Compiles circuits with circom, unless the cache or a package has the result. */

import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import {
  type EntryDescription,
  entryPaths,
  makeEntry,
  readEntry,
  unpackEntry,
} from "./compile-cache.ts";
import { COMPILER_FOLDER } from "./compile-job.ts";
import { type CircomCompiler, type NativeCompiler, openCompiler } from "./compiler.ts";
import { DEFAULT_PRIME, PRIME_NAMES, type PrimeName } from "../crypto/primes.ts";
import { hashFile } from "../groth16/files/digests.ts";
import { circomError } from "./errors.ts";
import { readR1cs, readR1csHeader } from "../groth16/formats/r1cs.ts";
import { hasMain, type MainComponent, writeMainComponent } from "./main-component.ts";
import { type CircuitSignals, readSignals, readSymbols } from "./signals.ts";
import { circuitName, type CircuitSources, collectSources } from "./sources.ts";
import { restoreNames, STAGED_CIRCUIT, stageSources } from "./staged-sources.ts";
import { readInputSizes } from "./witness-generator.ts";
import { inputNames, inputsBoundByNothing, inputsWithoutWire } from "./unused-inputs.ts";
import { isRollupError } from "../util/errors.ts";

/** circom's --O0, --O1, --O2: none, signal-to-signal, or all linear constraints removed. */
export type OptimizationLevel = 0 | 1 | 2;

export interface CompileOptions extends Partial<Omit<MainComponent, "file">> {
  /** Path of the .circom file with the main component; or with the template if one is given. */
  readonly file: string;
  /**
   * Folders that `include` searches after the folder of the including file, and before the packages
   * of the including file, which are found as Node finds modules.
   */
  readonly includePaths?: readonly string[];
  /** Folder whose packages `include` searches last, for files of linked packages. */
  readonly projectFolder?: string;
  /** How much circom simplifies the constraints. */
  readonly optimization: OptimizationLevel;
  /** circom's name of the prime. Default `"bn128"`, for which alone there are provers. */
  readonly prime?: PrimeName;
  /** A native circom program. Default: the package circom2. */
  readonly compiler?: NativeCompiler;
  /** Folder of the cache; created if missing. */
  readonly cacheDir: string;
  /** Folder of compressed entries in a package, see `packEntry`. */
  readonly precompiledDir?: string;
  /** Whether to compile although the cache has the result. Default: false. */
  readonly recompile?: boolean;
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
const CACHE_FORMAT = 7;
/**
 * Generators check each index that is only known at run time. Without that, they read whatever
 * lies in memory behind an array. The constraints are the same.
 */
const SANITY_FLAGS = ["--sanity_check", "3"];
/** Folder of the staged sources in a new entry. */
const SOURCES = "sources";
const STAGED_NAME = circuitName(STAGED_CIRCUIT);
/** The files that an entry has. */
const RESULTS = ["--r1cs", "--wasm", "--sym", "--simplification_substitution"];

/**
 * Compiles a circuit, or finds it in the cache or in a package.
 *
 * @param options - Path of the circuit, folder of the cache, and level of optimization.
 * @returns The paths of the compiled files, and the circuit's signals and counts.
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_SYNTAX,
 *   COMPILER_CRASHED, COMPILER_NOT_USABLE, PRIME_UNKNOWN, CUSTOM_GATES, FOLDER_NOT_WRITABLE; for a
 *   template MAIN_TEMPLATE_UNKNOWN, MAIN_PARAMETER_COUNT, MAIN_PARAMETER_INVALID,
 *   MAIN_PUBLIC_UNKNOWN, MAIN_NAME_INVALID
 *
 * @example
 * const file = `${hre.config.paths.root}/circuits/multiplier.circom`;
 * const { stats, inputs } = await compileCircuit({ file, cacheDir: folder, optimization: 1 });
 * stats.constraints; // 1
 * inputs.map(({ name }) => name); // ["a", "b"]
 */
export async function compileCircuit(options: CompileOptions): Promise<CompiledCircuit> {
  const { optimization, prime = DEFAULT_PRIME, onProgress, recompile = false } = options;
  const place = await findPlace(options);
  const { compiler, file, sources, entry } = place;
  const name = circuitName(file);
  const present = recompile ? undefined : await readPresent(place, options);
  if (present !== undefined) return describe(place, present, options);
  onProgress?.(`Compiling ${name}`);
  const run: CompilerRun = (folder, flags) =>
    runCircom(compiler, folder, { file, sources }, [...flags, "--prime", prime]);
  const compile = (target: string) => runCompiler(target, { file, sources, run }, optimization);
  const made = await makeEntry(entry, name, compile, recompile ? "replace" : "keep");
  const circuit = describe(place, made, options, false);
  onProgress?.(`Compiled ${name}: ${made.stats.constraints} constraints`);
  return circuit;
}

/**
 * Finds a compiled circuit in the cache or in a package, without compiling.
 *
 * @param options - As of {@link compileCircuit}.
 * @returns Undefined if the circuit was not compiled since its sources or options have changed.
 * @throws as {@link compileCircuit}, but for what only the compiler finds
 */
export async function findCompiledCircuit(
  options: CompileOptions,
): Promise<CompiledCircuit | undefined> {
  const place = await findPlace(options);
  const present = await readPresent(place, options);
  return present && describe(place, present, options);
}

/** The sources of a circuit, and the entry of the cache that they have. */
interface Place extends Compilation {
  readonly compiler: CircomCompiler;
  readonly entry: string;
}

async function findPlace(options: CompileOptions): Promise<Place> {
  const { optimization, prime = DEFAULT_PRIME, cacheDir } = options;
  if (!PRIME_NAMES.includes(prime)) {
    throw circomError({ code: "PRIME_UNKNOWN", prime, known: PRIME_NAMES });
  }
  const compiler = await openCompiler(options.compiler);
  const { file, folders } = await locateCircuit(options);
  const sources = collectSources(file, folders);
  const key = createHash("sha256")
    .update(JSON.stringify([CACHE_FORMAT, compiler.version, optimization, prime, sources.digest]))
    .digest("hex");
  const entry = join(resolve(cacheDir), `${circuitName(file)}-${key.slice(0, 16)}`);
  return { compiler, file, sources, entry };
}

async function readPresent(
  { file, entry }: Place,
  { precompiledDir }: CompileOptions,
): Promise<EntryDescription | undefined> {
  const name = circuitName(file);
  const present = await readEntry(entry, name);
  if (present !== undefined || precompiledDir === undefined) return present;
  return unpackEntry(join(precompiledDir, basename(entry)), entry, name);
}

function describe(
  { file, sources, entry }: Place,
  description: EntryDescription,
  { onProgress }: CompileOptions,
  cached = true,
): CompiledCircuit {
  const name = circuitName(file);
  const warnings = nameSources(description.warnings, file, sources);
  for (const warning of warnings) onProgress?.(warning);
  return { name, file, ...entryPaths(entry, name), ...description, warnings, cached };
}

/**
 * Finds the file with the main component, or writes that of a template into the cache.
 *
 * @returns Its absolute path, and where its includes are looked up.
 * @throws MAIN_…, and CIRCUIT_NOT_FOUND or INCLUDE_NOT_FOUND for the file of a template
 */
export async function locateCircuit(options: CompileOptions) {
  const folders = toFolders(options);
  const file = hasMain(options)
    ? await writeMainComponent(options, options.cacheDir, folders)
    : resolve(options.file);
  return { file, folders };
}

/** Returns where the includes of a circuit are looked up. */
export function toFolders(options: CompileOptions) {
  const { includePaths = [], file } = options;
  // The packages of a template are those of its file, also if that is a link.
  const { projectFolder = hasMain(options) ? dirname(file) : undefined } = options;
  return {
    includePaths: includePaths.map((path) => resolve(path)),
    projectFolder: projectFolder === undefined ? undefined : resolve(projectFolder),
  };
}

/** Compiles the staged sources into a folder. @returns The compiler's output. */
type CompilerRun = (folder: string, flags: readonly string[]) => Promise<string>;

/** What is compiled. */
interface Compilation {
  readonly file: string;
  readonly sources: CircuitSources;
}

/** Compiles into a folder, and describes the result. */
async function runCompiler(
  folder: string,
  { file, sources, run }: Compilation & { readonly run: CompilerRun },
  optimization: OptimizationLevel,
): Promise<EntryDescription> {
  const name = circuitName(file);
  const staged = join(folder, SOURCES);
  await stageSources(staged, sources.files);
  const output = await run(folder, [...RESULTS, `--O${optimization}`]);
  const { r1csPath, wasmPath, symPath, substitutionsPath } = entryPaths(folder, name);
  const made = entryPaths(folder, STAGED_NAME);
  await rename(made.r1csPath, r1csPath);
  await rename(made.symPath, symPath);
  await rename(join(folder, `${STAGED_NAME}_substitutions.json`), substitutionsPath);
  await rename(join(folder, `${STAGED_NAME}_js`, `${STAGED_NAME}.wasm`), wasmPath);
  await rm(join(folder, `${STAGED_NAME}_js`), { recursive: true });
  const stats = readR1csHeader(r1csPath, file, PRIME_NAMES);
  const { inputSizes, inputTotal } = await readInputSizes(wasmPath);
  const signals = readSignals(symPath, stats, inputSizes, inputTotal);
  const digest = await hashFile(r1csPath);
  const unusedInputs = await findUnusedInputs(folder, run, { r1csPath, symPath, signals });
  await rm(staged, { recursive: true });
  return { digest, stats, warnings: findWarnings(output), unusedInputs, ...signals };
}

/** Looks inputs up in the constraints, and compiles without simplification if these hide one. */
async function findUnusedInputs(
  folder: string,
  run: CompilerRun,
  compiled: {
    readonly r1csPath: string;
    readonly symPath: string;
    readonly signals: CircuitSignals;
  },
): Promise<string[]> {
  const { r1csPath, symPath, signals } = compiled;
  const simplified = { r1cs: readR1cs(r1csPath, PRIME_NAMES), wires: readSymbols(symPath) };

  const { inputs } = signals;
  const hidden = inputsWithoutWire(inputs, simplified.wires);
  const shown = inputNames(inputs).filter((name) => simplified.wires.has(`main.${name}`));
  const unused = inputsBoundByNothing(shown, inputs, simplified);
  if (hidden.length === 0) return unused;
  const made = entryPaths(folder, STAGED_NAME);
  try {
    await run(folder, ["--r1cs", "--sym", "--O0"]);
    const original = {
      r1cs: readR1cs(made.r1csPath, PRIME_NAMES),
      wires: readSymbols(made.symPath),
    };
    return [...unused, ...inputsBoundByNothing(hidden, inputs, original)];
  } catch (error) {
    // Constraints without simplification may be too many for the compiler's memory.
    if (isRollupError(error) && error.code === "COMPILER_CRASHED") return unused;
    throw error;
  } finally {
    for (const path of [made.r1csPath, made.symPath]) await rm(path, { force: true });
  }
}

/** circom separates its messages by blank lines. */
function findWarnings(output: string): string[] {
  return output.split("\n\n").filter((block) => block.startsWith("warning["));
}

/** Names sources in messages by their paths from the circuit: an entry has no path of a machine. */
function nameSources(
  messages: readonly string[],
  circuit: string,
  { files }: CircuitSources,
): string[] {
  const nameFile = (index: number) =>
    relative(dirname(files[0]!.file), index === 0 ? circuit : files[index]!.file);
  return messages.map((message) =>
    restoreNames(message, `${COMPILER_FOLDER}/${SOURCES}`, files, (index) =>
      nameFile(index).split(sep).join("/"),
    ),
  );
}

/** Runs circom on staged sources. @returns Its output. @throws CIRCUIT_SYNTAX, COMPILER_CRASHED */
async function runCircom(
  compiler: CircomCompiler,
  folder: string,
  { file, sources: { files } }: Compilation,
  flags: readonly string[],
): Promise<string> {
  const staged = `${COMPILER_FOLDER}/${SOURCES}`;
  const output = ["-o", COMPILER_FOLDER];
  const args = [`${staged}/${STAGED_CIRCUIT}`, ...flags, ...output, ...SANITY_FLAGS];
  const outcome = await compiler.run({ args, folder });
  const raw = outcome.output;
  const text = restoreNames(raw, staged, files, (index) =>
    index === 0 ? file : files[index]!.file,
  );
  // circom hides or ignores failed writes.
  if (outcome.refusal !== undefined) {
    throw Object.assign(new Error("circom cannot write"), { code: outcome.refusal });
  }
  if (outcome.status === "crashed") {
    throw circomError({ code: "COMPILER_CRASHED", file, reason: outcome.reason, output: text });
  }
  if (outcome.code !== 0) {
    const location = /"([^"\n]+\.circom)":(\d+):(\d+)/.exec(text)?.slice(1).join(":") ?? null;
    throw circomError({ code: "CIRCUIT_SYNTAX", file, location, output: text.trim() });
  }
  return raw;
}
