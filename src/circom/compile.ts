/** Compiles circuits with circom, unless the cache or a package has the result. */

import { rename, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import {
  type Compilation,
  type CompileOptions,
  constraintFlags,
  findWarnings,
  nameSources,
  prepareCompilation,
  resultKey,
  runCircom,
  STAGED_NAME,
  stageInto,
} from "./compilation.ts";
import {
  type EntryDescription,
  entryPaths,
  makeEntry,
  readEntry,
  unpackEntry,
} from "./compile-cache.ts";
import { PRIME_NAMES } from "../crypto/primes.ts";
import { hashFile } from "../groth16/files/digests.ts";
import { readR1cs, readR1csHeader } from "../groth16/formats/r1cs.ts";
import { readSignals, symbolLines } from "./signals.ts";
import { readSubstitutions } from "./substitutions.ts";
import { findUnusedInputs } from "./unused-inputs.ts";
import { readInputSizes } from "./witness-generator.ts";

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
  const { onProgress, recompile = false } = options;
  const place = await findPlace(options);
  const { name, entry } = place;
  const present = recompile ? undefined : await readPresent(place, options);
  if (present !== undefined) return describe(place, present, options);
  onProgress?.(`Compiling ${name}`);
  const compile = (target: string) => runCompiler(target, place);
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
  readonly entry: string;
}

async function findPlace(options: CompileOptions): Promise<Place> {
  const compilation = await prepareCompilation(options);
  const entry = join(resolve(options.cacheDir), resultKey(compilation, CACHE_FORMAT));
  return { ...compilation, entry };
}

async function readPresent(
  { name, entry }: Place,
  { precompiledDir }: CompileOptions,
): Promise<EntryDescription | undefined> {
  const present = await readEntry(entry, name);
  if (present !== undefined || precompiledDir === undefined) return present;
  return unpackEntry(join(precompiledDir, basename(entry)), entry, name);
}

function describe(
  place: Place,
  description: EntryDescription,
  { onProgress }: CompileOptions,
  cached = true,
): CompiledCircuit {
  const { name, file, entry } = place;
  const warnings = nameSources(description.warnings, place);
  for (const warning of warnings) onProgress?.(warning);
  return { name, file, ...entryPaths(entry, name), ...description, warnings, cached };
}

/** Compiles into a folder, and describes the result. */
async function runCompiler(folder: string, compilation: Compilation): Promise<EntryDescription> {
  const { name, file } = compilation;
  const staged = await stageInto(folder, compilation);
  const output = await runCircom(compilation, folder, [
    ...RESULTS,
    ...constraintFlags(compilation),
  ]);
  const { r1csPath, wasmPath, symPath, substitutionsPath } = entryPaths(folder, name);
  const made = entryPaths(folder, STAGED_NAME);
  await rename(made.r1csPath, r1csPath);
  await rename(made.symPath, symPath);
  await rename(join(folder, `${STAGED_NAME}_substitutions.json`), substitutionsPath);
  await rename(join(folder, `${STAGED_NAME}_js`, `${STAGED_NAME}.wasm`), wasmPath);
  await rm(join(folder, `${STAGED_NAME}_js`), { recursive: true });
  const stats = readR1csHeader(r1csPath, file, PRIME_NAMES);
  const { inputSizes, inputTotal } = await readInputSizes(wasmPath, stats.prime);
  const signals = readSignals(symPath, stats, inputSizes, inputTotal);
  const digest = await hashFile(r1csPath);
  const unusedInputs = findUnusedInputs(signals.inputs, {
    r1cs: readR1cs(r1csPath, PRIME_NAMES),
    symbols: symbolLines(symPath),
    substitutions: () => readSubstitutions(substitutionsPath),
  });
  await rm(staged, { recursive: true });
  return { digest, stats, warnings: findWarnings(output), unusedInputs, ...signals };
}
