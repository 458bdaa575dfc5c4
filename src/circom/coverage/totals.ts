/** Counts what is covered of files. */
import type { FileCoverage } from "./file-coverage.ts";

/** How many of a kind there are, and how many of them are covered. */
export interface Share {
  readonly covered: number;
  readonly total: number;
}

export const COVERAGE_KINDS = ["lines", "branches", "constraints", "varied", "checks"] as const;

/**
 * - `lines`: those whose statements ran;
 * - `branches`: those that were taken;
 * - `constraints`: statements with constraints that ran for an accepted input;
 * - `varied`: those of which a signal changed from input to input;
 * - `checks`: each `===` and assert that has refused an input.
 */
export type CoverageKind = (typeof COVERAGE_KINDS)[number];

export type Totals = Readonly<Record<CoverageKind, Share>>;

export function totalsOf(files: readonly FileCoverage[]): Totals {
  const count = <Item>(
    list: (file: FileCoverage) => readonly Item[],
    isCovered: (item: Item) => boolean,
  ): Share => {
    const items = files.flatMap(list);
    return { covered: items.filter(isCovered).length, total: items.length };
  };
  return {
    lines: count(
      ({ lines }) => [...lines.values()],
      (runs) => runs > 0,
    ),
    branches: count(
      ({ branches }) => branches.flatMap(({ taken }) => taken),
      (times) => times > 0,
    ),
    constraints: count(
      ({ constraints }) => constraints,
      ({ isExercised }) => isExercised,
    ),
    varied: count(
      ({ constraints }) => constraints,
      ({ isVaried }) => isVaried,
    ),
    checks: count(
      ({ checks }) => checks,
      ({ refusals }) => refusals > 0,
    ),
  };
}

/** @returns Undefined if there is nothing to cover. */
export function percentOf({ covered, total }: Share): number | undefined {
  return total === 0 ? undefined : (covered * 100) / total;
}
