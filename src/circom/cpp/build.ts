/**
 * Builds the C++ witness generator of a circuit: circom writes the code, make compiles it.
 *
 * An entry of the cache has the program and its data; its name covers the sources, the compiler of
 * circuits and the machine. A build takes many times as long as circom itself, so that processes
 * that want the same generator wait for the first one.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { areIntact, recordDigests } from "../../groth16/files/digests.ts";
import { makeFolder, temporaryPath, writingTo } from "../../groth16/files/files.ts";
import { withLock } from "../../groth16/files/lock.ts";
import {
  type Compilation,
  type CompileOptions,
  constraintFlags,
  prepareCompilation,
  resultKey,
  runCircom,
  STAGED_NAME,
  stageInto,
} from "../compilation.ts";
import { circomError } from "../errors.ts";
import { runProcess } from "../../util/run-process.ts";
import { HAS_ASSEMBLER, missingTools } from "./tools.ts";

/** Part of each cache key: raise it when the entries, or how they are built, change. */
const CPP_FORMAT = 1;
const PROGRAM = "witness";
/** The program looks for its data beside itself, under this name. */
const FILES = [PROGRAM, `${PROGRAM}.dat`];
const DIGESTS = "SHA256SUMS";
/** Time limit of make. */
const BUILD_MS = 60 * 60 * 1000;
/** Maximum characters of the C++ compiler's output in an error. */
const SHOWN_CHARACTERS = 2_000;

/** The builds that this process runs, by their entries. */
const builds = new Map<string, Promise<void>>();

/**
 * Builds the generator of a circuit, or finds it in the cache.
 *
 * @returns The path of the program.
 * @throws CPP_TOOLS_MISSING, CPP_BUILD_FAILED, FOLDER_NOT_WRITABLE, and as `compileCircuit`
 */
export async function buildCppGenerator(options: CompileOptions): Promise<string> {
  const compilation = await prepareCompilation(options);
  const { platform, arch } = process;
  const key = resultKey(compilation, "cpp", CPP_FORMAT, platform, arch);
  const entry = join(resolve(options.cacheDir), `${key}-cpp`);
  const program = join(entry, PROGRAM);
  if (await isBuilt(entry)) return program;
  // A lock makes other processes wait, but not this one.
  const running = builds.get(entry) ?? buildLocked(entry, compilation, options.onProgress);
  builds.set(entry, running);
  await running.finally(() => builds.delete(entry));
  return program;
}

/** Builds an entry, unless another process builds it meanwhile. */
async function buildLocked(
  entry: string,
  compilation: Compilation,
  onProgress: CompileOptions["onProgress"],
): Promise<void> {
  const { name } = compilation;
  const waiting = async (wait: () => Promise<void>) => {
    onProgress?.(`Waiting for another process that builds ${name} in C++`);
    await wait();
  };
  await withLock(`${entry}.lock`, waiting, async () => {
    if (await isBuilt(entry)) return;
    const missing = await missingTools();
    if (missing.length > 0)
      throw circomError({ code: "CPP_TOOLS_MISSING", circuit: name, missing });
    onProgress?.(`Building the C++ witness generator of ${name}`);
    await build(entry, compilation);
  });
}

function isBuilt(entry: string): Promise<boolean> {
  return areIntact(
    join(entry, DIGESTS),
    FILES.map((file) => join(entry, file)),
  );
}

async function build(entry: string, compilation: Compilation): Promise<void> {
  await makeFolder(dirname(entry));
  await writingTo(dirname(entry), async () => {
    const folder = temporaryPath(entry);
    await mkdir(folder);
    try {
      await stageInto(folder, compilation);
      const arithmetic = HAS_ASSEMBLER ? [] : ["--no_asm"];
      const flags = ["--c", ...arithmetic, ...constraintFlags(compilation)];
      await runCircom(compilation, folder, flags);
      const code = join(folder, `${STAGED_NAME}_cpp`);
      await runMake(code, compilation.name);
      const made = join(folder, "entry");
      await mkdir(made);
      await rename(join(code, STAGED_NAME), join(made, PROGRAM));
      await rename(join(code, `${STAGED_NAME}.dat`), join(made, `${PROGRAM}.dat`));
      await recordDigests(
        join(made, DIGESTS),
        FILES.map((file) => join(made, file)),
      );
      await rm(entry, { recursive: true, force: true }); // a damaged one
      await rename(made, entry);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function runMake(code: string, circuit: string): Promise<void> {
  const { status, signal, isLate, stderr, stdout } = await runProcess("make", [], {
    cwd: code,
    timeoutMs: BUILD_MS,
  });
  if (status === 0) return;
  const reason = isLate
    ? `make did not end within ${BUILD_MS} ms`
    : `make ended with ${signal ?? status}`;
  const output = (stderr || stdout).trim().slice(-SHOWN_CHARACTERS);
  throw circomError({ code: "CPP_BUILD_FAILED", circuit, reason, output });
}
