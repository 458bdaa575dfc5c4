/** `hardhat rollup:setup`: makes keys of all circuits, by the dev setup or a ceremony. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CeremonySteps } from "../src/plugin/circuits/ceremony.ts";
import {
  type CircuitArguments,
  defineAction,
  printJson,
  printNoCircuits,
  toCircuitPlan,
} from "./common.ts";

type SetupArguments = CircuitArguments & CeremonySteps;

const action = defineAction<SetupArguments>(async (args, hre) => {
  const { hasCeremonySteps } = await import("../src/plugin/circuits/ceremony.ts");
  return hasCeremonySteps(args) ? holdCeremony(args, hre) : listKeys(args, hre);
});

async function listKeys(args: CircuitArguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const { compileCircuits, setUpCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const { verificationKeyPath } = await import("../src/plugin/circuits/verifiers.ts");
  const plan = await toCircuitPlan(args, hre);
  const keyed = await setUpCircuits(await compileCircuits(plan), plan);
  const rows = keyed.map(({ name, zkeyPath, insecure }) => ({
    name,
    zkey: zkeyPath,
    verificationKey: verificationKeyPath(zkeyPath),
    insecure,
  }));
  if (args.json) {
    printJson(rows);
    return;
  }
  if (rows.length === 0) printNoCircuits(plan);
  for (const { name, zkey, verificationKey } of rows) {
    console.log(`${name}\n  ${zkey}\n  ${verificationKey}`);
  }
  if (!rows.some(({ insecure }) => insecure)) return;
  console.log("\nSome keys are INSECURE: anyone who knows their secrets can prove anything.");
  console.log("The verifier contracts of these keys refuse every chain that is not local.");
}

async function holdCeremony(args: SetupArguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const { compileCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const { takeCeremonySteps } = await import("../src/plugin/circuits/ceremony.ts");
  const plan = await toCircuitPlan(args, hre);
  const results = await takeCeremonySteps(await compileCircuits(plan), args, plan);
  if (args.json) {
    printJson(results);
    return;
  }
  if (results.length === 0) printNoCircuits(plan);
  for (const { name, zkey, started, contribution, beacon, report } of results) {
    console.log(`${name}\n  ${zkey}${started ? " (new)" : ""}`);
    if (contribution !== undefined) console.log(`  Contribution: ${contribution}`);
    if (beacon !== undefined) console.log(`  Beacon: ${beacon}`);
    if (report !== undefined) console.log(report.join("\n").replace(/^/gm, "  "));
  }
  if (args.contribute !== undefined) {
    console.log("\nPublish the hashes of your contributions: they prove that the keys hold them.");
  }
}

export default action;
