/** The coverage of a run as JSON, for programs. */
import { totalsOf } from "../../circom/coverage/totals.ts";
import type { RunCoverage } from "./evaluate-run.ts";

/** Raise it when the form changes. */
const VERSION = 1;

/** @param nameOf - Returns the path of a file in the report. */
export function toJson(
  { files, circuits, problems }: RunCoverage,
  nameOf: (file: string) => string,
): string {
  const report = {
    version: VERSION,
    totals: totalsOf(files),
    files: files.map((file) => ({
      ...file,
      file: nameOf(file.file),
      lines: Object.fromEntries(file.lines),
    })),
    circuits: circuits.map((circuit) => ({
      ...circuit,
      file: nameOf(circuit.file),
      constant: circuit.constant.map((group) => ({ ...group, file: nameOf(group.file) })),
    })),
    problems,
  };
  const noBigInts = (_key: string, value: unknown) =>
    typeof value === "bigint" ? String(value) : value;
  return `${JSON.stringify(report, noBigInts, 2)}\n`;
}
