/** What is compiled, and how circom runs on it, for the circuit itself and for other results. */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve, sep } from "node:path";
import { DEFAULT_PRIME, PRIME_NAMES, type PrimeName } from "../crypto/primes.ts";
import { COMPILER_FOLDER } from "./compile-job.ts";
import { type CircomCompiler, type NativeCompiler, openCompiler } from "./compiler.ts";
import { circomError } from "./errors.ts";
import { hasMain, type MainComponent, writeMainComponent } from "./main-component.ts";
import { circuitName, type CircuitSources, collectSources } from "./sources.ts";
import type { SourceChange } from "./source-change.ts";
import { restoreNames, STAGED_CIRCUIT, stagedName, stageSources } from "./staged-sources.ts";

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
  /** Maximum rounds of the simplification at level 2, circom's --O2round. Default: no limit. */
  readonly optimizationRounds?: number;
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
  /**
   * A change under which a source is read, for tests of mutants. Default: that of the environment.
   */
  readonly change?: SourceChange;
  /** Receives what is compiled, and circom's warnings, also those of a circuit in the cache. */
  readonly onProgress?: (message: string) => void;
}

/** A circuit whose sources are found, with its compiler. */
export interface Compilation {
  /** The file's name without ending. */
  readonly name: string;
  /** Absolute path of the file with the main component. */
  readonly file: string;
  readonly sources: CircuitSources;
  readonly compiler: CircomCompiler;
  /** The flag of the simplification. */
  readonly level: readonly string[];
  readonly prime: PrimeName;
  /** What a result depends on, for its {@link resultKey}. */
  readonly content: readonly unknown[];
}

/**
 * Generators check each index that is only known at run time. Without that, they read whatever
 * lies in memory behind an array. The constraints are the same.
 */
const SANITY_FLAGS = ["--sanity_check", "3"];
/** Folder of the staged sources beside the results. */
const SOURCES = "sources";
/** circom names its results after the staged circuit. */
export const STAGED_NAME = circuitName(STAGED_CIRCUIT);

/**
 * Finds the sources and the compiler.
 *
 * @throws PRIME_UNKNOWN, COMPILER_NOT_USABLE, COMPILER_VERSION, and as {@link locateCircuit} and
 *   `collectSources`
 */
export async function prepareCompilation(options: CompileOptions): Promise<Compilation> {
  const { optimization, optimizationRounds: rounds, prime = DEFAULT_PRIME } = options;
  if (!PRIME_NAMES.includes(prime)) {
    throw circomError({ code: "PRIME_UNKNOWN", prime, known: PRIME_NAMES });
  }
  const compiler = await openCompiler(options.compiler);
  const { file, folders } = await locateCircuit(options);
  const sources = collectSources(file, folders, options.change);
  const hasRounds = optimization === 2 && rounds !== undefined;
  const level = hasRounds ? ["--O2round", String(rounds)] : [`--O${optimization}`];
  const content = [compiler.version, optimization, prime, sources.digest];
  return {
    name: circuitName(file),
    file,
    sources,
    compiler,
    level,
    prime,
    content: hasRounds ? [...content, rounds] : content,
  };
}

/** The flags that decide which constraints the compiler makes. */
export function constraintFlags({ level, prime }: Compilation): string[] {
  return [...level, "--prime", prime];
}

/** Returns the name of the cache's entry for a result: the circuit's, and a digest. */
export function resultKey({ name, content }: Compilation, ...what: readonly unknown[]): string {
  const digest = createHash("sha256").update(JSON.stringify([...what, ...content]));
  return `${name}-${digest.digest("hex").slice(0, 16)}`;
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

/** Writes the sources, and returns their folder, which {@link runCircom} reads. */
export async function stageInto(folder: string, { sources }: Compilation): Promise<string> {
  const staged = join(folder, SOURCES);
  await stageSources(staged, sources.files);
  return staged;
}

/**
 * Runs circom on staged sources; its results are in the folder.
 *
 * @param flags - Those of the results that are wanted, and of the constraints.
 * @returns Its output, with staged names. @throws CIRCUIT_SYNTAX, COMPILER_CRASHED
 */
export async function runCircom(
  { compiler, file, sources: { files } }: Compilation,
  folder: string,
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

/** Returns the path of a source by its name in the compiler's messages. */
export function stagedFile(name: string, { sources }: Compilation): string | undefined {
  const staged = `${COMPILER_FOLDER}/${SOURCES}/`;
  return sources.files.find((_, index) => name === `${staged}${stagedName(index)}`)?.file;
}

/** Returns circom's warnings. They end with blank lines, but may follow on a line of progress. */
export function findWarnings(output: string): string[] {
  const blocks = output.replace(/^(?=warning\[)/gm, "\n\n").split(/\n\n+/);
  return blocks.filter((block) => block.startsWith("warning["));
}

/** Names sources in messages by their paths from the circuit: an entry has no path of a machine. */
export function nameSources(
  messages: readonly string[],
  { file: circuit, sources: { files } }: Compilation,
): string[] {
  const nameFile = (index: number) =>
    relative(dirname(files[0]!.file), index === 0 ? circuit : files[index]!.file);
  return messages.map((message) =>
    restoreNames(message, `${COMPILER_FOLDER}/${SOURCES}`, files, (index) =>
      nameFile(index).split(sep).join("/"),
    ),
  );
}
