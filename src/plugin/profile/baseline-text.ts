/** What has changed since a baseline, as text. */
import {
  type Change,
  type CircuitChange,
  difference,
  type TemplateChange,
} from "../../circom/profile/baseline.ts";
import { toColumns } from "./columns.ts";

/** Maximum lines that are listed of a template. */
const LINES_MAX = 5;
/** Maximum characters of a line of source. */
const SOURCE_MAX = 60;

/** Formats the comparison of circuits with a baseline. */
export function formatChanges(changes: readonly CircuitChange[]): string {
  const isOutdated = changes.some(({ verdict }) => verdict !== "same" && verdict !== "grown");
  const hint = "Write the baseline again, so that it stays true: rollup:profile --write-baseline";
  return [...changes.flatMap(formatCircuit), ...(isOutdated ? [hint] : [])].join("\n");
}

function formatCircuit(change: CircuitChange): string[] {
  const { circuit, verdict, constraints, wires, templates } = change;
  const now = `${count(constraints.now)} constraints, ${count(wires.now)} wires`;
  if (verdict === "same") return [`${circuit}: as in the baseline, ${now}`];
  if (verdict === "new") return [`${circuit}: NEW, not in the baseline: ${now}`];
  if (verdict === "gone") return [`${circuit}: in the baseline, but no circuit any more`];
  const header = ["", "before", "now", "change", "", "wires"];
  const rows = [
    ["whole circuit", constraints, wires] as const,
    ...templates.map((each) => [each.template, each.constraints, each.wires] as const),
  ].map(([name, first, second]) => [
    name,
    first.before,
    first.now,
    signed(difference(first)),
    percent(first),
    signed(difference(second)),
  ]);
  return [
    `${circuit}: ${verdict.toUpperCase()}, ${describe(constraints, "constraints")}, ` +
      describe(wires, "wires"),
    ...toColumns(header, rows),
    ...templates.flatMap(formatLines),
  ];
}

function describe(change: Change, unit: string): string {
  const by = difference(change);
  return by === 0 ? `as many ${unit}` : `${percent(change)} ${unit} (${signed(by)})`;
}

function formatLines({ template, file, lines }: TemplateChange): string[] {
  const shown = lines.slice(0, LINES_MAX).map(({ line, source, constraints }) => {
    const place = file === undefined || line === undefined ? template : `${file}:${line}`;
    const text = source.length > SOURCE_MAX ? `${source.slice(0, SOURCE_MAX - 1)}…` : source;
    const { before, now } = constraints;
    return `  ${signed(difference(constraints))} (${count(before)} → ${count(now)})  ${place}: ${text}`;
  });
  const hidden = lines.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`  … ${hidden} more lines of ${template}`] : [])];
}

function percent({ before, now }: Change): string {
  if (before === 0) return now === 0 ? "0.0 %" : "new";
  const value = (100 * (now - before)) / before;
  return `${value > 0 ? "+" : ""}${value.toFixed(1)} %`;
}

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

function count(value: number): string {
  return value.toLocaleString("en");
}
