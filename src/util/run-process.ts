/** Runs a program with limits, and returns how it ended. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

export interface ProcessOptions {
  readonly cwd?: string;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Maximum address space, where the system has such limits. */
  readonly memoryMb?: number;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface ProcessResult {
  /** The exit code; null after a signal, or if it did not start. */
  readonly status: number | null;
  /** The signal that ended it, or the system's code if it did not start. */
  readonly signal: string | null;
  /** Whether the time limit ended it. */
  readonly isLate: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Maximum bytes of each of the two outputs that are kept; the rest is dropped. */
const OUTPUT_BYTES_MAX = 1 << 24;
const KIB_PER_MIB = 1024;
/** Time for outputs to arrive after the program has ended. */
const OUTPUT_GRACE_MS = 1_000;

/** Runs a program without a shell, and never rejects. */
export function runProcess(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs, memoryMb, signal }: ProcessOptions,
): Promise<ProcessResult> {
  const [command, ...rest] = withLimits([program, ...args], timeoutMs, memoryMb);
  return new Promise((resolve) => {
    const child = spawn(command!, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
      killSignal: "SIGKILL",
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    let failure: string | null = null;
    const end = (status: number | null, ended: string | null) => {
      clearTimeout(timer);
      resolve({ status, signal: ended, isLate, stdout: stdout(), stderr: stderr() });
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      failure = error.code ?? error.message;
      // An aborted child still closes.
      if (child.pid === undefined) end(null, failure);
    });
    child.once("close", (status, ended) => end(status, ended ?? failure));
    // Its own children may keep the outputs open long after it has ended.
    child.once("exit", (status, ended) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        end(status, ended ?? failure);
      }, OUTPUT_GRACE_MS).unref();
    });
  });
}

/**
 * A shell sets the limits of memory, of core dumps and of processor time, which ends the program
 * also if this process was killed, and becomes the program. The words of the command stay as they
 * are.
 */
function withLimits(command: readonly string[], timeoutMs: number, memoryMb: number | undefined) {
  if (memoryMb === undefined || process.platform === "win32") return command;
  const kib = memoryMb * KIB_PER_MIB;
  // Each thread of the program counts.
  const seconds = availableParallelism() * (Math.ceil(timeoutMs / 1000) + 1);
  return [
    "/bin/sh",
    "-c",
    `ulimit -c 0; ulimit -t ${seconds}; ulimit -v ${kib}; exec "$@"`,
    "sh",
    ...command,
  ];
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    if (length < OUTPUT_BYTES_MAX) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).subarray(0, OUTPUT_BYTES_MAX).toString("utf8");
}
