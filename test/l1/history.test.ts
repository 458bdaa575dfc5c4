import { expect } from "chai";
import { readBlockEvents, readGenesis } from "../../src/l1/history.ts";
import {
  createTestBlock,
  createTestRollup,
  FEE_ACCOUNT_ADDRESS,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
} from "../helpers/test-rollup.ts";

describe("history of blocks", () => {
  let fixture: TestRollup;
  let first: TestBlock;
  let second: TestBlock;
  beforeEach(async () => {
    fixture = await createTestRollup();
    const timestamp = await latestTimestamp(fixture);
    first = createTestBlock(fixture.client, fixture.genesis, [], { timestamp });
    second = createTestBlock(fixture.client, first.storedBlock, [], { timestamp, slots: 16 });
  });

  const readAll = async () => {
    const { client, ethers } = fixture;
    const range = { fromBlock: 0, toBlock: await ethers.provider.getBlockNumber() };
    return readBlockEvents(client.contract, range);
  };

  it("starts with the parameters of the genesis state", async () => {
    const { client, genesis } = fixture;
    const start = await readGenesis(client.contract, { fromBlock: 0, toBlock: 10 });
    expect(start.storedBlock).to.deep.equal(genesis);
    expect(start.feeAccountAddress).to.equal(FEE_ACCOUNT_ADDRESS);
    expect([start.accountCapacity, start.tokenCapacity]).to.deep.equal([4096, 64]);
  });

  it("lists all events in order, including reverted blocks", async () => {
    const { client, genesis, ethers } = fixture;
    await client.commitBlocks(genesis, [first.commitBlock, second.commitBlock]);
    await client.revertBlocks([second.storedBlock]);
    await client.proveBlocks([first.proveBlock]);
    const { transaction } = await client.commitBlocks(first.storedBlock, [second.commitBlock]);
    await client.executeBlocks([{ storedBlock: first.storedBlock, payouts: [] }]);
    const history = await readAll();
    const { storedBlock, commitBlock } = second;
    expect(history.map(({ event }) => event)).to.deep.equal([
      { type: "committed", storedBlock: first.storedBlock, commitBlock: first.commitBlock },
      { type: "committed", storedBlock, commitBlock },
      { type: "reverted", committedBlocks: 1 },
      { type: "proven", provenBlocks: 1 },
      { type: "committed", storedBlock, commitBlock },
      { type: "executed", blockNumber: 1 },
    ]);
    const block = await ethers.provider.getBlock(transaction.blockNumber);
    expect(history[4]!.l1Block).to.deep.equal({ number: block!.number, hash: block!.hash });
  });
});
