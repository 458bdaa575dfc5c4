/**
 * What the attack tests have in common: an attack on L2 has to fail twice, and one on L1 needs
 * blocks in a certain phase.
 */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { applyBlock, type AppliedBlock } from "../../src/block/block.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "./dishonest-input.ts";
import { expectCode } from "./expect-code.ts";
import { expectCircuitRefusal } from "./forged-witness.ts";
import type { RuleTag } from "./invalid-cases.ts";
import { type Breach, buildCase, type Scene } from "./scene.ts";
import { loadBlockCircuit } from "./template-circuit.ts";
import {
  createTestBlock,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
} from "./test-rollup.ts";

export const preset = PRESETS.minimal;
const SLOTS = preset.blockSlots[0]!;

/** The circuit of the preset's smallest block; compiled once, kept in the cache. */
export function attackedCircuit(): Promise<Circuit> {
  return loadBlockCircuit(preset, SLOTS);
}

/**
 * Expects that an honest operator refuses the operations, and that a dishonest one, who makes
 * everything else fit, finds no witness: the rule stands in the circuit.
 *
 * @param ruleInCircuit - The first to fail there, if it is not the same: the order differs.
 */
export async function expectImpossible(
  rule: RuleTag,
  scene: Scene,
  breach: Breach,
  ruleInCircuit = rule,
): Promise<void> {
  const { refuse, createInput } = buildCase(scene, breach);
  expectCode(rule, refuse);
  await expectCircuitRefusal(await attackedCircuit(), createInput(), ruleInCircuit);
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

/** Commits and proves a block of the given operations on top of `last`. */
export async function provenBlock(
  fixture: TestRollup,
  last: StoredBlock,
  operations: readonly PublicOperation[],
  slots?: number,
): Promise<TestBlock> {
  const timestamp = await latestTimestamp(fixture);
  const sized = slots === undefined ? {} : { slots };
  const block = createTestBlock(fixture.client, last, operations, { timestamp, ...sized });
  await fixture.client.commitBlocks(last, [block.commitBlock]);
  await fixture.client.proveBlocks([block.proveBlock]);
  return block;
}

/** As {@link provenBlock}, and executes it. */
export async function executedBlock(
  fixture: TestRollup,
  last: StoredBlock,
  operations: readonly PublicOperation[],
): Promise<StoredBlock> {
  const { storedBlock, payouts } = await provenBlock(fixture, last, operations);
  await fixture.client.executeBlocks([{ storedBlock, payouts }]);
  return storedBlock;
}

/** Lets a request of `fixture.other` wait too long, and starts the exodus. */
export async function startExodus(fixture: TestRollup): Promise<void> {
  const { rollup, other, networkHelpers } = fixture;
  await rollup.connect(other).requestFullExit(0, ZeroAddress);
  await networkHelpers.time.increase(await rollup.priorityExpirationSeconds());
  await rollup.connect(other).activateExodusMode();
}
