/** What has changed since a baseline, as text. */
import {
  type Change,
  type CircuitChange,
  difference,
  type LineChange,
  type TemplateChange,
} from "../../circom/profile/baseline.ts";
import { counted } from "../../util/counted.ts";
import { type Cell, toColumns } from "./columns.ts";

/** Maximum characters of a line of source. */
const SOURCE_MAX = 60;

/** Formats a comparison with a baseline. @param limit - Maximum rows of each table. */
export function formatChanges(changes: readonly CircuitChange[], limit: number): string {
  const isOutdated = changes.some(({ verdict }) => verdict !== "same" && verdict !== "grown");
  const hint = "Write the baseline again, so that it stays true: rollup:profile --write-baseline";
  return [
    ...changes.flatMap((change) => formatCircuit(change, limit)),
    ...(isOutdated ? [hint] : []),
  ].join("\n");
}

function formatCircuit(change: CircuitChange, limit: number): string[] {
  const { circuit, verdict, constraints, wires, templates, optimization } = change;
  const now = `${counted(constraints.now, "constraint")}, ${counted(wires.now, "wire")}`;
  if (verdict === "same") return [`${circuit}: as in the baseline, ${now}`];
  if (verdict === "new") return [`${circuit}: NEW, not in the baseline: ${now}`];
  if (verdict === "gone") return [`${circuit}: in the baseline, but no circuit any more`];
  const { before, now: level } = optimization;
  // What matters most is first: growth, or in a smaller circuit what has shrunk.
  const shown = verdict === "shrunk" ? templates.toReversed() : templates;
  const whole = { template: "whole circuit", constraints, wires, components: undefined };
  return [
    `${circuit}: ${verdict.toUpperCase()}, ${describe(constraints, "constraints")}, ` +
      describe(wires, "wires") +
      (before === level ? "" : `; at --O${level}, and --O${before} in the baseline`),
    ...toColumns(
      ["template", "before", "now", "change", "", "wires", "components"],
      [whole, ...shown.slice(0, limit)].map(toRow),
    ),
    ...more(shown.length - limit, "templates"),
    ...formatLines(shown, limit),
  ];
}

function toRow({
  template,
  constraints,
  wires,
  components,
}: Pick<TemplateChange, "template" | "constraints" | "wires"> & {
  readonly components: Change | undefined;
}): Cell[] {
  return [
    template,
    constraints.before,
    constraints.now,
    signed(difference(constraints)),
    percent(constraints),
    signed(difference(wires)),
    components === undefined ? "" : signed(difference(components)),
  ];
}

function describe(change: Change, unit: string): string {
  const by = difference(change);
  return by === 0 ? `as many ${unit}` : `${percent(change)} ${unit} (${signed(by)})`;
}

function formatLines(templates: readonly TemplateChange[], limit: number): string[] {
  const size = ({ constraints }: LineChange) => Math.abs(difference(constraints));
  const all = templates
    .flatMap((template) => template.lines.map((change) => ({ template, change })))
    .sort((left, right) => size(right.change) - size(left.change));
  const rows = all.map(({ template: { template, file }, change }): Cell[] => {
    const { line, source, constraints } = change;
    const place = file === undefined || line === undefined ? template : `${file}:${line}`;
    const text = source.length > SOURCE_MAX ? `${source.slice(0, SOURCE_MAX - 1)}…` : source;
    return [place, constraints.before, constraints.now, signed(difference(constraints)), text];
  });
  if (rows.length === 0) return [];
  return [
    ...toColumns(["line", "before", "now", "change", "source"], rows.slice(0, limit)),
    ...more(rows.length - limit, "lines"),
  ];
}

function more(hidden: number, what: string): string[] {
  return hidden > 0 ? [`  … ${count(hidden)} more ${what}: --limit, --json`] : [];
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
