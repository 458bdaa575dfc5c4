/** A profile as text. */
import type { Counts, SelfAndTotal } from "../../circom/profile/counts.ts";
import { type InstanceProfile, shortLabel } from "../../circom/profile/instance-tree.ts";
import type { CircuitProfile } from "../../circom/profile/profile-circuit.ts";
import { type ProvingTime, shareOfProof } from "../../circom/profile/proving-time.ts";
import { counted } from "../../util/counted.ts";
import { type Cell, toColumns } from "./columns.ts";

/** Maximum characters of a path or a line of source. */
const TEXT_MAX = 70;

/** Formats a profile for people. @param limit - Maximum rows of each table. */
export function formatProfile(
  profile: CircuitProfile,
  time: ProvingTime | undefined,
  limit: number,
): string {
  const { circuit, optimization, totals, unattributed, templates, lines, main } = profile;
  const count = (value: number) => value.toLocaleString("en");
  const table = makeTable(totals, time, limit);
  return [
    `${circuit}: ${counted(totals.constraints, "constraint")} at --O${optimization}, ` +
      `${count(totals.sourceConstraints)} in the source; ` +
      `${counted(totals.wires, "wire")} for ${counted(totals.signals, "signal")}`,
    ...(time === undefined ? [] : [describeTime(time)]),
    "",
    ...table(
      "template",
      "components",
      templates.map((each) => ({ ...each, name: each.template, more: each.components })),
    ),
    ...(unattributed.constraints > 0
      ? [`  and ${counted(unattributed.constraints, "constraint")} of no statement`]
      : []),
    "",
    ...table(
      "component",
      "template",
      flatten(main, "").map(({ node, path }) => ({ ...node, name: path, more: node.template })),
    ),
    "",
    ...table(
      "line",
      "source",
      lines.map((each) => ({ ...each, name: `${each.file}:${each.line}`, more: each.source })),
    ),
  ].join("\n");
}

function describeTime({ proofMs, witnessMs, threads }: ProvingTime): string {
  return (
    `  a proof takes ${proofMs.toFixed(1)} ms by the kernel with ${threads} threads, and its ` +
    `witness ${witnessMs.toFixed(1)} ms; times below are shares of the proof`
  );
}

interface Row extends SelfAndTotal {
  readonly name: string;
  readonly more: Cell;
}

function makeTable(totals: Counts, time: ProvingTime | undefined, limit: number) {
  const percent = (value: number) =>
    totals.constraints === 0 ? "0.0 %" : `${((100 * value) / totals.constraints).toFixed(1)} %`;
  const share = (counts: Counts) =>
    time === undefined ? [] : [`${shareOfProof(time, counts, totals).toFixed(2)} ms`];
  return (name: string, more: string, rows: readonly Row[]): string[] => {
    const counted = rows.filter(({ total }) => total.constraints + total.sourceConstraints > 0);
    const shown = counted
      .toSorted((left, right) => right.self.constraints - left.self.constraints)
      .slice(0, limit);
    const header = [
      ...[name, "constraints", "", "in all", "source", "wires"],
      ...(time === undefined ? [] : ["time"]),
      more,
    ];
    const cells = shown.map(({ self, total, ...row }): Cell[] => [
      shorten(row.name, "start"),
      self.constraints,
      percent(self.constraints),
      total.constraints,
      self.sourceConstraints,
      self.wires,
      ...share(self),
      typeof row.more === "number" ? row.more : shorten(row.more, "end"),
    ]);
    const hidden = counted.length - shown.length;
    return [
      ...toColumns(header, cells),
      ...(hidden > 0 ? [`  … ${hidden.toLocaleString("en")} more: --limit, --json, --output`] : []),
    ];
  };
}

function flatten(node: InstanceProfile, parent: string): { node: InstanceProfile; path: string }[] {
  const label = shortLabel(node);
  const path = parent === "" ? label : `${parent}.${label}`;
  return [{ node, path }, ...node.children.flatMap((child) => flatten(child, path))];
}

/** @param from - Which end is left out. */
function shorten(text: string, from: "start" | "end"): string {
  if (text.length <= TEXT_MAX) return text;
  return from === "start" ? `…${text.slice(1 - TEXT_MAX)}` : `${text.slice(0, TEXT_MAX - 1)}…`;
}
