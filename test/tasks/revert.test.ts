/** `rollup:revert` against an L1 without an operator. */
import { expect } from "chai";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import plugin from "../../src/index.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

describe("tasks: revert", () => {
  let server: JsonRpcServer;
  let l1: NetworkConnection;
  let user: HardhatRuntimeEnvironment;
  let rollup: string;

  before(async () => {
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const networks = { node1: { type: "http" as const, url: `http://${address}:${port}` } };
    user = await createHardhatRuntimeEnvironment(
      { plugins: [plugin], networks, paths: { sources: "contracts" } },
      { network: "node1" },
      PACKAGE_ROOT,
    );
    l1 = await user.network.create();
    await l1.rollup.deploy({ prover: "mock", mode: "manual" });
    const [, alice] = await l1.rollup.getWallets();
    await alice!.deposit({ token: "ETH", amount: 3n });
    await l1.rollup.processBlocks();
    for (let block = 0; block < 2; block++) {
      await alice!.deposit({ token: "ETH", amount: 1n });
      await l1.rollup.operator.processBlocks(block === 0 ? "proven" : "committed");
    }
    rollup = await l1.rollup.contracts.rollup.getAddress();
  });

  after(async () => {
    await l1.close();
    await server.close();
  });

  async function committed(): Promise<number> {
    return Number((await l1.rollup.contracts.rollup.blockCounts()).committed);
  }

  async function revert(fromBlock: number): Promise<string> {
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text) => written.push(String(text)) > 0;
    try {
      await user.tasks.getTask("rollup:revert").run({ rollup, fromBlock, json: true });
    } finally {
      process.stdout.write = write;
    }
    return written.join("");
  }

  it("reverts committed and proven blocks, and reports them", async () => {
    expect(await committed()).to.equal(3);
    const result: unknown = JSON.parse(await revert(2));
    expect(result).to.deep.equal({ rollup, from: 2, to: 3, executed: 1 });
    expect(await committed()).to.equal(1);
    await l1.rollup.processBlocks();
    expect(await committed(), "the operator has committed them again").to.equal(3);
  });

  it("BLOCKS_NOT_REVERTIBLE: executed blocks", async () => {
    const failure = await revert(1).catch((error: unknown) => String(error));
    expect(failure).to.contain("BLOCKS_NOT_REVERTIBLE");
    expect(await committed()).to.equal(3);
  });
});
