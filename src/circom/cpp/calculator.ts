/** Computes witnesses by a C++ generator: one process for each witness, with limits. */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PRIMES } from "../../crypto/primes.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { withTemporaryFolder, writingTo } from "../../groth16/files/files.ts";
import { decodeWitness, type Witness } from "../../groth16/formats/wtns.ts";
import type { CompiledCircuit } from "../compile.ts";
import { circomError } from "../errors.ts";
import type { FlatInput } from "../witness-inputs.ts";
import type { CppLimits } from "./kinds.ts";
import { type ProcessResult, runProcess } from "../../util/run-process.ts";
import { createTurns } from "../../util/turns.ts";

export interface CppCalculator {
  calculate(inputs: readonly FlatInput[]): Promise<Witness>;
  /** Ends running processes; later calls are refused. */
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_MEMORY_MB = 16_384;
/** Maximum lines of the program's output in an error. */
const SHOWN_LINES = 8;
/** What the code of circom prints before it aborts, and the routine that the abort names. */
const STOPPED =
  /^(Failed assert|Out of bounds exception) in template\/function (\S+) line (\d+)\..*?components: (.*)/;
const ROUTINE = /: void (\w+?)(_run)?\(.*Assertion/;

/**
 * @param program - Path of the program, from `buildCppGenerator`.
 * @param log - Receives the lines that the circuit's `log()` statements print.
 */
export function createCppCalculator(
  circuit: Pick<CompiledCircuit, "name" | "stats">,
  program: string,
  log: (line: string) => void,
  limits: CppLimits = {},
): CppCalculator {
  const closing = new AbortController();
  const turns = createTurns(availableParallelism());
  return {
    calculate: (inputs) =>
      turns(() =>
        withTemporaryFolder("witness", async (folder) => {
          const { signal } = closing;
          const paths = { input: join(folder, "input.json"), wtns: join(folder, "witness.wtns") };
          const values = inputs.map(({ name, values }) => [name, values.map(String)]);
          const json = JSON.stringify(Object.fromEntries(values));
          await writingTo(folder, () => writeFile(paths.input, json));
          assertOpen(signal);
          const { timeoutMs = DEFAULT_TIMEOUT_MS, memoryMb = DEFAULT_MEMORY_MB } = limits;
          const args = [paths.input, paths.wtns];
          const result = await runProcess(program, args, { timeoutMs, memoryMb, signal });
          assertOpen(signal);
          printLogs(result, log);
          const failure = toFailure(circuit.name, result, { timeoutMs, memoryMb });
          if (failure !== undefined) throw failure;
          return readWitness(circuit, paths.wtns);
        }),
      ),
    close: () => closing.abort(),
  };
}

function assertOpen({ aborted }: AbortSignal): void {
  if (aborted) throw groth16Error({ code: "PROVER_CLOSED", prover: "circuit's" });
}

/** Reads the program's witness, and checks its form as far as the circuit says it. */
async function readWitness(
  { name: circuit, stats }: Pick<CompiledCircuit, "name" | "stats">,
  path: string,
): Promise<Witness> {
  const refuse = (reason: string, cause?: unknown) =>
    circomError({ code: "WITNESS_GENERATOR_FAILED", circuit, reason, trace: [] }, { cause });
  const { prime, wires } = stats;
  const witness = await readFile(path)
    .then((bytes) => decodeWitness(bytes, prime))
    .catch((error: unknown) => {
      throw refuse("it ended without a witness that can be read", error);
    });
  if (witness.length !== wires) {
    throw refuse(`it wrote ${witness.length} values instead of ${wires}`);
  }
  const { modulus } = PRIMES[prime];
  if (witness[0] !== 1n || witness.some((value) => value >= modulus)) {
    throw refuse("a value of its witness is no element of the field");
  }
  return witness;
}

function toFailure(circuit: string, result: ProcessResult, limits: Required<CppLimits>) {
  const { status, signal, isLate, stdout, stderr } = result;
  if (status === 0) return undefined;
  const exceeded = (limit: string) => circomError({ code: "CPP_LIMIT_EXCEEDED", circuit, limit });
  if (isLate) return exceeded(`${limits.timeoutMs} ms`);
  if (stderr.includes("bad_alloc")) return exceeded(`${limits.memoryMb} MiB of memory`);
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const [stopped] = lines.flatMap((line) => STOPPED.exec(line) ?? []);
  if (stopped === undefined) {
    const trace = lines.slice(-SHOWN_LINES);
    const reason = `it ended with ${signal ?? status}`;
    return circomError({ code: "WITNESS_GENERATOR_FAILED", circuit, reason, trace });
  }
  const [, what, name, line, components] = STOPPED.exec(stopped)!;
  const [, routine = name, isTemplate] = ROUTINE.exec(stderr) ?? [];
  const kind = isTemplate === undefined ? "function" : "template";
  // In the words of the generators in WebAssembly, which `explain` knows.
  const trace = [`Error in ${kind} ${routine} line: ${line}`, `in the component ${components}`];
  if (what === "Failed assert") {
    return circomError({ code: "CIRCUIT_ASSERT_FAILED", circuit, trace });
  }
  const reason = "an array was accessed beyond its end";
  return circomError({ code: "WITNESS_GENERATOR_FAILED", circuit, reason, trace });
}

function printLogs({ stdout }: ProcessResult, log: (line: string) => void): void {
  const lines = stdout.split("\n");
  for (const line of lines.slice(0, -1)) if (!STOPPED.test(line)) log(line);
}
