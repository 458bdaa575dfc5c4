import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { decodePubdata } from "../../src/block/pubdata.ts";
import { connectRollup } from "../../src/l1/client.ts";
import { hashStoredBlock } from "../../src/l1/stored-block.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import { PROTOCOL_DIGEST } from "../../src/operations/table.ts";
import { isRollupError } from "../../src/util/errors.ts";
import {
  createTestBlock,
  createTestRollup,
  GENESIS_ROOT,
  latestTimestamp,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

describe("RollupClient", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Returns the coded error of a promise; fails the test on any other outcome. */
  async function codedError(promise: Promise<unknown>) {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isRollupError(error)) throw new Error("no coded error", { cause: error });
    return error;
  }

  async function commit(parent: StoredBlock, operations: readonly PublicOperation[]) {
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(fixture.client, parent, operations, { timestamp });
    const { transaction } = await fixture.client.commitBlocks(parent, [block.commitBlock]);
    return { ...block, transaction };
  }

  it("reads protocol, capacities and last block of the contract", async () => {
    const { client, rollup } = fixture;
    const genesis = {
      blockNumber: 0,
      priorityRequests: 0,
      timestamp: 0n,
      payoutsHash: ZeroHash,
      stateRoot: GENESIS_ROOT,
      commitment: ZeroHash,
    };
    expect(await client.readDeployment()).to.deep.equal({
      protocolDigest: PROTOCOL_DIGEST,
      accountCapacity: 4096,
      tokenCapacity: 256,
      lastBlock: genesis,
    });
    expect(client.chainId).to.equal(31337n);
    expect(client.rollupAddress).to.equal(await rollup.getAddress());
    const domain = signingDomain(client.chainId, BigInt(client.rollupAddress));
    expect(await rollup.domain()).to.equal(domain);
  });

  it("runs a block through its three phases", async () => {
    const { rollup, genesis, user } = fixture;
    const client: typeof fixture.client & L1Port = fixture.client;
    const { requestId, transaction } = await client.depositEth(user.address, 9n);
    expect(requestId).to.equal(0);
    expect(transaction.gasUsed > 21_000n).to.equal(true);
    const owner = BigInt(user.address);
    const deposit = { type: "deposit", accountId: 1, tokenId: 0, owner, amount: 9n } as const;
    const withdraw = withdrawOperation(user.address, 4n);
    const { proveBlock, storedBlock, payouts } = await commit(genesis, [deposit, withdraw]);
    await client.proveBlocks([proveBlock]);
    await client.executeBlocks([{ storedBlock, payouts }]);
    expect([...(await rollup.blockCounts())]).to.deep.equal([1n, 1n, 1n]);
    expect((await client.readDeployment()).lastBlock).to.deep.equal(storedBlock);
    expect(await client.readStoredBlock(1)).to.deep.equal(storedBlock);
    const l1BlockNumber = (await client.readNews(0)).blockNumber;
    expect(await client.readProgress(1, l1BlockNumber)).to.deep.equal({
      committed: 1,
      proven: 1,
      executed: 1,
      firstBlockNumber: 1,
      storedBlockHashes: [hashStoredBlock(storedBlock)],
    });
    expect((await client.readProgress(2, l1BlockNumber - 1)).executed).to.equal(0);
  });

  it("reads news from a block on", async () => {
    const { client, ethers, governor, user } = fixture;
    const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
    const asGovernor = await connectRollup(client, governor);
    const listed = { id: 1, address: await token.getAddress(), symbol: "TST", decimals: 18 };
    expect(await asGovernor.listToken(listed.address)).to.deep.equal(listed);
    await token.mint(user.address, 50n);
    await token.connect(user).approve(client.rollupAddress, 50n);
    const asUser = await connectRollup(client, user);
    await asUser.depositErc20(listed.address, 50n, user.address);
    const { transaction } = await asUser.requestFullExit(3, listed.address);
    const fact = { accountId: 3, nonce: 2, pubKeyHash: 77n };
    await asUser.setAuthPubKeyHash(fact);
    await asUser.setAuthPubKeyHash(fact);
    const availableAt = (await latestTimestamp(fixture)) + 86_400n;
    const news = await client.readNews(0);
    const owner = BigInt(user.address);
    const exit = { type: "fullExit", requestId: 1, owner, tokenId: 1, accountId: 3 } as const;
    const latest = (await ethers.provider.getBlock("latest"))!;
    expect(await client.readBlockHash(latest.number)).to.equal(latest.hash);
    expect(await client.readBlockHash(latest.number + 1)).to.equal(undefined);
    expect(news).to.deep.equal({
      blockNumber: latest.number,
      blockHash: latest.hash,
      tip: { number: latest.number, hash: latest.hash },
      timestamp: await latestTimestamp(fixture),
      executed: 0,
      requests: [{ type: "deposit", requestId: 0, owner, tokenId: 1, amount: 50n }, exit],
      tokens: [{ id: 0, address: ZeroAddress, symbol: "ETH", decimals: 18 }, listed],
      authorizations: [{ owner, ...fact }],
      authorizationResets: [{ owner, accountId: 3, nonce: 2, availableAt }],
      isExodusBegun: false,
      requestCount: 2,
      tokenCount: 2,
    });
    expect((await client.readNews(transaction.blockNumber)).requests).to.deep.equal([exit]);
    expect((await client.readNews(news.blockNumber + 1)).requests).to.deep.equal([]);
  });

  it("uses the address as symbol of a token without metadata", async () => {
    const { client, ethers, governor } = fixture;
    const token = await ethers.deployContract("NoReturnToken");
    const address = await token.getAddress();
    const asGovernor = await connectRollup(client, governor);
    const listed = await asGovernor.listToken(address);
    expect(listed).to.deep.equal({ id: 1, address, symbol: address, decimals: 0 });
  });

  it("reads committed blocks from calldata, without reverted ones", async () => {
    const { client, genesis, user } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const operations = [withdrawOperation(user.address, 4n)];
    const first = createTestBlock(client, genesis, operations, { timestamp });
    const second = createTestBlock(client, first.storedBlock, [], { timestamp });
    await client.commitBlocks(genesis, [first.commitBlock, second.commitBlock]);
    await client.revertBlocks([second.storedBlock]);
    const again = await commit(first.storedBlock, operations);
    const blocks = await client.readCommittedBlocks();
    expect(blocks.map(({ storedBlock }) => storedBlock)).to.deep.equal([
      first.storedBlock,
      again.storedBlock,
    ]);
    expect(blocks.map(({ commitBlock }) => ({ ...commitBlock }))).to.deep.equal([
      { ...first.commitBlock, pubdata: first.commitBlock.pubdata },
      { ...again.commitBlock },
    ]);
    expect(decodePubdata(blocks[1]!.commitBlock!.pubdata)).to.deep.equal(operations);
    expect(blocks[1]!.transactionHash).to.equal(again.transaction.hash);
  });

  it("throws L1_BLOCK_NOT_FOUND for a block that is not committed", async () => {
    const { client } = fixture;
    const { facts } = await codedError(client.readStoredBlock(1));
    const { rollupAddress } = client;
    expect(facts).to.deep.equal({ code: "L1_BLOCK_NOT_FOUND", blockNumber: 1, rollupAddress });
  });

  it("turns a revert into a coded error with name and values", async () => {
    const { client, user } = fixture;
    const asUser = await connectRollup(client, user);
    const error = await codedError(asUser.commitBlocks(fixture.genesis, []));
    expect(error.facts).to.deep.equal({
      code: "L1_REVERTED",
      call: "commitBlocks",
      error: "NotValidator",
      values: { caller: user.address },
    });
    expect(error.message).to.contain(`NotValidator(caller = ${user.address})`);
    const nothing = await codedError(client.withdrawPendingBalance(user.address, ZeroAddress));
    expect(nothing.facts["error"]).to.equal("NothingPending");
  });

  it("finds the reason of a transaction that fails after it was sent", async () => {
    const { client, rollup, ethers, networkHelpers, governor, validator, genesis } = fixture;
    await ethers.provider.send("evm_setAutomine", [false]);
    const committed = codedError(client.commitBlocks(genesis, []));
    const pending = () => ethers.provider.send("eth_pendingTransactions", []) as Promise<unknown[]>;
    while ((await pending()).length === 0);
    const first = { maxPriorityFeePerGas: 10n ** 12n, maxFeePerGas: 10n ** 13n };
    await rollup.connect(governor).setValidator(validator.address, false, first);
    await networkHelpers.mine();
    expect((await committed).facts).to.deep.include({
      error: "NotValidator",
      values: { caller: validator.address },
    });
  });

  it("decodes errors of tokens", async () => {
    const { client, ethers, governor, user } = fixture;
    const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
    await (await connectRollup(client, governor)).listToken(await token.getAddress());
    const asUser = await connectRollup(client, user);
    const deposit = asUser.depositErc20(await token.getAddress(), 5n, user.address);
    expect((await codedError(deposit)).facts).to.deep.include({
      error: "ERC20InsufficientAllowance",
      values: { spender: client.rollupAddress, allowance: 0n, needed: 5n },
    });
  });
});
