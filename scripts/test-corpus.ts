/**
 * Takes circuits of public packages through the tool chain: `npm run test:corpus`. Options:
 * `--sample` and `--only NAMES` choose circuits, `--compare` measures the kernel against snarkjs on
 * five of them instead, and `--write` writes the tables of docs/corpus.md, that of circuits if all
 * are checked. Ends with an error if a
 * circuit is not treated right.
 */
import { parseArgs } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { CASES } from "../test/corpus/cases.ts";
import { checkCase, type CorpusResult } from "../test/corpus/check.ts";
import { COMPARED, compareOn, type Comparison } from "../test/corpus/compare.ts";
import { createCorpusProject } from "../test/corpus/project.ts";
import { circuitTable, proverTable, writePart } from "../test/corpus/report.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    sample: { type: "boolean", default: false },
    compare: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

function chooseCases() {
  const names = values.compare ? COMPARED : values.only?.split(",");
  const unknown = names?.find((name) => !CASES.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    const known = CASES.map(({ name }) => name).join(", ");
    throw new Error(`The corpus has no circuit ${unknown}; it has ${known}`);
  }
  return CASES.filter(
    ({ name, inSample = false }) => (names?.includes(name) ?? true) && (!values.sample || inSample),
  );
}

async function checkAll(hre: HardhatRuntimeEnvironment): Promise<void> {
  const results: CorpusResult[] = [];
  for (const entry of cases) {
    const result = await checkCase(entry, hre);
    results.push(result);
    const { name, constraints, failure } = result;
    const verdict = failure === undefined ? "right" : `${failure.step}: ${failure.reason}`;
    console.log(`${name} (${constraints ?? "?"} constraints): ${verdict}`);
  }
  const isWhole = results.length === CASES.length;
  if (values.write && isWhole) await writePart("circuits", circuitTable(results));
  const failed = results.filter(({ failure }) => failure !== undefined);
  console.log(`${results.length - failed.length} of ${results.length} circuits are right`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function compareAll(hre: HardhatRuntimeEnvironment): Promise<void> {
  const comparisons: Comparison[] = [];
  for (const name of COMPARED) {
    console.log(`Measuring ${name}`);
    comparisons.push(await compareOn(name, hre));
  }
  const table = proverTable(comparisons);
  console.log(table);
  if (values.write) await writePart("provers", table);
}

const cases = chooseCases();
const hre = await createCorpusProject(cases);
await hre.tasks.getTask("build").run({ quiet: true });
await (values.compare ? compareAll(hre) : checkAll(hre));
await hre.circuits.close();
