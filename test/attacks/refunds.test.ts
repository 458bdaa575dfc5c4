/** See also test/contracts/refunds.test.ts, on what a refund must match. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import {
  attackedCircuit,
  executedBlock,
  expectPossible,
  kind,
  preset,
  provenBlock,
  startExodus,
} from "../helpers/attacks.ts";
import { expectL1Refusal } from "../helpers/expect-code.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { BALANCE, createScene, refund, stranger } from "../helpers/scene.ts";
import { createTestRollup, refundOf, type TestRollup } from "../helpers/test-rollup.ts";

const random = createRandom();
const FUNDS = 1000n;

describe(`Attacks on refunds: the circuit, ${random.title}`, () => {
  it("deposit refunded and credited: a refund changes no balance", async () => {
    const scene = createScene(random, preset);
    const { state, timestamp, domain, tokenId, bob } = scene;
    const operations = [refund(scene, bob, 100n), refund(scene, stranger(scene), 1n)];
    const after = await expectPossible(scene, { operations });
    expect(after.state.root).to.equal(state.root);
    expect(after.payouts.map(({ amount }) => amount)).to.deep.equal([100n, 1n]);
    const header = { blockNumber: 1, timestamp, feeAccountId: 0 };
    const block = { ...header, kind, operations };
    const credited = state.update(bob.accountId, tokenId, { balance: BALANCE + 100n });
    const input = createDishonestInput({ state, block, domain });
    const theft = { ...input, newStateRoot: credited.root };
    await expectCircuitRefusal(await attackedCircuit(), theft);
  });

  it("refund hidden from L1: the proof covers its extension", async () => {
    const scene = createScene(random, preset);
    const { state, timestamp, domain } = scene;
    const header = { blockNumber: 1, timestamp, feeAccountId: 0, kind };
    const claim = { state, domain };
    const shown = createDishonestInput({
      ...claim,
      block: { ...header, operations: [refund(scene, scene.bob)] },
    });
    const { digest, y } = createDishonestInput({ ...claim, block: { ...header, operations: [] } });
    await expectCircuitRefusal(await attackedCircuit(), { ...shown, digest, y });
  });
});

describe("Attacks on refunds: L1", () => {
  let fixture: TestRollup;
  let deposit: PublicOperation<"deposit">;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", { priorityExpirationSeconds: 1000 });
    const { client, user } = fixture;
    await client.depositEth(user.address, FUNDS);
    const owner = BigInt(user.address);
    deposit = { type: "deposit", accountId: 1, tokenId: 0, owner, amount: FUNDS };
  });

  const commit = (last: StoredBlock, operations: readonly PublicOperation[]) =>
    provenBlock(fixture, last, operations);

  const cancel = () => {
    const { client, user } = fixture;
    const owner = BigInt(user.address);
    return client.cancelDeposits([{ ...deposit, type: "deposit", requestId: 0, owner }]);
  };

  async function pending(): Promise<bigint> {
    return fixture.rollup.pendingBalance(fixture.user.address, ZeroAddress);
  }

  const held = () => fixture.ethers.provider.getBalance(fixture.client.rollupAddress);

  it("deposit refunded twice: not in one block, the next, or a second execution", async () => {
    const { client, genesis } = fixture;
    await client.depositEth(fixture.other.address, FUNDS);
    const back = refundOf(deposit);
    await expectL1Refusal("PriorityRequestMismatch", commit(genesis, [back, back]));
    const block = await provenBlock(fixture, genesis, [back]);
    await expectL1Refusal("PriorityRequestMismatch", commit(block.storedBlock, [back]));
    const execution = [{ storedBlock: block.storedBlock, payouts: block.payouts }];
    await client.executeBlocks(execution);
    await expectL1Refusal("BlockOutOfOrder", client.executeBlocks(execution));
    await expectL1Refusal("PriorityRequestMismatch", commit(block.storedBlock, [back]));
    expect([await held(), await pending()]).to.deep.equal([FUNDS, 0n]);
  });

  it("deposit refunded and credited: a request is served once, in one of the two ways", async () => {
    const { genesis } = fixture;
    const back = refundOf(deposit);
    for (const operations of [
      [back, deposit],
      [deposit, back],
    ]) {
      await expectL1Refusal("PriorityRequestMismatch", commit(genesis, operations));
    }
    const last = await executedBlock(fixture, genesis, [deposit]);
    await expectL1Refusal("PriorityRequestMismatch", commit(last, [back]));
    expect(await held()).to.equal(FUNDS);
  });

  it("deposit refunded and cancelled: before execution, it is cancelled once", async () => {
    const { client, rollup, user, ethers, genesis } = fixture;
    const { storedBlock, payouts } = await provenBlock(fixture, genesis, [refundOf(deposit)]);
    await startExodus(fixture);
    await cancel();
    await expectL1Refusal("DepositUnknown", cancel());
    await expectL1Refusal("ExodusMode", client.executeBlocks([{ storedBlock, payouts }]));
    await expect(rollup.withdrawPendingBalance(user.address, ZeroAddress)).to.changeEtherBalance(
      ethers,
      user,
      FUNDS,
    );
    expect([await held(), await pending()]).to.deep.equal([0n, 0n]);
  });

  it("deposit refunded and cancelled: after execution, it cannot be cancelled", async () => {
    await executedBlock(fixture, fixture.genesis, [refundOf(deposit)]);
    await startExodus(fixture);
    await expectL1Refusal("DepositExecuted", cancel());
    expect([await held(), await pending()]).to.deep.equal([0n, 0n]);
  });

  it("refund of somebody else's request: a full exit cannot be refunded", async () => {
    const { rollup, genesis, other } = fixture;
    const last = await executedBlock(fixture, genesis, [deposit]);
    await rollup.connect(other).requestFullExit(0, ZeroAddress);
    const owner = BigInt(other.address);
    for (const amount of [0n, FUNDS]) {
      const theft = { type: "refund", tokenId: 0, owner, amount } as const;
      await expectL1Refusal("PriorityRequestMismatch", commit(last, [theft]));
    }
    expect(await held()).to.equal(FUNDS);
  });
});
