/** `hardhat rollup:compile`: compiles circuits only. */
import {
  type CircuitArguments,
  defineAction,
  printJson,
  printNoCircuits,
  toCircuitPlan,
} from "./common.ts";

interface CompileArguments extends CircuitArguments {
  readonly inspect: boolean;
}

const action = defineAction<CompileArguments>(async (args, hre) => {
  const { compileCircuits } = await import("../src/plugin/circuits/pipeline.ts");
  const given = await toCircuitPlan(args, hre);
  const plan = args.inspect ? { ...given, inspects: true } : given;
  const compiled = await compileCircuits(plan);
  const rows = compiled.map(({ circuit, name }) => ({
    name,
    constraints: circuit.stats.constraints,
    r1cs: circuit.r1csPath,
    wasm: circuit.wasmPath,
    cached: circuit.cached,
  }));
  if (args.json) {
    printJson(rows);
    return;
  }
  if (rows.length === 0) printNoCircuits(plan);
  for (const { name, constraints, r1cs, cached } of rows) {
    const source = cached ? "cached" : "compiled";
    console.log(`${name}: ${constraints.toLocaleString("en")} constraints, ${source}\n  ${r1cs}`);
  }
});

export default action;
