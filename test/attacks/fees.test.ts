import { expect } from "chai";
import type { Block } from "../../src/block/block.ts";
import { headerWord } from "../../src/block/commitment.ts";
import type { BlockWitnessInput } from "../../src/block/witness-input.ts";
import { newAccount } from "../../src/state/account.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { tokenCapacity } from "../../src/protocol/presets.ts";
import {
  attackedCircuit,
  expectImpossible,
  expectPossible,
  kind,
  preset,
} from "../helpers/attacks.ts";
import { createDishonestInput, recommit } from "../helpers/dishonest-input.ts";
import { expectL1Refusal } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { createScene, FEE, operationBy, type Scene, transferTo } from "../helpers/scene.ts";
import { createTestBlock, createTestRollup, latestTimestamp } from "../helpers/test-rollup.ts";

const random = createRandom();

describe(`Attacks on fees, ${random.title}`, () => {
  let scene: Scene;
  let block: Block;
  beforeEach(() => {
    scene = createScene(random, preset);
    const { timestamp, bob } = scene;
    const operations = [operationBy(scene, transferTo(bob))];
    block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations };
  });

  /** The attacker's input for the block on a given state. */
  function inputOn(state: RollupState, changes: Partial<Block> = {}): BlockWitnessInput {
    return createDishonestInput({ state, block: { ...block, ...changes }, domain: scene.domain });
  }

  it("a fee account that the operator changes between commit and prove", async () => {
    const fixture = await createTestRollup();
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock, storedBlock } = createTestBlock(client, genesis, [], { timestamp });
    await client.commitBlocks(genesis, [commitBlock]);
    const mine = createTestBlock(client, genesis, [], { timestamp, feeAccountId: 5 });
    const call = client.proveBlocks([{ ...mine.proveBlock, storedBlock }]);
    await expectL1Refusal("CommitmentMismatch", call);
  });

  it("a fee account that the operator changes in the proof alone", async () => {
    const { state, bob } = scene;
    const mine = inputOn(state, { feeAccountId: bob.accountId });
    const circuit = await attackedCircuit();
    await circuit.calculateWitness(mine);
    const forged = { ...mine, header: headerWord(block) };
    await expectCircuitRefusal(circuit, recommit(forged, block.operations));
  });

  it("a fee account that nobody owns", async () => {
    const breach = { operations: block.operations, feeAccountId: scene.emptyId };
    await expectImpossible("FEE_ACCOUNT_NOT_FOUND", scene, breach);
  });

  // zkSync v1 did not constrain a part of the fee account's path: its old and new hash could differ
  // in more than the fees (matter-labs/zksync, 279887c0d).
  it("regression of zkSync v1: the path of the fee account is constrained", async () => {
    const { state, tokenId, bob, emptyId } = scene;
    const otherToken = (tokenId + 1) % tokenCapacity(preset);
    const account = state.account(0);
    const fortune = 1n << 100n;
    const forgedStates: Record<string, RollupState> = {
      "another token of the fee account": state.update(0, otherToken, { balance: fortune }),
      "the token of the fee": state.update(0, tokenId, { balance: fortune }),
      "somebody else's balance": state.update(bob.accountId, tokenId, { balance: fortune }),
      "a new account": state.update(emptyId, 0, {
        account: newAccount(bob.address),
        balance: fortune,
      }),
      "the fee account's key": state.update(0, 0, { account: { ...account, pubKeyHash: 7n } }),
      "the fee account's owner": state.update(0, 0, { account: { ...account, address: 7n } }),
      "the fee account's nonce": state.update(0, 0, { account: { ...account, nonce: 7 } }),
    };
    const circuit = await attackedCircuit();
    const honest = inputOn(state);
    for (const [what, forgedState] of Object.entries(forgedStates)) {
      const forged = inputOn(forgedState);
      expect(forged.newStateRoot, what).to.not.equal(honest.newStateRoot);
      await circuit.calculateWitness(forged);
      const mixed = withFeesOf(honest, forged);
      await expectCircuitRefusal(circuit, recommit(mixed, block.operations));
    }
  });

  it("regression of zkSync v1: the fee account gets exactly the fees", async () => {
    const { state, tokenId } = scene;
    const { state: after } = await expectPossible(scene, { operations: block.operations });
    expect(after.balance(0, tokenId)).to.equal(state.balance(0, tokenId) + FEE);
    const circuit = await attackedCircuit();
    const more = state.update(0, tokenId, { balance: 1n });
    const { newStateRoot } = inputOn(more);
    const richer = { ...inputOn(state), newStateRoot };
    await expectCircuitRefusal(circuit, recommit(richer, block.operations));
  });
});

/** The slots of one input, with the fee account's branches and the new root of another. */
function withFeesOf(honest: BlockWitnessInput, forged: BlockWitnessInput): BlockWitnessInput {
  const isOfFees = (name: string) => name.startsWith("fee") || name === "newStateRoot";
  const fees = Object.entries(forged).filter(([name]) => isOfFees(name));
  return { ...honest, ...Object.fromEntries(fees) };
}
