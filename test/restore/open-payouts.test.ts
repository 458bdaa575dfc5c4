/** Open payouts are found from L1 alone. */
import { expect } from "chai";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { findOpenPayouts, makeOpenPayouts } from "../../src/restore/open-payouts.ts";
import {
  createTestBlock,
  createTestRollup,
  kindOfSlots,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const PLENTY = 10n ** 18n;
const RECIPIENTS = Array.from({ length: 20 }, (_, i) => toChecksumAddress(0x1000n + BigInt(i)));

describe("open payouts", () => {
  /** Executes blocks, leaving the payouts of those with the given numbers open. */
  async function execute(fixture: TestRollup, blocks: readonly TestBlock[]) {
    const { client } = fixture;
    await client.proveBlocks(blocks.map(({ proveBlock }) => proveBlock));
    const executed = blocks.map(({ storedBlock, payouts }, index) => ({
      storedBlock,
      payouts: index % 2 === 1 ? [] : payouts,
    }));
    await client.executeBlocks(executed);
  }

  /** Blocks with payouts; those with even numbers are finalized only. */
  async function fourBlocks() {
    const fixture = await createTestRollup();
    const { client, genesis, rollup, networkHelpers } = fixture;
    await networkHelpers.setBalance(await rollup.getAddress(), PLENTY);
    const timestamp = await latestTimestamp(fixture);
    const operationsOf = (count: number, amount: bigint) =>
      RECIPIENTS.slice(0, count).map((recipient) => withdrawOperation(recipient, amount));
    const options = { timestamp, kind: kindOfSlots(32) };
    const dropped = createTestBlock(client, genesis, operationsOf(2, 99n), options);
    await client.commitBlocks(genesis, [dropped.commitBlock]);
    await client.revertBlocks([dropped.storedBlock]);
    const blocks: TestBlock[] = [];
    for (const count of [3, 20, 0, 2]) {
      const last = blocks.at(-1)?.storedBlock ?? genesis;
      const block = createTestBlock(client, last, operationsOf(count, 5n), options);
      await client.commitBlocks(last, [block.commitBlock]);
      blocks.push(block);
    }
    await execute(fixture, blocks);
    return { fixture, blocks };
  }

  it("are none where all are made", async () => {
    expect(await findOpenPayouts((await createTestRollup()).client)).to.deep.equal([]);
  });

  it("are found with their block, the whole list, and which are open", async () => {
    const { fixture, blocks } = await fourBlocks();
    const { client } = fixture;
    const [, second, , fourth] = blocks as [TestBlock, TestBlock, TestBlock, TestBlock];
    const indexes = (length: number) => Array.from({ length }, (_, i) => i);
    expect(await findOpenPayouts(client)).to.deep.equal([
      { storedBlock: second.storedBlock, payouts: second.payouts, open: indexes(20) },
      { storedBlock: fourth.storedBlock, payouts: fourth.payouts, open: indexes(2) },
    ]);
    await client.payOut(second, { first: 17, count: 2 });
    await client.payOut(second, { first: 0, count: 1 });
    const [rest] = await findOpenPayouts(client);
    expect(rest!.open).to.deep.equal(indexes(20).filter((i) => ![0, 17, 18].includes(i)));
    await client.payOut(fourth);
    const left = await findOpenPayouts(client);
    expect(left.map(({ storedBlock }) => storedBlock.blockNumber)).to.deep.equal([2]);
    await makeOpenPayouts(client, left);
    expect(await findOpenPayouts(client)).to.deep.equal([]);
    const { ethers } = fixture;
    for (const [index, recipient] of RECIPIENTS.entries()) {
      const times = [3, 20, 0, 2].filter((count) => index < count).length;
      expect(await ethers.provider.getBalance(recipient)).to.equal(5n * BigInt(times));
    }
  });

  it("of a block whose recipient burns the gas of more than one transaction are all made", async () => {
    const fixture = await createTestRollup();
    const { client, genesis, rollup, networkHelpers, ethers } = fixture;
    await networkHelpers.setBalance(await rollup.getAddress(), PLENTY);
    const burner = await ethers.deployContract("OddRecipient");
    await burner.setBehavior(2);
    const recipient = await burner.getAddress();
    const count = 200;
    const operations = Array.from({ length: count }, () => withdrawOperation(recipient, 5n));
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(client, genesis, operations, {
      timestamp,
      kind: kindOfSlots(256),
    });
    await client.commitBlocks(genesis, [block.commitBlock]);
    await client.proveBlocks([block.proveBlock]);
    await client.executeBlocks([block]);
    const found = await findOpenPayouts(client);
    expect(found.map(({ open }) => open.length)[0]).to.be.within(1, count - 1);
    let transactions = 0;
    await makeOpenPayouts(client, found, () => transactions++);
    expect(transactions).to.be.greaterThan(0);
    expect(await findOpenPayouts(client)).to.deep.equal([]);
    const kept = await rollup.pendingBalance(recipient, ethers.ZeroAddress);
    expect(kept).to.equal(5n * BigInt(count));
  });
});
