/** `hardhat rollup:compile`: compiles circuits only. */
import { type CommonArguments, defineAction, printJson, toCircuitPlan } from "./common.ts";

const action = defineAction<CommonArguments>(async (args, hre) => {
  const { compileCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const compiled = await compileCircuits(toCircuitPlan(args, hre));
  const rows = compiled.map(({ circuit }) => ({
    name: circuit.name,
    constraints: circuit.stats.constraints,
    r1cs: circuit.r1csPath,
    wasm: circuit.wasmPath,
    cached: circuit.cached,
  }));
  if (args.json) {
    printJson(rows);
    return;
  }
  for (const { name, constraints, r1cs, cached } of rows) {
    const source = cached ? "cached" : "compiled";
    console.log(`${name}: ${constraints.toLocaleString("en")} constraints, ${source}\n  ${r1cs}`);
  }
});

export default action;
