/** The report of a check of determinacy as text, and as JSON without whole witnesses. */
import { relative } from "node:path";
import type { CircuitPatterns } from "../../circom/patterns/circuit-patterns.ts";
import type {
  CounterExample,
  DeterminacyReport,
  SignalFinding,
} from "../../circom/determinacy/report.ts";
import { oneLine } from "./one-line.ts";

/** Maximum signals that are listed of one kind. */
const LISTED_MAX = 12;
const EXAMPLES_MAX = 3;

/** Formats a report for people. */
export function formatDeterminacy(report: DeterminacyReport): string {
  const { circuit, outputs, intermediates, counterExamples } = report;
  const effective = counterExamples.filter(({ reachesOutput }) => reachesOutput);
  const free = intermediates.filter(({ verdict }) => verdict === "under-constrained");
  const open = intermediates.filter(({ verdict }) => verdict === "unknown");
  const lines = [
    `${circuit}: ${summary(report)}`,
    ...outputLines(outputs),
    ...effective.slice(0, EXAMPLES_MAX).flatMap(exampleLines),
    ...listed("Free without effect on an output", free),
    ...listed("Not derived", open),
    `  ${scope(report)}`,
  ];
  return lines.join("\n");
}

function summary({ outputs, verdict, passed }: DeterminacyReport): string {
  if (outputs.length === 0) return "no output to determine";
  if (verdict === "under-constrained") return "UNDER-CONSTRAINED: a prover can choose outputs";
  if (verdict === "determined") return "the inputs determine every output, whatever they are";
  return passed
    ? "no counter-example; each tried input determines every output"
    : "unknown: no counter-example, and some outputs are not derived";
}

function outputLines(outputs: readonly SignalFinding[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { signal, verdict, determinedWhereTried } of outputs) {
    const text = verdict === "unknown" && determinedWhereTried ? "determined where tried" : verdict;
    groups.set(text, [...(groups.get(text) ?? []), signal]);
  }
  return [...groups].map(([text, signals]) => `  ${text}: ${shorten(signals)}`);
}

function exampleLines({ inputs, differences }: CounterExample): string[] {
  return [
    `  Two witnesses for ${oneLine(inputs)}:`,
    ...differences
      .slice(0, LISTED_MAX)
      .map(({ signal, honest, other }) => `    ${signal} = ${honest} or ${other}`),
    ...more(differences.length),
  ];
}

function more(count: number): string[] {
  return count > LISTED_MAX ? [`    and ${count - LISTED_MAX} more signals`] : [];
}

function listed(title: string, findings: readonly SignalFinding[]): string[] {
  if (findings.length === 0) return [];
  return [`  ${title}: ${shorten(findings.map(({ signal }) => signal))}`];
}

function shorten(signals: readonly string[]): string {
  const shown = signals.slice(0, LISTED_MAX).join(", ");
  return signals.length > LISTED_MAX ? `${shown} and ${signals.length - LISTED_MAX} more` : shown;
}

function scope({ wires, samples, seed, isTimedOut }: DeterminacyReport): string {
  const { total, determined } = wires;
  const inputs = `${samples.accepted} of ${samples.tried} inputs accepted (seed ${seed})`;
  const end = isTimedOut ? "; the time limit ended the check" : "";
  return `${determined} of ${total} signals determined for every input; ${inputs}${end}`;
}

/** Lines about the patterns in the sources of a circuit. */
export function formatPatterns({ own, inPackages }: CircuitPatterns): string[] {
  const lines = own.map(
    ({ file, line, pattern, message }) =>
      `  ${relative(process.cwd(), file)}:${line}: ${pattern}: ${message}`,
  );
  if (inPackages > 0) lines.push(`  ${inPackages} such places in packages`);
  return lines;
}

/** A report for `--json`: the witnesses of a counter-example are in its differences. */
export function determinacyToJson(report: DeterminacyReport): object {
  const counterExamples = report.counterExamples.map((example) => {
    const { inputs, differences, reachesOutput } = example;
    return { inputs, differences, reachesOutput };
  });
  return { ...report, counterExamples };
}
