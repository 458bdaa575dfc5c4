/** `hardhat rollup:verifier`: generates the verifier contracts, without compiling them. */
import { join } from "node:path";
import {
  type CircuitArguments,
  defineAction,
  printJson,
  printNoCircuits,
  toCircuitPlan,
} from "./common.ts";

const action = defineAction<CircuitArguments>(async (args, hre) => {
  const { buildCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const plan = await toCircuitPlan(args, hre);
  const { built: circuits, failure } = await buildCircuits(plan);
  if (failure !== undefined) throw failure;
  const names = circuits.flatMap(({ verifier }) => verifier ?? []);
  const contracts = [...new Set(names)].map((contract) => ({
    contract,
    file: join(plan.config.paths.contracts, `${contract}.sol`),
    circuits: circuits.filter(({ verifier }) => verifier === contract).map(({ name }) => name),
  }));
  if (args.json) {
    printJson(contracts);
    return;
  }
  if (circuits.length === 0) printNoCircuits(plan);
  for (const { contract, file, circuits } of contracts) {
    console.log(`${contract} verifies ${circuits.join(", ")}\n  ${file}`);
  }
  for (const { name, verifier } of circuits) {
    if (verifier === undefined) console.log(`${name} has no public value to verify`);
  }
});

export default action;
