/** `hardhat rollup:circuits`: constraints of the rollup's circuits. */
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { CircuitCost } from "../src/plugin/circuits/measure.ts";
import { type CommonArguments, defineAction, printJson, row, toPlan } from "./common.ts";

const COLUMNS = [
  "circuit",
  "slots",
  "levels",
  "tokens",
  "constraints",
  "per slot",
  "one slot",
  "shared",
  "wires",
  "public inputs",
  "counted",
];

function toCells(cost: CircuitCost): string[] {
  const counts = [
    cost.constraints,
    cost.constraintsPerSlot,
    cost.slotConstraints,
    cost.sharedConstraints,
    cost.wires,
    cost.publicInputs,
  ];
  const kind = [String(cost.slots), String(cost.levels), cost.tokens];
  return [cost.name, ...kind, ...counts.map((count) => count.toLocaleString("en")), cost.counted];
}

const action = defineAction<CommonArguments>(async (args, hre) => {
  const { measureBlockCircuits } = await import("../src/plugin/circuits/measure.ts");
  const plan = toPlan(args, hre);
  const costs = await measureBlockCircuits(plan);
  if (args.json) {
    printJson(costs);
    return;
  }
  console.log(
    formatTable([
      { type: "section-header", text: `Circuits of the preset ${plan.preset}` },
      { type: "header", cells: COLUMNS },
      ...costs.map((cost) => row(...toCells(cost))),
    ]),
  );
});

export default action;
