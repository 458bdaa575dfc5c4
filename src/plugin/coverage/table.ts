/** The report on the console: a table like Hardhat's own, and what is not covered. */
import { styleText } from "node:util";
import { formatTable, type TableItem } from "@nomicfoundation/hardhat-utils/format";
import type { FileCoverage } from "../../circom/coverage/file-coverage.ts";
import {
  COVERAGE_KINDS,
  percentOf,
  type Share,
  type Totals,
  totalsOf,
} from "../../circom/coverage/totals.ts";
import type { RunCoverage } from "./evaluate-run.ts";
import { type FindingList, listFindings } from "./findings.ts";

/** Maximum findings of a kind, and intervals of lines, that are printed. */
const FINDINGS_MAX = 10;
const INTERVALS_MAX = 8;

const HEADINGS = [
  "File Path",
  "Line %",
  "Branch %",
  "Constraint %",
  "Varied %",
  "Refused %",
  "Uncovered Lines",
];

/** @param details - Path of the file with everything. */
export function renderReport(
  run: RunCoverage,
  nameOf: (file: string) => string,
  details: string,
): string {
  const header = (cells: string[]): TableItem => ({ type: "header", cells });
  const yellow = (text: string) => styleText("yellow", text);
  const table = formatTable([
    { type: "title", text: styleText("bold", "Circuit Coverage Report") },
    { type: "section-header", text: styleText("bold", "File Coverage") },
    header(HEADINGS.map(yellow)),
    ...run.files.map((file): TableItem => ({ type: "row", cells: cellsOf(file, nameOf) })),
    header([yellow("Total"), ...percentages(totalsOf(run.files)), ""]),
  ]);
  const lists = listFindings(run).map((list) => renderList(list, nameOf, details));
  return [table, ...lists.filter((text) => text !== "")].join("\n\n");
}

function cellsOf(file: FileCoverage, nameOf: (file: string) => string): string[] {
  const uncovered = [...file.lines].filter(([, runs]) => runs === 0).map(([line]) => line);
  const isCode = (line: number) => file.lines.has(line);
  return [nameOf(file.file), ...percentages(totalsOf([file])), showLines(uncovered, isCode)];
}

function percentages(totals: Totals): string[] {
  return COVERAGE_KINDS.map((kind) => showPercent(totals[kind]));
}

export function showPercent(share: Share): string {
  return percentOf(share)?.toFixed(2) ?? "-";
}

/** Joins lines to intervals; lines without a statement do not end one. */
export function showLines(lines: readonly number[], isCode: (line: number) => boolean): string {
  const intervals: [from: number, to: number][] = [];
  for (const line of lines) {
    const last = intervals.at(-1);
    if (last !== undefined && !hasCode(last[1] + 1, line, isCode)) last[1] = line;
    else intervals.push([line, line]);
  }
  const shown = intervals
    .slice(0, INTERVALS_MAX)
    .map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
  if (intervals.length > INTERVALS_MAX) shown.push("…");
  return shown.length === 0 ? "-" : shown.join(", ");
}

function hasCode(from: number, to: number, isCode: (line: number) => boolean): boolean {
  for (let line = from; line < to; line++) if (isCode(line)) return true;
  return false;
}

function renderList(
  { title, findings }: FindingList,
  nameOf: (file: string) => string,
  details: string,
): string {
  if (findings.length === 0) return "";
  const shown = findings
    .slice(0, FINDINGS_MAX)
    .map(({ file, line, text }) => `  ${nameOf(file)}:${line}  ${text}`);
  const more = findings.length - shown.length;
  if (more > 0) shown.push(`  … and ${more} more in ${details}`);
  return [styleText("bold", `${title}: ${findings.length}`), ...shown].join("\n");
}
