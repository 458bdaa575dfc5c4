/** Compiles circuits with circom, unless the cache or a package has the result. */

import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
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
  const { cacheDir, precompiledDir, onProgress } = options;
  const compilation = await prepareCompilation(options);
  const { name, file } = compilation;
  const folder = resultKey(compilation, CACHE_FORMAT);
  const entry = join(resolve(cacheDir), folder);
  const describe = (description: EntryDescription, cached: boolean): CompiledCircuit => {
    const warnings = nameSources(description.warnings, compilation);
    for (const warning of warnings) onProgress?.(warning);
    return { name, file, ...entryPaths(entry, name), ...description, warnings, cached };
  };
  const present =
    (await readEntry(entry, name)) ??
    (precompiledDir && (await unpackEntry(join(precompiledDir, folder), entry, name)));
  if (present) return describe(present, true);
  onProgress?.(`Compiling ${name}`);
  const made = await makeEntry(entry, name, (target) => runCompiler(target, compilation));
  const circuit = describe(made, false);
  onProgress?.(`Compiled ${name}: ${made.stats.constraints} constraints`);
  return circuit;
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
  const { inputSizes, inputTotal } = await readInputSizes(wasmPath);
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
