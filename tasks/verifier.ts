/** `hardhat rollup:verifier`: generates the verifier contracts, without compiling them. */
import { join } from "node:path";
import { printResults, shownPath, type StepArguments, toStepPlan } from "./circuit-steps.ts";
import { defineAction } from "./common.ts";

const action = defineAction<StepArguments>(async (args, hre) => {
  const { buildCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const plan = await toStepPlan(args, hre);
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
  const without = circuits.filter(({ verifier }) => verifier === undefined);
  if (args.json || contracts.length > 0 || without.length === 0) {
    printResults(args, plan, contracts, ({ contract, file, circuits }) =>
      [`${contract} verifies ${circuits.join(", ")}`, `  ${shownPath(file)}`].join("\n"),
    );
  }
  if (args.json || args.quiet) return;
  for (const { name } of without) console.log(`${name} has no public value to verify`);
});

export default action;
