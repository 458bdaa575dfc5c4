/** `rollup:revert` and `rollup:bond` against an L1 without an operator. */
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

  /** Runs a task of the user's, and returns what it prints on standard output. */
  async function run(task: string, args: object, of = user): Promise<string> {
    const written: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text) => written.push(String(text)) > 0;
    try {
      await of.tasks.getTask(task).run({ json: true, ...args });
    } finally {
      process.stdout.write = write;
    }
    return written.join("");
  }
  const revert = (fromBlock: number) => run("rollup:revert", { rollup, fromBlock });
  const failureOf = (work: Promise<unknown>) => work.then(() => "none", String);

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

  it("PROMISES_MAY_BREAK: a config whose node signs promises, unless a flag says so", async () => {
    const promises = { bond: rollup, key: { env: "PROMISE_KEY" } };
    const promising = await createHardhatRuntimeEnvironment(
      { ...user.userConfig, rollup: { node: { promises } } },
      { network: "node1" },
      PACKAGE_ROOT,
    );
    const args = { rollup, fromBlock: 1 };
    expect(await failureOf(run("rollup:revert", args, promising))).to.contain("PROMISES_MAY_BREAK");
    const risky = { ...args, breakPromises: true };
    expect(await failureOf(run("rollup:revert", risky, promising))).to.contain(
      "BLOCKS_NOT_REVERTIBLE",
    );
  });

  it("rollup:bond deploys a bond, shows it, pays into it and withdraws it", async () => {
    const signer = "0x00000000000000000000000000000000000000A1";
    const bondOf = async (args: object) =>
      JSON.parse(await run("rollup:bond", args)) as Record<string, string>;
    const made = await bondOf({ deploy: true, rollup, signer, penalty: "0.5", fund: "2" });
    const bond = made["bondAddress"]!;
    expect(made).to.include({ rollupAddress: rollup, signerAddress: signer });
    expect(made).to.include({ penaltyWei: "0x6f05b59d3b20000", delaySeconds: "0x93a80" });
    expect(await bondOf({ bond })).to.deep.equal(made);
    const funded = await bondOf({ bond, fund: "1" });
    expect(BigInt(funded["balanceWei"]!)).to.equal(3n * 10n ** 18n);
    expect(await bondOf({ bond, announce: true })).to.have.property("withdrawableAt");
    const early = await failureOf(run("rollup:bond", { bond, withdraw: true }));
    expect(early).to.contain("BOND_REVERTED").and.contain("WithdrawalTooEarly");
    expect(await bondOf({ bond, cancel: true })).to.not.have.property("withdrawableAt");
    await bondOf({ bond, announce: true });
    await l1.provider.request({ method: "evm_increaseTime", params: [8 * 24 * 60 * 60] });
    expect((await bondOf({ bond, withdraw: true }))["balanceWei"]).to.equal("0x0");
    const both = await failureOf(run("rollup:bond", { bond, withdraw: true, cancel: true }));
    expect(both).to.contain("BOND_ACTIONS_SEVERAL");
    expect(await failureOf(run("rollup:bond", {}))).to.contain("BOND_ADDRESS_MISSING");
    const terms = { deploy: true, rollup, signer, penalty: "1" };
    const short = await failureOf(run("rollup:bond", { ...terms, delayDays: 3 }));
    expect(short).to.contain("BOND_REVERTED").and.contain("at least 7 as --delay-days");
    expect(short).to.contain("DelayTooShort(delaySeconds = 259200, neededSeconds = 604800)");
    const free = await failureOf(run("rollup:bond", { ...terms, penalty: "0" }));
    expect(free).to.contain("PenaltyZero()").and.contain("--penalty");
    const empty = await failureOf(run("rollup:bond", { bond, withdraw: true }));
    expect(empty).to.contain("WithdrawalNotAnnounced()").and.contain("--announce");
    const wrong = { deploy: true, rollup, signer, penalty: "a lot" };
    expect(await failureOf(run("rollup:bond", wrong))).to.contain("AMOUNT_INVALID");
  });
});
