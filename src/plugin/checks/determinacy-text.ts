/** The report of a check of determinacy as text, and as JSON without whole witnesses. */
import { relative } from "node:path";
import type { CircuitPatterns } from "../../circom/patterns/circuit-patterns.ts";
import type { SignalPlaces } from "../../circom/diagnosis/signal-places.ts";
import type {
  CounterExample,
  DeterminacyReport,
  SignalDifference,
  SignalFinding,
} from "../../circom/determinacy/report.ts";
import { oneLine } from "./one-line.ts";

/** Maximum signals that are listed of one kind. */
const LISTED_MAX = 12;
const EXAMPLES_MAX = 3;

/**
 * Formats a report for people.
 *
 * @param findPlaces - Finds declarations and constraints. It is called for counter-examples only.
 */
export function formatDeterminacy(
  report: DeterminacyReport,
  findPlaces: () => SignalPlaces | undefined = () => undefined,
): string {
  const { circuit, outputs, intermediates, counterExamples } = report;
  const effective = counterExamples.filter(({ reachesOutput }) => reachesOutput);
  const reaching = new Set(
    effective.flatMap(({ differences }) => differences.map(({ signal }) => signal)),
  );
  const free = intermediates.filter(
    ({ signal, verdict }) => verdict === "under-constrained" && !reaching.has(signal),
  );
  const open = intermediates.filter(({ verdict }) => verdict === "unknown");
  const places = effective.length === 0 ? undefined : findPlaces();
  const lines = [
    `${circuit}: ${summary(report)}`,
    ...outputLines(outputs),
    ...effective.slice(0, EXAMPLES_MAX).flatMap((example) => exampleLines(example, places)),
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

function exampleLines(
  { inputs, differences }: CounterExample,
  places: SignalPlaces | undefined,
): string[] {
  const shown = differences.slice(0, LISTED_MAX);
  const declared = ({ signal }: SignalDifference) => {
    const place = places?.declaration(signal);
    return place === undefined ? "" : `  (${place.file}:${place.line})`;
  };
  return [
    `  Two witnesses for ${oneLine(inputs)}:`,
    ...shown.map(
      (found) => `    ${found.signal} = ${found.honest} or ${found.other}${declared(found)}`,
    ),
    ...more(differences.length),
    ...constraintLines(differences, places),
  ];
}

/** The statements that constrain what differs, and leave a choice. */
function constraintLines(
  differences: readonly SignalDifference[],
  places: SignalPlaces | undefined,
): string[] {
  if (places === undefined) return [];
  const found = constraintsOf(differences, places);
  if (found.length === 0) return ["  No constraint of the source has them."];
  const lines = found
    .slice(0, LISTED_MAX)
    .map(({ file, line, component, source }) => `    ${file}:${line} in ${component}: ${source}`);
  const more = found.length > LISTED_MAX ? ["    and more"] : [];
  return ["  Constraints on them, which leave the choice:", ...lines, ...more];
}

function constraintsOf(differences: readonly SignalDifference[], places: SignalPlaces) {
  const signals = differences.map(({ signal }) => signal);
  return places.constraints(signals, LISTED_MAX + 1);
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

/**
 * A report for `--json`: the witnesses of a counter-example are in its differences.
 *
 * @param findPlaces - Finds declarations and constraints. It is called for counter-examples only.
 */
export function determinacyToJson(
  report: DeterminacyReport,
  findPlaces: () => SignalPlaces | undefined,
): object {
  const places = report.counterExamples.length === 0 ? undefined : findPlaces();
  const counterExamples = report.counterExamples.map((example) => {
    const { inputs, reachesOutput } = example;
    const differences = example.differences.map((difference) => ({
      ...difference,
      place: places?.declaration(difference.signal) ?? null,
    }));
    const constraints = places === undefined ? null : constraintsOf(differences, places);
    return { inputs, differences, reachesOutput, constraints };
  });
  return { ...report, counterExamples };
}
