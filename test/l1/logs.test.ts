/** Reading logs from nodes that limit requests. */
import { expect } from "chai";
import { toQuantity } from "ethers";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { readHistory } from "../../src/l1/history.ts";
import { type BlockRange, LOG_BLOCKS_MAX } from "../../src/l1/logs.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FaultyProvider, type NodeError } from "../helpers/faulty-provider.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const L1_BLOCKS = 18_000;
const BLOCKS = 6;

/** Errors in the words of nodes; a number that matters is that of the limit. */
const RANGE_LIMITS: Record<string, (blocks: number) => NodeError> = {
  "geth with a limit": () => ({ code: -32_000, message: "exceed maximum block range: 700" }),
  Alchemy: (blocks) => ({
    code: -32_600,
    message: `Under the Free tier plan, you can make requests with up to a ${blocks} block range.`,
    statusCode: 400,
  }),
  Infura: () => ({ code: -32_005, message: "query returned more than 10000 results" }),
  QuickNode: () => ({ code: -32_614, message: "eth_getLogs is limited to a 10,000 range" }),
  Erigon: () => ({ code: -32_000, message: "query block range is too large" }),
  "a node with a status only": () => ({ message: "Bad Request", statusCode: 400 }),
  "a node with a time limit": () => ({ code: -32_000, message: "query timeout exceeded" }),
};

describe("logs from nodes with limits", () => {
  let fixture: TestRollup;
  let faulty: FaultyProvider;
  let client: RollupClient;

  before(async () => {
    fixture = await createTestRollup();
    let parent = fixture.genesis;
    for (let index = 0; index < BLOCKS; index++) {
      const timestamp = await latestTimestamp(fixture);
      const block = createTestBlock(fixture.client, parent, [], { timestamp });
      await fixture.client.commitBlocks(parent, [block.commitBlock]);
      parent = block.storedBlock;
      const blocks = toQuantity(L1_BLOCKS / BLOCKS);
      // Hardhat has no state of the skipped blocks.
      await fixture.ethers.provider.send("hardhat_mine", [blocks, "0x0"]);
    }
  });

  beforeEach(async () => {
    const { provider } = fixture.chain;
    const request = (call: { method: string; params?: readonly unknown[] }) =>
      provider.request({ method: call.method, params: [...(call.params ?? [])] });
    faulty = new FaultyProvider({ request });
    const patience = { requestsMax: 2, requestTimeoutMs: 5_000 };
    const { rollupAddress } = fixture.client;
    client = await connectRollup({ rollupAddress }, faulty.ethers, patience);
  });

  const latest = () => fixture.ethers.provider.getBlockNumber();
  const queries = () => faulty.counts.get("eth_getLogs") ?? 0;

  async function committedIn(range: BlockRange): Promise<number[]> {
    const events = await readHistory(client.contract, range);
    return events.flatMap(({ event }) =>
      event.type === "committed" ? [event.storedBlock.blockNumber] : [],
    );
  }

  async function expectAllBlocks(): Promise<void> {
    const numbers = await committedIn({ fromBlock: 0, toBlock: await latest() });
    expect(numbers).to.deep.equal([1, 2, 3, 4, 5, 6]);
  }

  for (const [name, error] of Object.entries(RANGE_LIMITS)) {
    it(`are read from ${name}`, async () => {
      const blocksMax = 700;
      faulty.set({ kind: "logs", blocksMax, error: error(blocksMax) });
      await expectAllBlocks();
      const needed = L1_BLOCKS / blocksMax;
      expect(queries()).to.be.at.most(3 * needed);
    });
  }

  it("are read one L1 block at a time if necessary", async () => {
    const error = { code: -32_005, message: "query returned more than 1 results" };
    faulty.set({ kind: "logs", resultsMax: 1, error });
    await expectAllBlocks();
    const range = { fromBlock: 0, toBlock: 10 };
    faulty.set({ kind: "logs", blocksMax: 1, error });
    expect(await committedIn(range)).to.deep.equal([1]);
  });

  it("are read in larger pieces again after a limit is lifted", async () => {
    const error = { code: -32_000, message: "block range too large" };
    faulty.set({ kind: "logs", blocksMax: 100, error });
    await readHistory(client.contract, { fromBlock: 0, toBlock: 1_000 });
    faulty.set();
    for (let round = 0; round < 4; round++) await expectAllBlocks();
    const before = queries();
    await expectAllBlocks();
    expect(queries() - before).to.be.at.most(Math.ceil(L1_BLOCKS / LOG_BLOCKS_MAX) + 1);
  });

  it("are read again after a transient failure", async () => {
    const error = { message: "bad gateway", statusCode: 502 };
    faulty.set({ kind: "fail", error, methods: ["eth_getLogs"], times: 1 });
    await expectAllBlocks();
    const methods = ["eth_getTransactionByHash"];
    faulty.set({ kind: "null", methods, times: 1 });
    await expectAllBlocks();
  });

  it("L1_LOGS_REFUSED: fail if the node refuses even one L1 block", async () => {
    const error = { code: -32_601, message: "the method eth_getLogs does not exist" };
    faulty.set({ kind: "logs", blocksMax: 0, error });
    const refused = await expectRejection("L1_LOGS_REFUSED", client.readNews(0));
    expect(refused.facts["reason"]).to.equal(error.message);
  });

  it("L1_REQUEST_FAILED: fail if the node does not answer", async () => {
    faulty.counts.clear();
    faulty.set({ kind: "fail", error: { message: "socket hang up" }, methods: ["eth_getLogs"] });
    await expectRejection("L1_REQUEST_FAILED", client.readNews(0));
    expect(queries()).to.be.at.most(8);
  });

  it("are searched backwards for the last block, and forwards for genesis", async () => {
    const { deploymentBlock } = fixture.client;
    const location = { rollupAddress: client.rollupAddress, deploymentBlock };
    const located = await connectRollup(location, faulty.ethers);
    faulty.counts.clear();
    expect((await located.readStoredBlock(6)).blockNumber).to.equal(6);
    expect(queries()).to.equal(1);
    expect(await located.readStoredBlock(0)).to.deep.equal(fixture.genesis);
    expect(queries()).to.equal(2);
  });

  it("start at the block of the deployment, which is searched", async () => {
    const code = await fixture.ethers.provider.getCode(client.rollupAddress);
    const { deploymentBlock } = fixture.client;
    faulty.set({
      kind: "answer",
      methods: ["eth_getCode"],
      answer: ([, block]) => (Number(block) < deploymentBlock ? "0x" : code),
    });
    const located = await connectRollup({ rollupAddress: client.rollupAddress }, faulty.ethers);
    expect(located.deploymentBlock).to.equal(deploymentBlock);
  });

  it("start at 0 if the node is wrong about old states", async () => {
    expect(client.deploymentBlock).to.equal(0);
    expect(await client.readStoredBlock(0)).to.deep.equal(fixture.genesis);
  });

  it("start at 0 if the node has no old states", async () => {
    const error = { code: -32_000, message: "missing trie node" };
    faulty.set({ kind: "fail", error, methods: ["eth_getCode"] });
    const { rollupAddress } = client;
    const other = await connectRollup({ rollupAddress }, faulty.ethers, { requestsMax: 1 });
    expect(other.deploymentBlock).to.equal(0);
    expect(await other.readStoredBlock(0)).to.deep.equal(fixture.genesis);
  });
});
