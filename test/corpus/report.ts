/** The tables of docs/corpus.md. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { markdownTable } from "../../src/generate/markdown.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { CASES, PACKAGES } from "./cases.ts";
import type { CorpusResult } from "./check.ts";
import type { Comparison } from "./compare.ts";

const PAGE = join(PACKAGE_ROOT, "docs", "corpus.md");

/** Names of the parts of the page that the test writes. */
export type Part = "circuits" | "provers";

/** Replaces a table of the page, between two comments with the part's name. */
export async function writePart(part: Part, table: string): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [start, end] = [`<!-- ${part} -->\n`, `\n<!-- end of ${part} -->`];
  const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)];
  const text = `${page.slice(0, from)}\n${table}\n${page.slice(to)}`;
  const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
  await writeFile(PAGE, await format(text, options));
}

export function circuitTable(results: readonly CorpusResult[]): string {
  const rows = results.map(({ name, constraints, failure }) => {
    const entry = CASES.find((candidate) => candidate.name === name)!;
    return [
      `${entry.package} ${PACKAGES[entry.package]}`,
      `\`${entry.instance}\``,
      count(constraints),
      entry.outputs === undefined ? "" : "y",
      entry.refused === undefined ? "" : "y",
      failure === undefined ? "y" : `${failure.step}: ${failure.reason}`,
    ];
  });
  const head = ["package", "main", "constraints", "outputs compared"];
  return markdownTable([...head, "bad input refused", "right"], rows);
}

export function proverTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ name, constraints, provers }) =>
    Object.entries(provers).map(([prover, times]) => [
      name,
      count(constraints),
      prover,
      `${times.wallSeconds.toFixed(2)} s`,
      ratio(times.wallRatio),
      `${times.cpuSeconds!.toFixed(2)} s`,
      ratio(times.cpuRatio!),
      `${Math.round(times.peakMemoryBytes! / 2 ** 20)} MB`,
      ratio(times.memoryRatio!),
    ]),
  );
  const head = ["circuit", "constraints", "prover", "time", "ratio", "CPU time", "ratio"];
  return markdownTable([...head, "peak memory", "ratio"], rows);
}

function count(value: number | undefined): string {
  return value?.toLocaleString("en-US") ?? "";
}

function ratio(value: number): string {
  return `${value.toFixed(1)} x`;
}
