/** What a test run has covered of each file. */
import { lineOf, textOf } from "../language/source-text.ts";
import type { Program, Statement } from "../language/syntax.ts";
import { type Branching, type Check, type Coverable, listCoverables } from "./coverable.ts";
import type { CoverageCounts } from "./counts.ts";

/** A template or a function. */
export interface RoutineCoverage {
  readonly kind: "template" | "function";
  readonly name: string;
  readonly line: number;
  /** Components of the template, or calls of the function, over all inputs. */
  readonly runs: number;
}

/** A condition: an `if`, a `? :` or a loop. */
export interface BranchCoverage {
  readonly kind: "if" | "conditional" | "loop";
  readonly line: number;
  /** Its text, such as "n > 2". */
  readonly condition: string;
  /**
   * Whether signals decide, so that another input takes another branch; false if parameters do;
   * undefined if no instance has the condition, or only behind another one on signals.
   */
  readonly onSignals: boolean | undefined;
  /** How often each branch was taken: true, then false; a loop has only its body. */
  readonly taken: readonly number[];
  /** Whether the condition was decided at all. */
  readonly isReached: boolean;
}

/** A statement that makes constraints. */
export interface ConstraintCoverage {
  readonly line: number;
  readonly source: string;
  /** Whether it ran for an accepted input. */
  readonly isExercised: boolean;
  /** Whether a signal in it had several values. */
  readonly isVaried: boolean;
}

/** An `===` or an assert, which can refuse inputs. */
export interface CheckCoverage {
  readonly kind: "constraint" | "assert";
  readonly line: number;
  readonly source: string;
  /** Inputs that it has refused. */
  readonly refusals: number;
}

export interface FileCoverage {
  /** Path as the programs name it. */
  readonly file: string;
  /** How often the statements ran that start in a line, by line, in ascending order. */
  readonly lines: ReadonlyMap<number, number>;
  readonly routines: readonly RoutineCoverage[];
  readonly branches: readonly BranchCoverage[];
  readonly constraints: readonly ConstraintCoverage[];
  readonly checks: readonly CheckCoverage[];
}

/** Describes what the counts say about a file. */
export function coverageOf(program: Program, counts: CoverageCounts): FileCoverage {
  const coverables = listCoverables(program);
  return {
    file: program.source.file,
    lines: linesOf(coverables, counts),
    routines: coverables.map(({ definition }) => ({
      kind: definition.kind === "function" ? "function" : "template",
      name: definition.name,
      line: lineOf(definition.span),
      runs: counts.routines.get(definition) ?? 0,
    })),
    branches: coverables.flatMap(({ branchings }) =>
      branchings.map((branching) => describeBranching(branching, counts)),
    ),
    constraints: coverables.flatMap(({ constraints }) => describeConstraints(constraints, counts)),
    checks: coverables.flatMap(({ checks }) => describeChecks(checks, counts)),
  };
}

/** Of several statements in a line, the one that ran most often counts. */
function linesOf(coverables: readonly Coverable[], counts: CoverageCounts): Map<number, number> {
  const lines = new Map<number, number>();
  for (const statement of coverables.flatMap(({ statements }) => statements)) {
    const line = lineOf(statement.span);
    const runs = counts.statements.get(statement) ?? 0;
    lines.set(line, Math.max(lines.get(line) ?? 0, runs));
  }
  return new Map([...lines].sort(([a], [b]) => a - b));
}

function describeBranching(node: Branching, counts: CoverageCounts): BranchCoverage {
  const decided = counts.decisions.get(node);
  const { whenTrue = 0, whenFalse = 0 } = decided ?? {};
  const isLoop = node.kind === "for" || node.kind === "while";
  return {
    kind: isLoop ? "loop" : node.kind,
    line: lineOf(node.span),
    condition: textOf(node.condition.span),
    onSignals: counts.onSignals.has(node) || (counts.onParameters.has(node) ? false : undefined),
    taken: isLoop ? [whenTrue] : [whenTrue, whenFalse],
    isReached: decided !== undefined,
  };
}

/** What makes no constraint in any instance is none: both sides are known, as in `0 === 0`. */
function describeConstraints(
  statements: readonly Statement[],
  { accepted, instantiated, constraining, varied }: CoverageCounts,
): ConstraintCoverage[] {
  return statements
    .filter((statement) => !instantiated.has(statement) || constraining.has(statement))
    .map((statement) => ({
      line: lineOf(statement.span),
      source: textOf(statement.span),
      isExercised: accepted.has(statement),
      isVaried: varied.has(statement),
    }));
}

/** What is decided before there are inputs refuses none: an assert on parameters. */
function describeChecks(
  checks: readonly Check[],
  { instantiated, constraining, onSignals, refused }: CoverageCounts,
): CheckCoverage[] {
  const isOnSignals = (check: Check) =>
    check.kind === "assert" ? onSignals.has(check) : constraining.has(check);
  return checks
    .filter((check) => !instantiated.has(check) || isOnSignals(check))
    .map((check) => ({
      kind: check.kind,
      line: lineOf(check.span),
      source: textOf(check.span),
      refusals: refused.get(check) ?? 0,
    }));
}
