/**
 * Helpers of the attack tests: an attack on L2 must fail in TypeScript and in the circuit, and one
 * on L1 needs blocks in a certain phase.
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
import { wholeKind } from "./kinds.ts";
import { type Breach, buildCase, type Scene } from "./scene.ts";
import { loadBlockCircuit } from "./template-circuit.ts";
import {
  createTestBlock,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
} from "./test-rollup.ts";

export const preset = PRESETS.minimal;
export const kind = wholeKind(preset);

/** Loads the circuit of the preset's whole kind; it is compiled once and cached. */
export function attackedCircuit(): Promise<Circuit> {
  return loadBlockCircuit(preset, kind);
}

/**
 * Expects that an honest operator refuses the operations, and that the circuit refuses the witness
 * of a dishonest one, in which everything else is consistent.
 *
 * @param ruleInCircuit - The first rule to fail in the circuit, which may check in another order.
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

/** Expects that `applyBlock` and the circuit accept the operations. */
export async function expectPossible(scene: Scene, breach: Breach): Promise<AppliedBlock> {
  const { operations, feeAccountId = 0 } = breach;
  const { state, timestamp, domain } = scene;
  const block = { blockNumber: 1, timestamp, feeAccountId, kind, operations };
  const applied = applyBlock(state, block, domain);
  const input = createDishonestInput({ ...breach, state, block, domain });
  expect(input.newStateRoot).to.equal(applied.state.root);
  const circuit = await attackedCircuit();
  expect(circuit.checkWitness(await circuit.calculateWitness(input))).to.equal(null);
  return applied;
}

/** Commits and proves a block on top of `last`. @param kind - As of {@link createTestBlock}. */
export async function provenBlock(
  fixture: TestRollup,
  last: StoredBlock,
  operations: readonly PublicOperation[],
  kind?: number,
): Promise<TestBlock> {
  const timestamp = await latestTimestamp(fixture);
  const options = { timestamp, ...(kind !== undefined && { kind }) };
  const block = createTestBlock(fixture.client, last, operations, options);
  await fixture.client.commitBlocks(last, [block.commitBlock]);
  await fixture.client.proveBlocks([block.proveBlock]);
  return block;
}

/** Commits, proves and executes a block of the given operations on top of `last`. */
export async function executedBlock(
  fixture: TestRollup,
  last: StoredBlock,
  operations: readonly PublicOperation[],
): Promise<StoredBlock> {
  const { storedBlock, payouts } = await provenBlock(fixture, last, operations);
  await fixture.client.executeBlocks([{ storedBlock, payouts }]);
  return storedBlock;
}

/** Lets a request of `fixture.other` expire, and starts the exodus. */
export async function startExodus(fixture: TestRollup): Promise<void> {
  const { rollup, other, networkHelpers } = fixture;
  await rollup.connect(other).requestFullExit(0, ZeroAddress);
  await networkHelpers.time.increase(await rollup.priorityExpirationSeconds());
  await rollup.connect(other).activateExodusMode();
}
