/** Programs that use the SDK end by themselves, and no rejection of it is left unhandled. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { createRpcClient } from "../../src/api/client.ts";
import { connect } from "../../src/sdk/connect.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createCable,
  createFakeNode,
  createSdkWorld,
  type SdkWorld,
} from "../helpers/sdk-world.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const ADDRESS = "0x00000000000000000000000000000000000A11cE";

describe("sdk: endings", () => {
  let world: SdkWorld;
  let folder: string;
  before(async () => {
    world = await createSdkWorld();
    folder = await mkdtemp(join(PROJECT_ROOT, "cache", "endings-"));
  });
  after(async () => {
    await world.server.close();
    await rm(folder, { recursive: true });
  });

  /** Runs a program in a process of its own, in which an unhandled rejection is fatal. */
  async function run(url: string, code: string): Promise<string> {
    const file = join(folder, "program.mjs");
    const sdk = join(PROJECT_ROOT, "src/sdk.ts");
    await writeFile(
      file,
      `import { connect } from ${JSON.stringify(sdk)};
const rollup = await connect(${JSON.stringify(url)}, { retries: 0, pollMs: 20 });
${code}`,
    );
    // Some versions of Node warn that they read TypeScript.
    const args = ["--disable-warning=ExperimentalWarning", file];
    const ended = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(ended.stderr).to.equal("");
    return ended.stdout.trim();
  }

  const SUBSCRIBE = `
await rollup.on("error", ({ code }) => console.log(code));
await rollup.on("block", () => {});
await rollup.on("account", "${ADDRESS}", () => {});
await rollup.on("transaction", "0x${"1".repeat(64)}", () => {});
const blocks = rollup.blocks().next();
`;

  it("a program ends after close, with subscriptions over a stream", async () => {
    const end = `setTimeout(() => rollup.close(), 200);\nconsole.log((await blocks).done);`;
    expect(await run(world.url, `${SUBSCRIBE}${end}`)).to.equal("true");
  });

  it("a program ends after close, with subscriptions by questions", async () => {
    const node = await createFakeNode(world.url);
    const end = `setTimeout(() => rollup.close(), 200);\nconsole.log((await blocks).done);`;
    expect(await run(node.url, `${SUBSCRIBE}${end}`)).to.equal("true");
    await node.close();
  });

  it("a program ends with the last subscription, without close", async () => {
    const code = `const off = await rollup.on("block", () => {});\noff();\nconsole.log("ended");`;
    expect(await run(world.url, code)).to.equal("ended");
  });

  it("a program whose node dies goes on, and ends when it wants", async () => {
    const wire = await createCable(world.url);
    const dying = run(
      wire.url,
      `${SUBSCRIBE}
console.log("ready");
const signal = AbortSignal.timeout(1500);
await rollup.blocks({ signal }).next().catch(({ code }) => console.log(code));
rollup.close();
await blocks;`,
    );
    // A connection over HTTP, and one of the stream, whose subscriptions take a moment.
    while (wire.connections < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 500));
    wire.down = true;
    wire.cut();
    const lines = (await dying).split("\n");
    expect(lines[0]).to.equal("ready");
    expect(lines.at(-1)).to.equal("ABORTED");
    await wire.close();
  });

  it("RPC_NOT_FOUND: a refused subscription is an error of the listener, and on does not throw", async () => {
    const rollup = await connect(world.url);
    const codes: string[] = [];
    await rollup.on("error", (error) => codes.push((error as { code: string }).code));
    await rollup.on("account", 4_000_000, () => 0);
    expect(codes).to.deep.equal(["RPC_NOT_FOUND"]);
    await expectRejection("RPC_NOT_FOUND", rollup.followAccount(4_000_000).next());
    rollup.close();
  });

  it("a wait outlasts a node that is away for a while", async () => {
    const node = await createFakeNode(world.url);
    const rollup = await connect(node.url, { retries: 0 });
    const receipt = { type: "transfer", hash: `0x${"1".repeat(64)}`, accountId: 1, nonce: 0 };
    let losses = 1;
    node.answer = (_call, response) =>
      losses-- > 0
        ? void response.destroy()
        : { jsonrpc: "2.0", id: 1, result: { ...receipt, status: "executed" } };
    const { status } = await rollup.waitForReceipt(receipt.hash, "executed");
    expect(status).to.equal("executed");
    await node.close();
  });

  it("does not ask on and on when a node answers a wait at once", async () => {
    let asked = 0;
    const receipt = { type: "transfer", hash: `0x${"1".repeat(64)}`, accountId: 1, nonce: 0 };
    const client = createRpcClient(() => {
      asked++;
      return Promise.resolve({ ...receipt, status: "accepted" });
    });
    const waiting = new RollupProvider(client).waitForReceipt(receipt.hash, "executed", {
      signal: AbortSignal.timeout(700),
    });
    await expectRejection("ABORTED", waiting);
    expect(asked).to.be.below(4);
  });
});
