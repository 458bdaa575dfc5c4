/** `rollup:devnet` keeps its devnet in a file, and another process continues it. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import type { DevnetDescription } from "../../src/plugin/devnet/devnet.ts";
import { restoreFromNetwork } from "../../src/plugin/restore/restore-from-network.ts";
import { type RunningHardhat, runHardhat, startHardhat } from "../helpers/hardhat-cli.ts";

const ARGS = ["--prover", "mock", "--hostname", "127.0.0.1", "--port", "0", "--pages-port", "0"];

interface Started {
  readonly devnet: RunningHardhat;
  readonly description: DevnetDescription;
  readonly connection: NetworkConnection;
}

async function start(...args: string[]): Promise<Started> {
  const devnet = startHardhat("rollup:devnet", ...ARGS, "--json", ...args);
  const description = JSON.parse(await devnet.printed(/\n}\n$/)) as DevnetDescription;
  const override = { url: description.url };
  const connection = await hre.network.create({ network: "localhost", override });
  return { devnet, description, connection };
}

/** Ends a devnet as a terminal and npm do: with the same signal twice. */
async function end({ devnet, connection }: Started, ...signals: NodeJS.Signals[]): Promise<string> {
  await connection.close();
  for (const signal of signals) devnet.process.kill(signal);
  const { exitCode, stderr } = await devnet.outcome;
  expect(exitCode, stderr).to.equal(0);
  return stderr;
}

describe("tasks: devnet", () => {
  let [folder, file] = ["", ""];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "devnet-task-"));
    file = join(folder, "state.json");
  });
  after(() => rm(folder, { recursive: true }));

  it("keeps the devnet with --state, and continues it in the next process", async () => {
    const first = await start("--state", file);
    const [, alice, bob] = await first.connection.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: 1000n })).wait();
    await (await alice!.setSigningKey()).wait();
    const paid = await alice!.transfer({ to: bob!.address, token: "ETH", amount: 10n });
    expect(await end(first, "SIGINT", "SIGINT")).to.include(`is kept in ${file}`);
    const { mtimeMs } = await stat(file);

    const second = await start("--state", file);
    const { url } = second.description;
    expect(second.description).to.deep.equal({ ...first.description, url });
    const [, again, other] = await second.connection.rollup.getWallets();
    const { provider } = second.connection.rollup;
    const receipt = await provider.waitForReceipt(paid.hash, "executed");
    expect(receipt.status).to.equal("executed");
    const withdrawal = await again!.withdraw({ token: "ETH", amount: 5n });
    const { blockNumber } = await withdrawal.wait("executed");
    expect(blockNumber).to.be.greaterThan(receipt.blockNumber!);
    expect(await again!.getBalance("ETH")).to.equal(985n);
    expect(await other!.getBalance("ETH")).to.equal(10n);
    const output = join(folder, "checkpoint.json");
    const settings = { rollup: second.description.rollup, output };
    const { restored } = await restoreFromNetwork(hre.config, second.connection, settings);
    expect(restored.executed.storedBlock.blockNumber).to.equal(blockNumber);
    await end(second, "SIGTERM");
    expect((await stat(file)).mtimeMs).to.be.greaterThan(mtimeMs);
  });

  it("continues with --load, and leaves the file as it is", async () => {
    const before = await readFile(file, "utf8");
    const third = await start("--load", file);
    const [, , bob] = await third.connection.rollup.getWallets();
    expect(await bob!.getBalance("ETH")).to.equal(10n);
    expect(await end(third, "SIGTERM")).not.to.include("is kept");
    expect(await readFile(file, "utf8")).to.equal(before);
  });

  it("refuses other sizes, damage, and files of others before it builds, without a stack", async () => {
    const other = hre.config.rollup.preset === "minimal" ? "dev" : "minimal";
    const foreign = join(folder, "package.json");
    await writeFile(foreign, "{}");
    const damaged = join(folder, "damaged.json");
    await writeFile(damaged, (await readFile(file, "utf8")).slice(0, -100));
    const cases = {
      DEVNET_STATE_MISMATCH: ["--load", file, "--preset", other],
      DEVNET_STATE_INVALID: ["--load", damaged],
      DEVNET_STATE_UNREADABLE: ["--load", join(folder, "missing.json")],
      DEVNET_STATE_FOREIGN: ["--dump", foreign],
      OPTIONS_EXCLUSIVE: ["--state", file, "--dump", file],
    };
    for (const [code, args] of Object.entries(cases)) {
      const { exitCode, stderr } = await runHardhat("rollup:devnet", ...ARGS, ...args);
      expect(exitCode).to.equal(1);
      expect(stderr).to.include(code).and.include("Fix:").and.not.include("    at ");
    }
  });
});
