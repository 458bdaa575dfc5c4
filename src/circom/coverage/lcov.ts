/**
 * Writes coverage in the format of lcov.
 *
 * @see https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1
 */
import type { BranchCoverage, FileCoverage } from "./file-coverage.ts";

/** @param nameOf - Returns the path of a file in the report. */
export function renderLcov(
  files: readonly FileCoverage[],
  nameOf: (file: string) => string,
): string {
  return files.map((file) => renderFile(file, nameOf(file.file))).join("");
}

function renderFile({ routines, branches, lines }: FileCoverage, name: string): string {
  const taken = branches.flatMap(({ taken: counts }) => counts);
  const records = [
    "TN:circuits",
    `SF:${name}`,
    ...routines.map(({ line, name: routine }) => `FN:${line},${routine}`),
    ...routines.map(({ runs, name: routine }) => `FNDA:${runs},${routine}`),
    `FNF:${routines.length}`,
    `FNH:${routines.filter(({ runs }) => runs > 0).length}`,
    ...branches.flatMap(renderBranches),
    `BRF:${taken.length}`,
    `BRH:${taken.filter((count) => count > 0).length}`,
    ...Array.from(lines, ([line, runs]) => `DA:${line},${runs}`),
    `LF:${lines.size}`,
    `LH:${[...lines.values()].filter((runs) => runs > 0).length}`,
    "end_of_record",
  ];
  return `${records.join("\n")}\n`;
}

/** A branch of a condition that was never decided has "-". */
function renderBranches({ line, taken, isReached }: BranchCoverage, block: number): string[] {
  return taken.map(
    (count, branch) => `BRDA:${line},${block},${branch},${isReached ? String(count) : "-"}`,
  );
}
