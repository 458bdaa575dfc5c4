/** `hardhat rollup:list`: lists the circuits of the project, and what there is of each. */
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { CircuitStatus, KeyStatus } from "../src/plugin/circuits/circuit-status.ts";
import { createProgress } from "../src/plugin/progress.ts";
import { shownPath } from "./circuit-steps.ts";
import { type CommonArguments, defineAction, printJson, row } from "./common.ts";

const COLUMNS = ["circuit", "source", "constraints", "protocol", "compiled", "key", "contract"];

const action = defineAction<CommonArguments>(async ({ json }, hre) => {
  const { findProjectCircuits } = await import("../src/plugin/circuits/sources.ts");
  const { readStatus, statusToJson } = await import("../src/plugin/circuits/circuit-status.ts");
  const { readManifest } = await import("../src/plugin/circuits/manifest.ts");
  const { config } = hre;
  const progress = createProgress(json ? process.stderr : process.stdout);
  const manifest = await readManifest(config.rollup);
  const sources = findProjectCircuits(config.paths.root, config.rollup);
  const found: CircuitStatus[] = [];
  await progress("Looking the circuits up", async () => {
    for (const source of sources) found.push(await readStatus(source, config.rollup, manifest));
  });
  if (json) {
    printJson(found.map(statusToJson));
    return;
  }
  if (found.length === 0) {
    console.log(`There is no circuit in ${config.rollup.circuits.path}.`);
    return;
  }
  const title = `Circuits in ${shownPath(config.rollup.circuits.path)}`;
  const rows = found.map((status) => row(...toCells(status)));
  console.log(
    formatTable([
      { type: "section-header", text: title },
      { type: "header", cells: COLUMNS },
      ...rows,
    ]),
  );
  for (const { name, problem } of found) {
    if (problem !== undefined) console.log(`\n${name}: ${problem.message}\nFix: ${problem.fix}`);
  }
});

function toCells({ name, file, main, circuit, compiled, ...status }: CircuitStatus): string[] {
  const { protocol, prime, key, contract } = status;
  return [
    name,
    main === undefined ? shownPath(file) : `${shownPath(file)}: ${main}`,
    circuit === undefined ? "" : circuit.stats.constraints.toLocaleString("en"),
    prime === "bn128" ? protocol : `none (${prime})`,
    compiled,
    describeKey(key),
    contract.state,
  ];
}

function describeKey({ state, origin, insecure }: KeyStatus): string {
  if (state === "none") return state;
  return `${state}, ${origin}${insecure === true ? ", INSECURE" : ""}`;
}

export default action;
