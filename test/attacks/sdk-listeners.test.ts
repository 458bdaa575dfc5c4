/** Listeners that reject, and nodes that would silence a listener or call it on and on. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { NODE_CONFIG } from "../helpers/sdk-world.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A node whose count of sealed blocks is asked for at each question. */
function nodeOf(sealed: () => number) {
  return (method: string): Promise<unknown> => {
    if (method === "rollup_getConfig") return Promise.resolve(NODE_CONFIG);
    const blocks = { sealed: sealed(), committed: 0, proven: 0, executed: 0 };
    return Promise.resolve({ accepting: true, blocks, kinds: [] });
  };
}

describe("attacks: listeners of a connection", () => {
  it("an async listener of errors that fails leaves no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", note);
    let sealed = 0;
    const rollup = await connect(
      nodeOf(() => sealed++),
      { pollMs: 5 },
    );
    const logged = console.error;
    console.error = () => undefined;
    await rollup.on("error", async () => {
      await Promise.resolve();
      throw new Error("the log is full");
    });
    await rollup.on("block", () => {
      rollup.off("block");
      throw new Error("a listener fails");
    });
    await sleep(100);
    rollup.close();
    console.error = logged;
    process.off("unhandledRejection", note);
    for (const other of others) process.on("unhandledRejection", other);
    expect(unhandled).to.deep.equal([]);
  });

  it("a node cannot end a subscription in silence", async () => {
    let isAway = false;
    const honest = nodeOf(() => 0);
    const node = (method: string): Promise<unknown> => {
      if (!isAway) return honest(method);
      const data = { code: "ABORTED", facts: {}, sentence: "Not wanted.", fix: "None." };
      return Promise.reject(Object.assign(new Error("refused"), { code: -32000, data }));
    };
    const rollup = await connect(node, { pollMs: 5, retries: 0 });
    const errors: unknown[] = [];
    await rollup.on("error", (error) => errors.push(error));
    await rollup.on("block", () => 0);
    isAway = true;
    await sleep(100);
    rollup.close();
    expect(errors).to.have.length(1);
  });
});
