/** What a test run has not covered, in sentences with places. */
import type { BranchCoverage, FileCoverage } from "../../circom/coverage/file-coverage.ts";
import type { ConstantSignals } from "../../circom/coverage/constant-signals.ts";
import { showValue } from "../../circom/diagnosis/trace.ts";
import type { CoveredCircuit, RunCoverage } from "./evaluate-run.ts";

/** Something that no test covers. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface FindingList {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Maximum characters of a statement, and names of signals, in one finding. */
const TEXT_MAX = 80;
const NAMES_MAX = 3;

/** Lists what is not covered, the most useful first. */
export function listFindings({ files, circuits }: RunCoverage): FindingList[] {
  return [
    { title: "Templates and functions that never ran", findings: files.flatMap(unusedRoutines) },
    { title: "Checks that refused no input", findings: files.flatMap(uselessChecks) },
    { title: "Branches that were not taken", findings: files.flatMap(missedBranches) },
    { title: "Constraints on signals that never changed", findings: files.flatMap(constant) },
    { title: "Signals that never changed", findings: circuits.flatMap(constantSignals) },
  ];
}

function unusedRoutines({ file, routines }: FileCoverage): Finding[] {
  return routines
    .filter(({ runs }) => runs === 0)
    .map(({ line, name }) => ({ file, line, text: name }));
}

function uselessChecks({ file, checks }: FileCoverage): Finding[] {
  return checks
    .filter(({ refusals }) => refusals === 0)
    .map(({ line, source }) => ({ file, line, text: cut(source) }));
}

function missedBranches({ file, branches }: FileCoverage): Finding[] {
  return branches.flatMap((branch) => {
    const texts = branch.taken.flatMap((count, index) =>
      count > 0 ? [] : [describeBranch(branch, index)],
    );
    return [...new Set(texts)].map((text) => ({ file, line: branch.line, text }));
  });
}

function describeBranch({ kind, condition, onSignals, isReached }: BranchCoverage, index: number) {
  const text = cut(condition);
  if (!isReached) return `${text}: never reached`;
  const missed = kind === "loop" ? "no round" : `never ${index === 0 ? "true" : "false"}`;
  if (onSignals === undefined) return `${text}: ${missed}`;
  return `${text}: ${missed}; ${onSignals ? "inputs" : "parameters of the template"} decide`;
}

function constant({ file, constraints }: FileCoverage): Finding[] {
  return constraints
    .filter(({ isExercised, isVaried }) => isExercised && !isVaried)
    .map(({ line, source }) => ({ file, line, text: cut(source) }));
}

/** Arrays of which all signals never changed come first. */
function constantSignals({ name, constant: signals }: CoveredCircuit): Finding[] {
  return [...signals]
    .sort((a, b) => Number(b.count === b.total) - Number(a.count === a.total))
    .map((group) => ({ file: group.file, line: group.line, text: describeSignals(name, group) }));
}

function describeSignals(circuit: string, { names, count, total, value }: ConstantSignals): string {
  const shown = names.slice(0, NAMES_MAX).join(", ");
  const more = names.length > NAMES_MAX ? ", …" : "";
  const counts = total === 1 ? "" : `, ${count} of ${total}`;
  return `${shown}${more}${value === undefined ? "" : ` = ${showValue(value)}`} (${circuit}${counts})`;
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}
