/** The longest times that `connect` takes, as of a program that wants no limit. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { createFakeNode, NODE_CONFIG } from "../helpers/sdk-world.ts";

const HASH = `0x${"1".repeat(64)}`;
const LONGEST_MS = 2 ** 31 - 1;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("attacks: long times of a connection", () => {
  it("a wait has no less time than it was given", async () => {
    const node = await createFakeNode();
    node.answer = async ({ method }) => {
      if (method === "rollup_getConfig") return { id: 1, result: NODE_CONFIG };
      await sleep(100);
      const receipt = { type: "transfer", hash: HASH, accountId: 1, nonce: 0, status: "executed" };
      return { id: 1, result: receipt };
    };
    const rollup = await connect(node.url, { timeoutMs: LONGEST_MS, retries: 0 });
    const signal = AbortSignal.timeout(1_000);
    const outcome = await rollup
      .waitForReceipt(HASH, "executed", { signal })
      .then(({ status }) => status)
      .catch((error: unknown) => (error as { code: string }).code);
    await node.close();
    expect(outcome).to.equal("executed");
  });

  it("a node is asked no more often than it should be", async () => {
    let asked = 0;
    const status = { sealed: 0, committed: 0, proven: 0, executed: 0 };
    const node = (method: string): Promise<unknown> => {
      if (method === "rollup_getConfig") return Promise.resolve(NODE_CONFIG);
      asked++;
      if (method === "rollup_getBlock") return Promise.resolve(null);
      return Promise.resolve({ accepting: true, blocks: status, kinds: [] });
    };
    const rollup = await connect(node, { pollMs: LONGEST_MS });
    const next = rollup.blocks().next();
    await sleep(500);
    rollup.close();
    await next;
    expect(asked).to.be.below(10);
  });
});
