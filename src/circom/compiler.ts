/**
 * The circom compiler: the WebAssembly of the package circom2, or a native program.
 *
 * Both get the same arguments, and see one folder: {@link COMPILER_FOLDER} in arguments and output.
 */
import { execFile } from "node:child_process";
import { readFile, realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { promisify, stripVTControlCharacters } from "node:util";
import { createWorkerPool, workerUrl } from "../util/worker-pool.ts";
import { COMPILER_FOLDER, type CompileJob, type CompileOutcome } from "./compile-job.ts";
import { circomError } from "./errors.ts";
import type { PackageJob } from "./package-job.ts";

/** A compiler, which runs one job at a time. */
export interface CircomCompiler {
  /** Part of the cache's keys: another compiler may make other constraints. */
  readonly version: string;
  run(job: CompileJob): Promise<CompileOutcome>;
}

/** A native circom program in place of the package circom2. */
export interface NativeCompiler {
  /** Path of the program, absolute or in the PATH. */
  readonly path: string;
  /** The version that it must have, such as "2.2.2". Default: any. */
  readonly version?: string;
}

const OUTPUT_BYTES_MAX = 1 << 28;
const SHOWN_CHARACTERS = 500;
/** The first folder of a path inside of the compiler's. */
const PATH_INSIDE = new RegExp(`^${COMPILER_FOLDER}/([^/]+/)`);
const VERSION = /\b\d+\.\d+\.\d+\b/;

/** The version of the circom2 package, which is the compiler by default. */
export function compilerVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("circom2/package.json") as { version: string }).version;
}

/**
 * Returns the configured compiler, or the package's.
 *
 * @throws COMPILER_NOT_USABLE, COMPILER_VERSION
 */
export async function openCompiler(native: NativeCompiler | undefined): Promise<CircomCompiler> {
  if (native !== undefined) return openNativeCompiler(native);
  return { version: compilerVersion(), run: runPackage };
}

/** The compiler's module, which all workers get, so that it is compiled and optimised once. */
let compilerModule: Promise<WebAssembly.Module> | undefined;

async function loadCompiler(): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve("circom2/circom.wasm");
  return WebAssembly.compile(await readFile(path));
}

async function runPackage(job: CompileJob): Promise<CompileOutcome> {
  const worker = workerUrl(import.meta.url, "compile-worker");
  const pool = createWorkerPool<PackageJob, CompileOutcome>(worker, 1);
  try {
    const outcome = await pool.run({ ...job, compiler: await (compilerModule ??= loadCompiler()) });
    return { ...outcome, output: stripVTControlCharacters(outcome.output) };
  } finally {
    await pool.close();
  }
}

async function openNativeCompiler({
  path,
  version: expected,
}: NativeCompiler): Promise<CircomCompiler> {
  const { output, ...outcome } = await runProgram(path, ["--version"]);
  const version = VERSION.exec(output)?.[0];
  if (outcome.status === "exited" && outcome.code === 0 && version !== undefined) {
    if (expected !== undefined && expected !== version) {
      throw circomError({ code: "COMPILER_VERSION", path, expected, actual: version });
    }
    return { version: `native ${version}`, run: (job) => runNative(path, job) };
  }
  const shown = output.trim().slice(0, SHOWN_CHARACTERS);
  const reason = outcome.status === "crashed" ? outcome.reason : `--version prints: ${shown}`;
  throw circomError({ code: "COMPILER_NOT_USABLE", path, reason });
}

/** Runs a program in the folder, whose name in arguments is ".". */
async function runNative(path: string, { args, folder }: CompileJob): Promise<CompileOutcome> {
  const relative = args.map((arg) => arg.replace(COMPILER_FOLDER, "."));
  const outcome = await runProgram(path, relative, folder);
  // It may shorten "./sources/a.circom", or resolve it to a full path.
  const names = [`${await realpath(folder)}/`, `${folder}/`, "./"];
  const inside = args.flatMap((arg) => PATH_INSIDE.exec(arg)?.[1] ?? []);
  const output = [...names, ...inside].reduce((text, name) => {
    const known = inside.includes(name) ? name : "";
    return text.replaceAll(`"${name}`, `"${COMPILER_FOLDER}/${known}`);
  }, outcome.output);
  return { ...outcome, output };
}

async function runProgram(path: string, args: readonly string[], cwd?: string) {
  const options = { maxBuffer: OUTPUT_BYTES_MAX, ...(cwd !== undefined && { cwd }) };
  const finish = ({ stdout, stderr }: ProgramOutput) =>
    stripVTControlCharacters(`${stdout.trimEnd()}\n\n${stderr}`);
  try {
    const result = await promisify(execFile)(path, [...args], options);
    return exited(0, finish(result));
  } catch (error) {
    const { code, signal, stdout = "", stderr = "" } = error as ProgramFailure;
    const output = finish({ stdout, stderr });
    if (typeof code === "number") return exited(code, output);
    const reason = signal ? `it ended by ${signal}` : String(error);
    return { status: "crashed" as const, reason, output, refusal: undefined };
  }
}

function exited(code: number, output: string) {
  // A native program reports failed writes as errors.
  return { status: "exited" as const, code, output, refusal: undefined };
}

interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The rejection of `execFile`. */
interface ProgramFailure extends Partial<ProgramOutput> {
  /** The exit code, or the system's code if the program did not start. */
  readonly code?: number | string;
  readonly signal?: string;
}
