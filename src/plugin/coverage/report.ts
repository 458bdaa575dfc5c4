/** Evaluates the inputs of a test run, writes the reports, and prints the table. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { HardhatConfig } from "hardhat/types/config";
import { renderLcov } from "../../circom/coverage/lcov.ts";
import {
  COVERAGE_KINDS,
  type CoverageKind,
  percentOf,
  type Totals,
  totalsOf,
} from "../../circom/coverage/totals.ts";
import { writeFileAtomically } from "../../groth16/files/files.ts";
import { createProgress, printWarning } from "../progress.ts";
import { type CoveredCircuit, evaluateRun, type RunCoverage } from "./evaluate-run.ts";
import { renderPage } from "./html.ts";
import { loadInputs } from "./input-log.ts";
import { toJson } from "./json.ts";
import { type CoverageScope, createScope } from "./scope.ts";
import { renderReport } from "./table.ts";

/** Minimum percentage by kind, of the whole run. */
export type CoverageMinimum = Readonly<Partial<Record<CoverageKind, number>>>;

/**
 * Reports the coverage of circuits.
 *
 * @param data - Folders in which the processes of the run have stored their inputs.
 * @param folder - Of the reports.
 */
export async function reportCoverage(
  config: HardhatConfig,
  data: readonly string[],
  folder: string,
): Promise<void> {
  const scope = createScope(config);
  const { statements, minimum } = config.rollup.circuits.coverage;
  const logged = await loadInputs(data);
  const inputs = [...logged.values()].reduce((sum, circuit) => sum + circuit.inputs.size, 0);
  const run = await createProgress()(
    `Evaluating ${inputs} inputs for the coverage of circuits`,
    () => evaluateRun(logged, scope, statements, () => setImmediate()),
  );
  if (run.files.length === 0) return;
  await writeReports(run, scope, folder);
  const json = scope.nameOf(join(folder, "coverage.json"));
  console.log(`Saved the coverage of circuits to ${scope.nameOf(folder)}`);
  if (inputs === 0) console.log("No test has computed a witness of a circuit.");
  else console.log(`${renderReport(run, scope.nameOf, json)}\n`);
  for (const warning of warningsOf(run, scope)) printWarning(warning);
  const missed = belowMinimum(totalsOf(run.files), minimum);
  if (missed.length === 0) return;
  printWarning(`\nThe coverage of circuits is below rollup.circuits.coverage.minimum:`);
  for (const line of missed) printWarning(`  ${line}`);
  process.exitCode = 1;
}

async function writeReports(run: RunCoverage, scope: CoverageScope, folder: string) {
  const { nameOf } = scope;
  await mkdir(folder, { recursive: true });
  await writeFileAtomically(join(folder, "lcov.info"), [renderLcov(run.files, nameOf)]);
  await writeFileAtomically(join(folder, "coverage.json"), [toJson(run, nameOf)]);
  await writeFileAtomically(join(folder, "index.html"), [
    renderPage(run, nameOf, (file) => readFileSync(file, "utf8")),
  ]);
}

/** What the report does not know. */
function warningsOf(run: RunCoverage, scope: CoverageScope): string[] {
  return [
    ...scope.missingPackages.map(
      (name) => `rollup.circuits.coverage.packages: ${name} is not installed.`,
    ),
    ...run.problems.map((problem) => `The coverage lacks a file. ${problem}`),
    ...run.circuits.flatMap(describeLeftOut),
  ];
}

function describeLeftOut(circuit: CoveredCircuit): string[] {
  const { name, accepted, refused, leftOut, problems } = circuit;
  if (leftOut === 0) return [];
  const all = accepted + refused + leftOut;
  return [`The coverage lacks ${leftOut} of ${all} inputs of ${name}. ${problems.join(" ")}`];
}

/** Describes each kind that is covered less than it must be. */
export function belowMinimum(totals: Totals, minimum: CoverageMinimum): string[] {
  return COVERAGE_KINDS.flatMap((kind) => {
    const [percent, wanted] = [percentOf(totals[kind]), minimum[kind]];
    if (percent === undefined || wanted === undefined || percent >= wanted) return [];
    return [`${kind}: ${percent.toFixed(2)} %, at least ${wanted} %`];
  });
}
