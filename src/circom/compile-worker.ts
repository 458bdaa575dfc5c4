/** Runs the circom compiler in a worker thread: it is WebAssembly that ends its process. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parentPort } from "node:worker_threads";
// @ts-expect-error: the package has no types
import * as untyped from "circom2";
import { COMPILER_FOLDER, type CompileOutcome } from "./compile-job.ts";
import type { PackageJob } from "./package-job.ts";

/** The used part of circom2. */
interface Circom2 {
  readonly CircomRunner: new (options: {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Folders by their names in the compiler's file system. */
    readonly preopens: Readonly<Record<string, string>>;
    readonly bindings: object;
  }) => {
    /** Makes the module of what {@link execute} is given. */
    compile(wasm: unknown): Promise<WebAssembly.Module>;
    execute(wasm: unknown): Promise<unknown>;
  };
  readonly bindings: object;
}

const { bindings, CircomRunner } = untyped as Circom2;

/** Executes a module that is compiled already. */
class ModuleRunner extends CircomRunner {
  override compile(module: WebAssembly.Module): Promise<WebAssembly.Module> {
    return Promise.resolve(module);
  }
}

/** The system's codes of failed writes. */
const REFUSALS = ["ENOSPC", "EDQUOT", "EROFS", "EFBIG"];

/** Thrown by `exit`, which circom also calls after success. */
class CompilerExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`circom exited with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

parentPort?.on("message", (job: PackageJob) => {
  void runCompiler(job).then((outcome) => parentPort?.postMessage(outcome));
});

async function runCompiler({ args, folder, compiler }: PackageJob): Promise<CompileOutcome> {
  let output = "";
  const recorder = recordRefusals((descriptor, data, ...rest) => {
    if (descriptor !== 1 && descriptor !== 2) return fs.writeSync(descriptor, data, ...rest);
    output += new TextDecoder().decode(data);
    return data.length;
  });
  const runner = new ModuleRunner({
    args,
    env: {},
    // It compares this path with real ones.
    preopens: { [COMPILER_FOLDER]: fs.realpathSync(folder) },
    bindings: {
      ...bindings,
      path, // of this system, as the package's own knows POSIX only
      fs: recorder.fs,
      isTTY: () => false,
      exit: (code: number) => {
        throw new CompilerExit(code);
      },
    },
  });
  try {
    await runner.execute(compiler);
    return { status: "exited", code: 0, output, refusal: recorder.refusal() };
  } catch (error) {
    const refusal = recorder.refusal();
    if (error instanceof CompilerExit) {
      return { status: "exited", code: error.exitCode, output, refusal };
    }
    return { status: "crashed", reason: String(error), output, refusal };
  }
}

type WriteSync = (descriptor: number, data: Uint8Array, ...rest: never[]) => number;

/** A file system with its own `writeSync`, and the code of the first failed write. */
function recordRefusals(writeSync: WriteSync): { fs: object; refusal(): string | undefined } {
  let refusal: string | undefined;
  const record =
    <A extends unknown[], T>(call: (...args: A) => T) =>
    (...args: A): T => {
      try {
        return call(...args);
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        if (REFUSALS.includes(code)) refusal = code;
        throw error;
      }
    };
  const recorded = {
    ...fs,
    openSync: record(fs.openSync),
    mkdirSync: record(fs.mkdirSync),
    writeSync: record(writeSync),
  };
  return { fs: recorded, refusal: () => refusal };
}
