/** `hardhat rollup:setup`: development keys of all circuits. */
import { type CommonArguments, defineAction, printJson, toCircuitPlan } from "./common.ts";

const action = defineAction<CommonArguments>(async (args, hre) => {
  const { compileCircuits, setUpCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const { verificationKeyPath } = await import("../src/plugin/circuits/verifiers.ts");
  const plan = toCircuitPlan(args, hre);
  const keyed = await setUpCircuits(await compileCircuits(plan), plan);
  const rows = keyed.map(({ circuit, zkeyPath }) => ({
    name: circuit.name,
    zkey: zkeyPath,
    verificationKey: verificationKeyPath(zkeyPath),
    insecure: true,
  }));
  if (args.json) {
    printJson(rows);
    return;
  }
  for (const { name, zkey, verificationKey } of rows) {
    console.log(`${name}\n  ${zkey}\n  ${verificationKey}`);
  }
  console.log("\nThese keys are INSECURE: whoever knows the seed can prove anything.");
  console.log("The verifier contracts of these keys refuse every chain that is not local.");
});

export default action;
