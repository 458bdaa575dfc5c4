/** What the attack tests have in common: an attack on L2 has to fail twice. */
import { expect } from "chai";
import { applyBlock, type AppliedBlock } from "../../src/block/block.ts";
import type { Circuit } from "../../src/circuits/circuit.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "./dishonest-input.ts";
import { expectCode } from "./expect-code.ts";
import { expectCircuitRefusal } from "./forged-witness.ts";
import type { RuleTag } from "./invalid-cases.ts";
import { type Breach, buildCase, type Scene } from "./scene.ts";
import { loadBlockCircuit } from "./template-circuit.ts";

export const preset = PRESETS.minimal;
const SLOTS = preset.blockSlots[0]!;

/** The circuit of the preset's smallest block; compiled once, kept in the cache. */
export function attackedCircuit(): Promise<Circuit> {
  return loadBlockCircuit(preset, SLOTS);
}

/**
 * Expects that an honest operator refuses the operations, and that a dishonest one, who makes
 * everything else fit, finds no witness: the rule in question stands in the circuit.
 */
export async function expectImpossible(rule: RuleTag, scene: Scene, breach: Breach): Promise<void> {
  const { refuse, createInput } = buildCase(scene, breach);
  expectCode(rule, refuse);
  await expectCircuitRefusal(await attackedCircuit(), createInput(), rule);
}

/** Expects that the operations are right, for `applyBlock` and for the circuit. */
export async function expectPossible(scene: Scene, breach: Breach): Promise<AppliedBlock> {
  const { operations, feeAccountId = 0 } = breach;
  const { state, timestamp, domain } = scene;
  const block = { blockNumber: 1, timestamp, feeAccountId, slots: SLOTS, operations };
  const applied = applyBlock(state, block, domain);
  const input = createDishonestInput({ ...breach, state, block, domain });
  expect(input.newStateRoot).to.equal(applied.state.root);
  const circuit = await attackedCircuit();
  expect(circuit.checkWitness(await circuit.calculateWitness(input))).to.equal(null);
  return applied;
}
