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
  const files = new Set(circuits.flatMap(({ verifierFile }) => verifierFile ?? []));
  const contracts = [...files].map((file) => {
    const verified = circuits.filter(({ verifierFile }) => verifierFile === file);
    return {
      contract: verified[0]!.verifier,
      file: join(plan.config.paths.contracts, file),
      circuits: verified.map(({ name }) => name),
    };
  });
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
