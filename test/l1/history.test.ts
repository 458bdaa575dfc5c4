import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connectRollup } from "../../src/l1/client.ts";
import { readGenesis, readHistory, readSideEvents } from "../../src/l1/history.ts";
import { PAYOUTS_NOT_COUNTED } from "../../src/l1/types.ts";
import {
  createTestBlock,
  createTestRollup,
  FEE_ACCOUNT_ADDRESS,
  kindOfSlots,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

describe("history of blocks", () => {
  let fixture: TestRollup;
  let first: TestBlock;
  let second: TestBlock;
  beforeEach(async () => {
    fixture = await createTestRollup();
    const timestamp = await latestTimestamp(fixture);
    first = createTestBlock(fixture.client, fixture.genesis, [], { timestamp });
    second = createTestBlock(fixture.client, first.storedBlock, [], {
      timestamp,
      kind: kindOfSlots(16),
    });
  });

  const readAll = async () => {
    const { client, ethers } = fixture;
    const range = { fromBlock: 0, toBlock: await ethers.provider.getBlockNumber() };
    return readHistory(client.contract, range);
  };

  it("starts with the parameters of the genesis state", async () => {
    const { client, genesis } = fixture;
    const start = await readGenesis(client.contract, { fromBlock: 0, toBlock: 10 });
    expect(start.storedBlock).to.deep.equal(genesis);
    expect(start.feeAccountAddress).to.equal(FEE_ACCOUNT_ADDRESS);
    expect([start.accountCapacity, start.tokenCapacity]).to.deep.equal([4096, 256]);
  });

  it("has every event of blocks in order, those reverted later included", async () => {
    const { client, genesis, ethers } = fixture;
    await client.commitBlocks(genesis, [first.commitBlock, second.commitBlock]);
    await client.revertBlocks([second.storedBlock]);
    await client.proveBlocks([first.proveBlock]);
    const { transaction } = await client.commitBlocks(first.storedBlock, [second.commitBlock]);
    await client.executeBlocks([{ storedBlock: first.storedBlock, payouts: [] }]);
    const [listed, ...history] = await readAll();
    const { storedBlock, commitBlock } = second;
    expect(listed!.event).to.deep.equal({ type: "tokenListed", tokenId: 0, token: ZeroAddress });
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

  it("has tokens, requests and open payouts, alone and among the blocks", async () => {
    const { client, genesis, governor, user, ethers } = fixture;
    const coin = await ethers.deployContract("TestToken", ["Test", "TST"]);
    const asGovernor = await connectRollup(client, governor);
    const { id, address } = await asGovernor.listToken(await coin.getAddress());
    await client.depositEth(user.address, 5n);
    const timestamp = await latestTimestamp(fixture);
    const operations = [withdrawOperation(user.address, 1n)];
    const block = createTestBlock(client, genesis, operations, { timestamp });
    await client.commitBlocks(genesis, [block.commitBlock]);
    await client.proveBlocks([block.proveBlock]);
    await client.executeBlocks([{ storedBlock: block.storedBlock, payouts: [] }]);
    const range = { fromBlock: 0, toBlock: await ethers.provider.getBlockNumber() };
    const side = await readSideEvents(client.contract, range);
    const request = { requestId: 0, type: "deposit", owner: BigInt(user.address), tokenId: 0 };
    expect(side.map(({ event }) => event)).to.deep.equal([
      { type: "tokenListed", tokenId: 0, token: ZeroAddress },
      { type: "tokenListed", tokenId: id, token: address },
      { type: "requestAdded", request: { ...request, amount: 5n } },
      { type: "payoutsOpen", blockNumber: 1, open: PAYOUTS_NOT_COUNTED },
    ]);
    const all = await readAll();
    expect(
      all.filter(({ event }) => side.some((other) => other.event.type === event.type)),
    ).to.have.length(side.length);
  });
});
