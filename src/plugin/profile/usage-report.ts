/** The report of what a test run has done with circuits. */
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import { fileLines } from "../../circom/signals.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { compareText } from "../../util/compare-text.ts";
import { median } from "../../util/median.ts";
import type { UsageLine, UsedCircuit } from "./usage.ts";

/** Age of records that no run will read any more. */
const STALE_MS = 24 * 3_600_000;

/** Times in milliseconds. */
export interface Times {
  readonly count: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/** A circuit of a test run. */
export interface CircuitUsage extends UsedCircuit {
  /** Witnesses that were computed; null if none. Refused inputs do not count. */
  readonly witnesses: Times | null;
  /** Proofs that were made; null if none. Proofs of the cache do not count. */
  readonly proofs: Times | null;
}

/** Reads the records of a run, and removes them. @returns The circuits by name. */
export async function collectUsage(folder: string): Promise<CircuitUsage[]> {
  const used = new Map<string, UsedCircuit>();
  const times = { witness: new Map<string, number[]>(), proof: new Map<string, number[]>() };
  for (const file of await readdir(folder)) {
    for (const text of fileLines(join(folder, file))) {
      const line = toLine(text);
      if (line === undefined) continue;
      if (line.kind === "circuit") {
        used.set(line.id, line.used);
      } else {
        const known = times[line.kind].get(line.id);
        if (known === undefined) times[line.kind].set(line.id, [line.ms]);
        else known.push(line.ms);
      }
    }
  }
  await rm(folder, { recursive: true, force: true });
  await removeStale(dirname(folder));
  return [...used]
    .map(([id, circuit]) => ({
      ...circuit,
      witnesses: summarize(times.witness.get(id)),
      proofs: summarize(times.proof.get(id)),
    }))
    .sort((left, right) => compareText(left.circuit, right.circuit));
}

/** Removes what runs have left that were killed. */
async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    // Another process may remove it at the same time.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < Date.now() - STALE_MS) await rm(path, { recursive: true, force: true });
  }
}

/** A process that is killed may leave half a line. */
function toLine(text: string): UsageLine | undefined {
  try {
    return JSON.parse(text) as UsageLine;
  } catch {
    return undefined;
  }
}

function summarize(values: readonly number[] | undefined): Times | null {
  if (values === undefined) return null;
  const sorted = values.toSorted((left, right) => left - right);
  const [minMs, maxMs] = [sorted[0]!, sorted.at(-1)!];
  return { count: sorted.length, minMs, medianMs: median(sorted), maxMs };
}

/** Formats the circuits of a run as a table, in the way of Hardhat's gas statistics. */
export function formatUsage(circuits: readonly CircuitUsage[]): string {
  const count = (value: number) => value.toLocaleString("en");
  const toCells = (times: Times | null) =>
    times === null ? ["0", "-"] : [count(times.count), showMs(times.medianMs)];
  const header = ["Circuit", "Constraints", "Wires", "Inputs", "Public"];
  const measured = ["#witnesses", "Median", "#proofs", "Median"];
  return formatTable([
    { type: "section-header", text: "Circuit Statistics" },
    { type: "header", cells: [...header, ...measured] },
    ...circuits.map((used) => ({
      type: "row" as const,
      cells: [
        used.protocol === "groth16" ? used.circuit : `${used.circuit} (${used.protocol})`,
        ...[used.constraints, used.wires, used.inputs, used.publicValues].map(count),
        ...toCells(used.witnesses),
        ...toCells(used.proofs),
      ],
    })),
  ]);
}

/** Shows three digits: a witness may take microseconds, and a proof minutes. */
function showMs(ms: number): string {
  return `${ms.toLocaleString("en", { maximumSignificantDigits: 3 })} ms`;
}

/** Writes the circuits of a run as JSON. @param path - From the working directory. */
export async function writeUsage(circuits: readonly CircuitUsage[], path: string): Promise<void> {
  await writeIfChanged(resolve(path), `${JSON.stringify({ circuits }, null, 2)}\n`);
}
