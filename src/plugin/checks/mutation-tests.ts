/** Runs a project's tests against a circuit without one of its constraints, one after the other. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type CompileOptions, prepareCompilation } from "../../circom/compilation.ts";
import { compileCircuit } from "../../circom/compile.ts";
import { parse } from "../../circom/language/parse.ts";
import { CHANGE_VARIABLE, type SourceChange } from "../../circom/source-change.ts";
import { findMutants, type SourceMutant } from "../../circom/source-mutants.ts";
import { isOfPackage } from "../../circom/sources.ts";
import { isRollupError } from "../../util/errors.ts";
import { type ProcessResult, runProcess } from "../../util/run-process.ts";
import { pluginError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { TESTS_FAILED_STATUS } from "./mutant-run.ts";

/** A constraint of the source that was removed. */
export interface RemovedConstraint {
  readonly template: string;
  /** Path of the source file. */
  readonly file: string;
  readonly line: number;
  /** The statement. */
  readonly source: string;
}

export interface TestedMutants {
  readonly circuit: string;
  /** Constraints in the project's sources of the circuit. */
  readonly mutants: number;
  /** Constraints without which a test fails. */
  readonly noticed: number;
  /** Constraints without which all tests pass. */
  readonly survivors: readonly RemovedConstraint[];
  /** Constraints without which the run ended for another reason: an error, or a limit. */
  readonly undecided: readonly RemovedConstraint[];
  /** Constraints without which circom makes the same circuit, or none. */
  readonly withoutEffect: number;
  readonly refusedByCircom: number;
  /** Whether the time limit ended the run; the constraints that follow were not removed. */
  readonly isTimedOut: boolean;
}

export interface MutationTestOptions {
  /** Root folder of the project. */
  readonly root: string;
  /** Path of the config, if it is no usual one. */
  readonly config: string | undefined;
  /** Files of the tests. */
  readonly files: readonly string[];
  readonly timeMs: number;
  readonly progress: Progress;
}

/** A mutant is allowed this many times the time of the tests without one. */
const PATIENCE = 5;
const RUN_MS_MIN = 60_000;
const SHOWN_CHARACTERS = 2_000;

/**
 * Removes each constraint in the project's sources of a circuit, and runs the tests.
 *
 * The tests run without a change as well: first, when a test has failed, and at the end. So none
 * counts as noticing that fails by chance, or because of what an earlier run has left.
 *
 * @param source - How the circuit is compiled.
 * @throws TESTS_FAIL_UNCHANGED, TESTS_NOT_REPEATABLE, and as `compileCircuit`
 */
export async function testMutants(
  source: CompileOptions & { readonly name: string },
  options: MutationTestOptions,
): Promise<TestedMutants> {
  const { timeMs, progress } = options;
  const end = performance.now() + timeMs;
  const mutants = await findOwnMutants(source);
  const { digest } = await compileCircuit(source);
  const start = performance.now();
  await assertPassing("TESTS_FAIL_UNCHANGED", options, mutants[0], timeMs);
  const runMs = Math.max(RUN_MS_MIN, PATIENCE * (performance.now() - start));
  const assertRepeatable = (mutant: SourceMutant) =>
    assertPassing("TESTS_NOT_REPEATABLE", options, mutant, runMs);
  const counts = { noticed: 0, withoutEffect: 0, refusedByCircom: 0 };
  const lists = { survivors: [] as RemovedConstraint[], undecided: [] as RemovedConstraint[] };
  let index = 0;
  for (; index < mutants.length && performance.now() < end; index++) {
    const mutant = mutants[index]!;
    const { change, ...removed } = mutant;
    const effect = await effectOf(source, mutant, digest);
    if (effect !== "changed") {
      counts[effect]++;
      continue;
    }
    const text = `Constraint ${index + 1} of ${mutants.length}: line ${removed.line}`;
    const { status } = await progress(text, () => runTests(options, runMs, mutant.change));
    if (status !== TESTS_FAILED_STATUS) {
      lists[status === 0 ? "survivors" : "undecided"].push({ ...removed, file: change.file });
      continue;
    }
    counts.noticed++;
    if (counts.noticed === 1) await assertRepeatable(mutant);
  }
  if (counts.noticed > 1) await assertRepeatable(mutants[0]!);
  const isTimedOut = index < mutants.length;
  return { circuit: source.name, mutants: mutants.length, ...counts, ...lists, isTimedOut };
}

/**
 * Runs the tests in the way of a mutant, but with what it removes in its place.
 *
 * @param mutant - Undefined for a circuit without constraints to remove.
 * @throws TESTS_FAIL_UNCHANGED or TESTS_NOT_REPEATABLE, as `code` says
 */
async function assertPassing(
  code: "TESTS_FAIL_UNCHANGED" | "TESTS_NOT_REPEATABLE",
  options: MutationTestOptions,
  mutant: SourceMutant | undefined,
  timeMs: number,
): Promise<void> {
  const { files, progress } = options;
  const same = mutant && { ...mutant.change, replacement: mutant.change.original };
  const { status, isLate, stdout, stderr } = await progress(
    "Running the tests without a change",
    () => runTests(options, timeMs, same),
  );
  if (status === 0) return;
  const printed = `${stdout}\n${stderr}`.trim().slice(-SHOWN_CHARACTERS);
  const output = isLate ? `They did not end within ${Math.round(timeMs)} ms.` : printed;
  throw pluginError({ code, files, output });
}

async function findOwnMutants(source: CompileOptions): Promise<SourceMutant[]> {
  const { sources } = await prepareCompilation(source);
  const own = sources.files.filter(({ file }) => !isOfPackage(file));
  return findMutants(own.map(({ file, text }) => parse(file, text)));
}

async function effectOf(source: CompileOptions, { change }: SourceMutant, digest: string) {
  try {
    const weakened = await compileCircuit({ ...source, change });
    return weakened.digest === digest ? "withoutEffect" : "changed";
  } catch (error) {
    if (isRollupError(error) && error.code === "CIRCUIT_SYNTAX") return "refusedByCircom";
    throw error;
  }
}

function runTests(
  { root, config, files }: MutationTestOptions,
  timeoutMs: number,
  change: SourceChange | undefined,
): Promise<ProcessResult> {
  const require = createRequire(join(root, "package.json"));
  const cli = join(dirname(require.resolve("hardhat/package.json")), "dist/src/cli.js");
  const chosen = config === undefined ? [] : ["--config", config];
  const changed = change && { [CHANGE_VARIABLE]: JSON.stringify(change) };
  return runProcess(process.execPath, [cli, ...chosen, "test", ...files], {
    cwd: root,
    timeoutMs,
    env: { ...process.env, ...changed },
  });
}
