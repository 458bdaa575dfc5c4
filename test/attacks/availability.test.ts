/** Operators that stop, censor or hide data: users get their money without them. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connectRollup } from "../../src/l1/client.ts";
import { negate } from "../../src/crypto/field.ts";
import type { Operation, PublicOperation } from "../../src/operations/operation.ts";
import { OPERATIONS } from "../../src/operations/table.ts";
import { EXTENSION_OP_SHIFT_BITS } from "../../src/protocol/constants.ts";
import { attackedCircuit, executedBlock, kind, preset, provenBlock } from "../helpers/attacks.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectL1Refusal } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { createScene } from "../helpers/scene.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
  withdrawOperation,
  ZERO_PROOF,
} from "../helpers/test-rollup.ts";

const EXPIRATION_SECONDS = 1000;
const FUNDS = 1000n;
const random = createRandom();

describe(`Attacks on availability, ${random.title}`, () => {
  let fixture: TestRollup;
  let deposit: PublicOperation<"deposit">;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", {
      priorityExpirationSeconds: EXPIRATION_SECONDS,
    });
    const { client, user } = fixture;
    await client.depositEth(user.address, FUNDS);
    const owner = BigInt(user.address);
    deposit = { type: "deposit", accountId: 1, tokenId: 0, owner, amount: FUNDS };
  });

  async function committedBlock(): Promise<TestBlock> {
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(client, genesis, [deposit], { timestamp });
    await client.commitBlocks(genesis, [block.commitBlock]);
    return block;
  }

  /** Another validator, set by the governor in place of the first. */
  async function successor() {
    const { rollup, governor, validator, other, client } = fixture;
    await rollup.connect(governor).setValidator(validator.address, false);
    await rollup.connect(governor).setValidator(other.address, true);
    return connectRollup(client, other);
  }

  /** Expects that the user gets the deposit back in exodus. */
  async function expectDepositBack() {
    const { ethers, rollup, networkHelpers, user, other } = fixture;
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    const anybody = rollup.connect(other);
    await anybody.activateExodusMode();
    const request = { requestId: 0, owner: user.address, tokenId: 0, amount: FUNDS };
    await anybody.cancelDeposits([request]);
    await expect(anybody.withdrawPendingBalance(user.address, ZeroAddress)).to.changeEtherBalance(
      ethers,
      user,
      FUNDS,
    );
  }

  async function expectExodusError(call: Promise<unknown>) {
    await expectL1Refusal("ExodusMode", call);
  }

  it("a validator that stops before it commits: deposits are cancelled", async () => {
    await expectDepositBack();
  });

  it("a validator that stops after commit: anyone proves, a successor executes", async () => {
    const { client, rollup, user } = fixture;
    const { proveBlock } = await committedBlock();
    await (await connectRollup(client, user)).proveBlocks([proveBlock]);
    const heir = await successor();
    // The successor reads everything it needs from L1.
    const storedBlock = await heir.readStoredBlock(1);
    await heir.executeBlocks([{ storedBlock, payouts: [] }]);
    expect((await rollup.blockCounts()).executed).to.equal(1n);
  });

  it("a validator that stops after commit: a successor reverts the block", async () => {
    const { rollup, genesis } = fixture;
    const { storedBlock } = await committedBlock();
    const heir = await successor();
    await heir.revertBlocks([storedBlock]);
    expect((await rollup.priorityQueue()).firstUncommitted).to.equal(0n);
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(fixture.client, genesis, [deposit], { timestamp });
    await heir.commitBlocks(genesis, [commitBlock]);
  });

  it("a validator that stops after commit: without a successor deposits are cancelled", async () => {
    const { proveBlock } = await committedBlock();
    await expectDepositBack();
    await expectExodusError(fixture.client.proveBlocks([proveBlock]));
  });

  it("a validator that stops after prove: a successor executes", async () => {
    const { rollup, genesis } = fixture;
    const { storedBlock, payouts } = await provenBlock(fixture, genesis, [deposit]);
    await (await successor()).executeBlocks([{ storedBlock, payouts }]);
    expect((await rollup.priorityQueue()).firstOpen).to.equal(1n);
  });

  it("a validator that stops after prove: without a successor deposits are cancelled", async () => {
    const { storedBlock, payouts } = await provenBlock(fixture, fixture.genesis, [deposit]);
    await expectDepositBack();
    await expectExodusError(fixture.client.executeBlocks([{ storedBlock, payouts }]));
  });

  it("a validator that stops after prove: a withdrawal in that block exits instead", async () => {
    const { ethers, rollup, client, networkHelpers, genesis, user, other } = fixture;
    const last = await executedBlock(fixture, genesis, [deposit]);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    const withdrawal = [withdrawOperation(user.address, FUNDS)];
    const { storedBlock, payouts } = await provenBlock(fixture, last, withdrawal);
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    const anybody = rollup.connect(other);
    await anybody.activateExodusMode();
    const claim = { accountId: 1, tokenId: 0, owner: user.address, amount: FUNDS };
    await expect(anybody.performExit(last, claim, ZERO_PROOF)).to.changeEtherBalance(
      ethers,
      user,
      FUNDS,
    );
    await expectExodusError(client.executeBlocks([{ storedBlock, payouts }]));
  });

  it("an operator that censors: no full exit can be skipped or delayed", async () => {
    const { rollup, client, genesis, user, networkHelpers } = fixture;
    const last = await executedBlock(fixture, genesis, [deposit]);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    await client.depositEth(user.address, 1n);
    const passedOver = { ...deposit, amount: 1n };
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(client, last, [passedOver], { timestamp });
    await expectL1Refusal("PriorityRequestMismatch", client.commitBlocks(last, [commitBlock]));
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    await rollup.activateExodusMode();
    expect(await rollup.exodusMode()).to.equal(true);
  });

  it("an operator that censors: blocks without requests extend no expiration", async () => {
    const { rollup, genesis, networkHelpers } = fixture;
    await networkHelpers.time.increase(EXPIRATION_SECONDS - 100);
    await executedBlock(fixture, genesis, []);
    await networkHelpers.time.increase(100);
    await rollup.activateExodusMode();
    expect(await rollup.exodusMode()).to.equal(true);
  });

  it("an operator that hides data: a contract cannot compute it during the call", async () => {
    const { ethers, rollup, governor, user, genesis } = fixture;
    const maker = await ethers.deployContract("OddRecipient");
    await rollup.connect(governor).setValidator(maker, true);
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(fixture.client, genesis, [deposit], { timestamp });
    const blocks = [{ ...commitBlock, authorizations: [] }];
    const commit = rollup.interface.encodeFunctionData("commitBlocks", [genesis, blocks]);
    await maker.setReentrantCall(rollup, commit);
    await maker.setBehavior(4); // calls back when it is paid
    await user.sendTransaction({ to: maker, value: 1n });
    expect(await maker.reentered()).to.equal(false);
    expect((await rollup.blockCounts()).committed).to.equal(0n);
    await fixture.client.commitBlocks(genesis, [commitBlock]);
  });

  it("an operator that hides data: an account with a delegation cannot either", async () => {
    const { client, rollup, networkHelpers, validator, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(client, genesis, [deposit], { timestamp });
    const delegation = `0xef0100${(await rollup.verifier()).slice(2)}`; // EIP-7702
    await networkHelpers.setCode(validator.address, delegation);
    await expectL1Refusal("CommitNotDirect", client.commitBlocks(genesis, [commitBlock]));
    await networkHelpers.setCode(validator.address, "0x");
    await client.commitBlocks(genesis, [commitBlock]);
  });

  it("an operator that hides data: no block is committed without public data", async () => {
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(client, genesis, [deposit], { timestamp });
    const hidden = { ...commitBlock, pubdata: new Uint8Array() };
    await expectL1Refusal("PubdataTooShort", client.commitBlocks(genesis, [hidden]));
  });

  for (const type of ["deposit", "fullExit", "refund"] as const) {
    it(`an operator that hides data: no ${type} is proven without its extension`, async () => {
      const { state, domain, timestamp } = createScene(random, preset);
      const accountId = type === "deposit" ? state.nextAccountId : 0;
      const operation: Operation = { type, accountId, tokenId: 0, owner: 0n, amount: 0n };
      const block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations: [operation] };
      // L1 has zeros for what is left out; with this address, so would the circuit.
      const address = negate(BigInt(OPERATIONS[type].code) << BigInt(EXTENSION_OP_SHIFT_BITS));
      const input = createDishonestInput({ state, block, domain, forcedSignals: [{ address }] });
      await expectCircuitRefusal(await attackedCircuit(), input);
    });
  }
});
