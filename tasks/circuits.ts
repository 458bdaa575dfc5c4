/** `hardhat rollup:circuits`: what the rollup's circuits cost. */
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { CircuitCost } from "../src/plugin/circuits/measure.ts";
import { type CommonArguments, defineAction, printJson, toCircuitPlan } from "./common.ts";

const COLUMNS = [
  "circuit",
  "slots",
  "constraints",
  "per slot",
  "shared",
  "wires",
  "public inputs",
  "counted",
];

function toCells(cost: CircuitCost): string[] {
  const { name, slots, constraints, constraintsPerSlot, sharedConstraints } = cost;
  const counts = [slots, constraints, constraintsPerSlot, sharedConstraints, cost.wires];
  const cells = [...counts, cost.publicInputs].map((count) => count.toLocaleString("en"));
  return [name, ...cells, cost.counted];
}

export default defineAction<CommonArguments>(async (args, hre) => {
  const { measureBlockCircuits } = await import("../src/plugin/circuits/measure.ts");
  const plan = toCircuitPlan(args, hre);
  const costs = await measureBlockCircuits(plan);
  if (args.json) return printJson(costs);
  console.log(
    formatTable([
      { type: "section-header", text: `Circuits of the preset ${plan.preset}` },
      { type: "header", cells: COLUMNS },
      ...costs.map((cost) => ({ type: "row" as const, cells: toCells(cost) })),
    ]),
  );
});
