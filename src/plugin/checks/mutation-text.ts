/** The report of removed constraints as text. */
import { shortPath } from "../../circom/diagnosis/trace.ts";
import type { RemovedConstraint, TestedMutants } from "./mutation-tests.ts";
import type { MutationReport, UnmissedConstraint } from "../../circom/mutate-constraints.ts";

/** Maximum constraints that are listed of one kind. */
const LISTED_MAX = 40;

export function formatMutation(report: MutationReport): string {
  const { circuit, constraints, freeSignal, refusal, generatedRefusal, unmissed } = report;
  const { seed, isTimedOut } = report;
  return [
    `${circuit}: ${unmissed.length} of ${constraints} constraints would not be missed`,
    `  ${freeSignal} leave a signal free, and ${refusal} more alone refuse given inputs`,
    ...listed("Refuse generated inputs only; add such inputs to the tests", generatedRefusal),
    ...listed("Not missed: redundant, or without inputs that need them", unmissed),
    `  seed ${seed}${isTimedOut ? "; the time limit ended the run" : ""}`,
  ].join("\n");
}

export function formatTestedMutants(report: TestedMutants): string {
  const { circuit, mutants, noticed, survivors, withoutEffect, refusedByCircom } = report;
  return [
    `${circuit}: the tests miss ${survivors.length} of ${mutants} constraints of the source`,
    `  noticed ${noticed}, without effect ${withoutEffect}, refused by circom ${refusedByCircom}`,
    ...places("All tests pass without", survivors),
    ...places(
      "The run ended by an error or a limit, so that nothing is known, without",
      report.undecided,
    ),
    ...(report.isTimedOut ? ["  The time limit ended the run; --time sets another one."] : []),
  ].join("\n");
}

function places(title: string, removed: readonly RemovedConstraint[]): string[] {
  if (removed.length === 0) return [];
  const rows = removed.map(
    ({ file, line, template, source }) =>
      `    ${shortPath(file)}:${line} in ${template}: ${source}`,
  );
  return [`  ${title}:`, ...rows];
}

function listed(title: string, found: readonly UnmissedConstraint[]): string[] {
  if (found.length === 0) return [];
  const rows = found
    .slice(0, LISTED_MAX)
    .map(({ constraint, equation }) => `    ${constraint}: ${equation}`);
  const more = found.length - rows.length;
  return [`  ${title}:`, ...rows, ...(more > 0 ? [`    and ${more} more`] : [])];
}
