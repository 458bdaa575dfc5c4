/**
 * Measures the rollup's circuits without compiling the largest of them.
 *
 * Constraints and wires of block circuits of the same levels and tokens are linear in the slots and
 * in the links of the digest chain: n = shared + slot·(slots − 2) + link·(links − 1). So three
 * small circuits determine the exact size of all of them; small circuits are compiled as well.
 */
import { blockCircuitName } from "../../block/circuit.ts";
import type { R1csHeader } from "../../groth16/formats/r1cs.ts";
import { digestLinks } from "../../protocol/kind-costs.ts";
import {
  BLOCK_SLOTS_MIN,
  type BlockKind,
  blockKindId,
  blockKindName,
} from "../../protocol/kinds.ts";
import { PRESETS } from "../../protocol/presets.ts";
import { PUBLIC_INPUTS } from "../../protocol/public-inputs.ts";
import { assert } from "../../util/errors.ts";
import { sizedPreset } from "../config/resolve.ts";
import { compileRollupCircuit } from "./pipeline.ts";
import type { BuildPlan } from "./plan.ts";

/** Costs of the circuit of a kind of block. */
export interface CircuitCost extends BlockKind {
  readonly name: string;
  /** Name of the kind. */
  readonly kind: string;
  readonly constraints: number;
  /** All constraints divided by the slots, rounded up. */
  readonly constraintsPerSlot: number;
  /** Constraints that one slot adds. */
  readonly slotConstraints: number;
  /** Constraints outside of slots: header, fees, the links of the digest chain. */
  readonly sharedConstraints: number;
  readonly wires: number;
  readonly publicInputs: number;
  /** Whether this circuit was compiled, or its numbers are derived from smaller ones. */
  readonly counted: "compiled" | "derived";
}

/** Maximum constraints of a circuit that is compiled for counting; more takes minutes. */
const COMPILED_CONSTRAINTS_MAX = 2 ** 19;
const SMALLEST = BLOCK_SLOTS_MIN;

type Counts = Pick<R1csHeader, "constraints" | "wires">;
type Count = keyof Counts;

/** Slots of the smallest block whose digest takes two links. */
const TWO_LINKS = smallestWithLinks(2);

function smallestWithLinks(links: number): number {
  let slots = SMALLEST;
  while (digestLinks(slots) < links) slots++;
  return slots;
}

/** Divides the constraints of a block by its slots, rounded up. */
export function constraintsPerSlot(constraints: number, slots: number): number {
  return Math.ceil(constraints / slots);
}

/** Counts of the circuits of kinds that differ in their slots alone. */
interface Model {
  readonly slotConstraints: number;
  derive(slots: number): Counts;
}

/** Compiles three small circuits of a kind's levels and tokens. */
async function createModel(kind: BlockKind, plan: BuildPlan): Promise<Model> {
  const compile = async (slots: number) =>
    (await compileRollupCircuit(blockKindId({ ...kind, slots }), plan)).stats;
  const first = await compile(SMALLEST);
  const next = await compile(SMALLEST + 1);
  const linked = await compile(TWO_LINKS);
  const slot = (count: Count) => next[count] - first[count];
  const link = (count: Count) =>
    linked[count] - first[count] - (TWO_LINKS - SMALLEST) * slot(count);
  const derive = (count: Count, slots: number) =>
    first[count] + (slots - SMALLEST) * slot(count) + (digestLinks(slots) - 1) * link(count);
  return {
    slotConstraints: slot("constraints"),
    derive: (slots) => ({
      constraints: derive("constraints", slots),
      wires: derive("wires", slots),
    }),
  };
}

/**
 * Measures the circuit of each kind of block.
 *
 * @param kinds - Default: those of the plan's preset.
 * @throws BLOCK_KINDS_UNSUITABLE
 */
export async function measureBlockCircuits(
  plan: BuildPlan,
  kinds = sizedPreset(plan.config, plan.preset).blockKinds,
): Promise<CircuitCost[]> {
  const models = new Map<number, Model>();
  const costs: CircuitCost[] = [];
  for (const kind of kinds) {
    const family = blockKindId({ ...kind, slots: SMALLEST });
    const model = models.get(family) ?? (await createModel(kind, plan));
    models.set(family, model);
    costs.push(await measureCircuit(kind, model, plan));
  }
  return costs;
}

async function measureCircuit(
  kind: BlockKind,
  { derive, slotConstraints }: Model,
  plan: BuildPlan,
): Promise<CircuitCost> {
  const { slots } = kind;
  const { constraints, wires } = derive(slots);
  const counted = constraints <= COMPILED_CONSTRAINTS_MAX ? "compiled" : "derived";
  if (counted === "compiled") {
    const { stats } = await compileRollupCircuit(blockKindId(kind), plan);
    assert(stats.constraints === constraints, "constraints are linear in slots and links");
    assert(stats.wires === wires, "wires are linear in slots and links");
  }
  return {
    name: blockCircuitName(PRESETS[plan.preset], kind),
    kind: blockKindName(kind),
    ...kind,
    constraints,
    constraintsPerSlot: constraintsPerSlot(constraints, slots),
    slotConstraints,
    sharedConstraints: constraints - slots * slotConstraints,
    wires,
    publicInputs: PUBLIC_INPUTS.length,
    counted,
  };
}
