/** A transaction is executed after its receipt was read and before its subscription stands. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import type { SocketEvent, SocketLike } from "../../src/sdk/stream-link.ts";
import { createSdkWorld, NODE_CONFIG } from "../helpers/sdk-world.ts";

const HASH = `0x${"1".repeat(64)}`;
const RECEIPT = { type: "transfer", hash: HASH, accountId: 1, nonce: 0 } as const;
/** More than a node allows on a connection. */
const FOLLOWERS = 66;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A stream that takes a moment to open, and has no events. */
function createSlowStream(openMs: number): SocketLike {
  const listeners = new Map<string, (event: SocketEvent) => void>();
  return {
    send: (text) => {
      const { id } = JSON.parse(text) as { id: number };
      const data = JSON.stringify({ id, subscription: 1, cursor: "00000000-9" });
      listeners.get("message")?.({ type: "message", data });
    },
    close: () => undefined,
    addEventListener: (type, listener) => {
      listeners.set(type, listener);
      if (type === "open") setTimeout(() => listener({ type }), openMs);
    },
  };
}

describe("attacks: the end of a transaction is missed", () => {
  it("though it comes while the stream opens", async () => {
    let status = "accepted";
    const node = (method: string): Promise<unknown> =>
      Promise.resolve(method === "rollup_getConfig" ? NODE_CONFIG : { ...RECEIPT, status });
    const openSocket = () => createSlowStream(200);
    const options = { streamUrl: "ws://node.example/v1/stream", openSocket };
    const rollup = await connect(node, options);
    const statuses: string[] = [];
    await rollup.on("transaction", HASH, (event) => statuses.push(event.status));
    setTimeout(() => (status = "executed"), 100);
    await sleep(1_000);
    rollup.close();
    expect(statuses.at(-1)).to.equal("executed");
  });

  it("though more are followed than one connection may", async () => {
    const world = await createSdkWorld();
    const rollup = await connect(world.url);
    const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
    const alice = await rollup.wallet(world.user, { signer });
    await alice.deposit({ token: "ETH", amount: 1000n });
    await alice.setSigningKey();
    const { hash } = await alice.transfer({
      to: NODE_CONFIG.rollupAddress,
      token: "ETH",
      amount: 1n,
    });
    const last: (string | undefined)[] = new Array<undefined>(FOLLOWERS).fill(undefined);
    for (const index of last.keys()) {
      await rollup.on("transaction", hash, ({ status }) => (last[index] = status));
    }
    while (last.includes(undefined)) await sleep(20);
    await sleep(300);
    await world.operator.processBlocks();
    await sleep(12_000); // a refused subscription is asked for again every five seconds
    rollup.close();
    await world.server.close();
    expect(last.filter((status) => status !== "executed")).to.deep.equal([]);
  });
});
