/** Evaluates all circuits of a test run, and sums up what their inputs have covered. */
import { readFileSync } from "node:fs";
import { createCounts } from "../../circom/coverage/counts.ts";
import { type CircuitRun, coverCircuit } from "../../circom/coverage/cover-circuit.ts";
import { coverageOf, type FileCoverage } from "../../circom/coverage/file-coverage.ts";
import { parse } from "../../circom/language/parse.ts";
import type { Program } from "../../circom/language/syntax.ts";
import { collectSources } from "../../circom/sources.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import { isRollupError } from "../../util/errors.ts";
import type { LoggedCircuit, LoggedCircuits } from "./input-log.ts";
import type { CoverageScope } from "./scope.ts";

/** A circuit of the run, and what its evaluations have shown; `problems` has each reason. */
export interface CoveredCircuit extends Omit<CircuitRun, "steps"> {
  readonly name: string;
  readonly file: string;
}

export interface RunCoverage {
  /** Covered files that have a template or a function, by name. */
  readonly files: readonly FileCoverage[];
  /** By name. */
  readonly circuits: readonly CoveredCircuit[];
  /** Files that could not be read or parsed. */
  readonly problems: readonly string[];
}

/**
 * Evaluates the circuits one after the other, each with its share of the statements that are left.
 *
 * @param stepsMax - Maximum statements of all evaluations.
 * @param pause - Is awaited between evaluations.
 */
export async function evaluateRun(
  logged: LoggedCircuits,
  scope: CoverageScope,
  stepsMax: number,
  pause?: () => Promise<void>,
): Promise<RunCoverage> {
  const sources = createSources();
  const counts = createCounts();
  const circuits: CoveredCircuit[] = [];
  const covered = new Set<string>();
  const ordered = [...logged.values()].sort((a, b) => (a.circuit.file < b.circuit.file ? -1 : 1));
  let stepsLeft = stepsMax;
  for (const [index, { circuit, inputs, dropped }] of ordered.entries()) {
    const { name, file, folders } = circuit;
    const share = Math.floor(stepsLeft / (ordered.length - index));
    const options = { stepsMax: share, isReported: scope.isCovered };
    const run = await attempt(inputs.size, async () => {
      assertEvaluable(circuit);
      const programs = collectSources(file, folders).files.map(sources.parse);
      for (const { source } of programs) if (scope.isCovered(source.file)) covered.add(source.file);
      return coverCircuit(programs, toTested(inputs), counts, options, pause);
    });
    const { steps, ...shown } = run;
    stepsLeft -= Math.min(steps, share);
    const problems = [
      ...run.problems,
      ...(run.leftOut > 0 && run.problems.length === 0 ? [usedUp(stepsMax)] : []),
      ...(dropped > 0 ? [tooMany(inputs.size)] : []),
    ];
    circuits.push({ name, file, ...shown, leftOut: run.leftOut + dropped, problems });
  }
  const problems: string[] = [];
  const files: FileCoverage[] = [];
  for (const file of [...new Set([...covered, ...scope.ownFiles()])].sort()) {
    try {
      files.push(coverageOf(sources.parse({ file, text: readFileSync(file, "utf8") }), counts));
    } catch (error) {
      problems.push(describe(error));
    }
  }
  return { files: files.filter(({ routines }) => routines.length > 0), circuits, problems };
}

/** Each file is parsed once, for all circuits that include it. */
function createSources() {
  const programs = new Map<string, Program>();
  return {
    parse: ({ file, text }: { readonly file: string; readonly text: string }): Program => {
      const known = programs.get(file) ?? parse(file, text);
      programs.set(file, known);
      return known;
    },
  };
}

function assertEvaluable({ prime }: LoggedCircuit["circuit"]): void {
  if (prime !== DEFAULT_PRIME) throw new Error(`It is compiled for the prime ${prime}.`);
}

async function attempt(inputs: number, run: () => Promise<CircuitRun>): Promise<CircuitRun> {
  try {
    return await run();
  } catch (error) {
    const none = { accepted: 0, refused: 0, constant: [], steps: 0 };
    return { ...none, leftOut: inputs, problems: [describe(error)] };
  }
}

function describe(error: unknown): string {
  if (isRollupError(error)) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}

function usedUp(stepsMax: number): string {
  const statements = stepsMax.toLocaleString("en");
  return `Its share of ${statements} statements (circuits.coverage.statements) is used up.`;
}

function tooMany(kept: number): string {
  return `Only ${kept.toLocaleString("en")} different inputs are kept.`;
}

function toTested(inputs: ReadonlyMap<string, boolean>) {
  return Array.from(inputs, ([text, isAccepted]) => ({
    inputs: JSON.parse(text) as InputValues,
    isAccepted,
  }));
}
