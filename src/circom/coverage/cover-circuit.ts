/** Evaluates a circuit on the inputs of a test run, to see what they reach. */
import { isRollupError } from "../../util/errors.ts";
import type { CircomErrorFacts } from "../errors.ts";
import { type Component, signalsOf, walkConstraints } from "../evaluation/design.ts";
import { type CircuitDesign, elaborate, evaluate } from "../evaluation/evaluate.ts";
import type { Program } from "../language/syntax.ts";
import type { InputValues } from "../witness-inputs.ts";
import { constantSignals, type ConstantSignals, type SignalFilter } from "./constant-signals.ts";
import { type CoverageCounts, increase, recordInstantiation, recordRun } from "./counts.ts";
import { type SignalChanges, type SignalValuesByNumber, watchChanges } from "./signal-changes.ts";

/** Inputs that a test has passed to a circuit. */
export interface TestedInputs {
  readonly inputs: InputValues;
  /** Whether circom's generator has computed a witness, and not refused them. */
  readonly isAccepted: boolean;
}

export interface CoverCircuitOptions {
  /** Maximum statements of all evaluations. */
  readonly stepsMax: number;
  /** Signals of which it is reported whether they change. */
  readonly isReported: SignalFilter;
}

/** What the evaluations of one circuit have shown beside the counts. */
export interface CircuitRun {
  /** Evaluated inputs. */
  readonly accepted: number;
  readonly refused: number;
  /** Inputs that were not evaluated, as there were too many statements. */
  readonly leftOut: number;
  /** Why inputs were left out, unless it is the maximum of statements. */
  readonly problems: readonly string[];
  /** Signals that had one value for all accepted inputs; none is known of fewer than two inputs. */
  readonly constant: readonly ConstantSignals[];
  readonly steps: number;
}

/** Maximum problems of one circuit that are kept. */
const PROBLEMS_MAX = 3;

/**
 * Evaluates a circuit on inputs, and adds what they reach to the counts.
 *
 * Accepted and refused inputs take turns, so that a limit leaves some of both. Nothing is thrown:
 * what cannot be evaluated is a problem in the result.
 *
 * @param programs - Its files, the one with the main component first.
 * @param pause - Is awaited between evaluations, for what shows the progress.
 */
export async function coverCircuit(
  programs: readonly Program[],
  tested: readonly TestedInputs[],
  counts: CoverageCounts,
  { stepsMax, isReported }: CoverCircuitOptions,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<CircuitRun> {
  const problems: string[] = [];
  const done = { accepted: 0, refused: 0 };
  let design: CircuitDesign;
  try {
    design = elaborate(programs, { observer: recordInstantiation(counts), stepsMax });
  } catch (error) {
    const none = { ...done, leftOut: tested.length, constant: [], steps: stepsMax };
    return { ...none, problems: problemsOf(error) };
  }
  let steps = design.steps;
  const changes = watchChanges();
  let leftOut = 0;
  for (const { inputs, isAccepted } of inTurns(tested)) {
    await pause();
    if (steps >= stepsMax) {
      leftOut++;
      continue;
    }
    const run = evaluateInputs(design, inputs, isAccepted, stepsMax - steps, counts);
    steps = run.steps === undefined ? stepsMax : steps + run.steps;
    if (run.values === undefined) {
      leftOut++;
      problems.push(...run.problems);
      continue;
    }
    done[isAccepted ? "accepted" : "refused"]++;
    if (isAccepted) changes.add(run.values);
  }
  noteConstraints(design.main, changes, counts);
  const constant = done.accepted < 2 ? [] : constantSignals(design.main, changes, isReported);
  const different = [...new Set(problems)].slice(0, PROBLEMS_MAX);
  return { ...done, leftOut, problems: different, constant, steps };
}

interface Evaluated {
  /** Undefined if the limit, or a construct that is not known, has ended it. */
  readonly steps: number | undefined;
  /** Undefined for inputs that are left out. */
  readonly values: SignalValuesByNumber | undefined;
  readonly problems: readonly string[];
}

function evaluateInputs(
  design: CircuitDesign,
  inputs: InputValues,
  isAccepted: boolean,
  stepsMax: number,
  counts: CoverageCounts,
): Evaluated {
  const recorder = recordRun();
  try {
    const evaluation = evaluate(design, inputs, { observer: recorder, stepsMax });
    const { failure, values, steps } = evaluation;
    if ((failure === undefined) !== isAccepted) {
      const says = isAccepted ? `fails: ${failure!.reason}` : "accepts them";
      const problem = `circom ${isAccepted ? "accepts" : "refuses"} inputs, the evaluation ${says}.`;
      return { steps, values: undefined, problems: [problem] };
    }
    recorder.addTo(counts, isAccepted);
    if (failure !== undefined && failure.kind !== "problem") {
      increase(counts.refused, failure.statement, 1);
    }
    return { steps, values, problems: [] };
  } catch (error) {
    return { steps: undefined, values: undefined, problems: problemsOf(error) };
  }
}

/** The maximum of statements is the caller's own. */
function problemsOf(error: unknown): string[] {
  if (!isRollupError(error)) return [error instanceof Error ? error.message : String(error)];
  const facts = error.facts as CircomErrorFacts;
  const isLimit = facts.code === "EVALUATION_TOO_LARGE" && facts.what === "statements";
  return isLimit ? [] : [error.sentence];
}

/** Accepted and refused inputs alternate as long as there are both. */
function inTurns(tested: readonly TestedInputs[]): TestedInputs[] {
  const accepted = tested.filter(({ isAccepted }) => isAccepted);
  const refused = tested.filter(({ isAccepted }) => !isAccepted);
  const count = Math.max(accepted.length, refused.length);
  return Array.from({ length: count }, (_, index) =>
    [accepted[index], refused[index]].filter((inputs) => inputs !== undefined),
  ).flat();
}

/** Notes which statements make constraints, and of which a signal has changed. */
function noteConstraints(
  main: Component,
  { hasChanged }: SignalChanges,
  { constraining, varied }: CoverageCounts,
): void {
  for (const located of walkConstraints(main)) {
    const { statement } = located.constraint;
    constraining.add(statement);
    if (varied.has(statement)) continue;
    if (signalsOf(located).some((signal) => hasChanged(signal))) varied.add(statement);
  }
}
