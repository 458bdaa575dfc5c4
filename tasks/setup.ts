/** `hardhat rollup:setup`: makes keys of all circuits, by the dev setup or a ceremony. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CeremonyResult, CeremonySteps } from "../src/plugin/circuits/ceremony.ts";
import { printResults, shownPath, type StepArguments, toStepPlan } from "./circuit-steps.ts";
import { defineAction } from "./common.ts";

type SetupArguments = StepArguments & CeremonySteps;

const action = defineAction<SetupArguments>(async (args, hre) => {
  const { hasCeremonySteps } = await import("../src/plugin/circuits/ceremony.ts");
  return hasCeremonySteps(args) ? holdCeremony(args, hre) : listKeys(args, hre);
});

async function listKeys(args: StepArguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const { compileCircuits, setUpCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const { verificationKeyPath } = await import("../src/plugin/circuits/verifiers.ts");
  const { assertNotForced } = await import("../src/plugin/circuits/ceremony.ts");
  const plan = await toStepPlan(args, hre);
  assertNotForced(plan);
  const keyed = await setUpCircuits(await compileCircuits(plan), plan);
  const rows = keyed.map(({ name, zkeyPath, insecure }) => ({
    name,
    zkey: zkeyPath,
    verificationKey: verificationKeyPath(zkeyPath),
    insecure,
  }));
  printResults(args, plan, rows, ({ name, zkey, verificationKey }) =>
    [name, `  ${shownPath(zkey)}`, `  ${shownPath(verificationKey)}`].join("\n"),
  );
  if (args.json || args.quiet || !rows.some(({ insecure }) => insecure)) return;
  console.log("\nSome keys are INSECURE: anyone who knows their secrets can prove anything.");
  console.log("The verifier contracts of these keys refuse every chain that is not local.");
}

async function holdCeremony(args: SetupArguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const { compileCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const { assertNotForced, takeCeremonySteps } = await import("../src/plugin/circuits/ceremony.ts");
  const plan = await toStepPlan(args, hre);
  assertNotForced(plan);
  const results = await takeCeremonySteps(await compileCircuits(plan), args, plan);
  printResults(args, plan, results, describeSteps);
  if (args.contribute !== undefined && !args.json && !args.quiet) {
    console.log("\nPublish the hashes of your contributions: they prove that the keys hold them.");
  }
}

function describeSteps(result: CeremonyResult): string {
  const { name, zkey, started, contribution, beacon, report = [] } = result;
  return [
    name,
    `  ${shownPath(zkey)}${started ? " (new)" : ""}`,
    ...(contribution === undefined ? [] : [`  Contribution: ${contribution}`]),
    ...(beacon === undefined ? [] : [`  Beacon: ${beacon}`]),
    ...report
      .join("\n")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => `  ${line}`),
  ].join("\n");
}

export default action;
