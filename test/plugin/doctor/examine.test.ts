/** A node that is examined while it runs, healthy or not, and a backup that starts elsewhere. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import plugin from "../../../src/index.ts";
import type { Check } from "../../../src/plugin/doctor/checks.ts";
import { examineNode, type ExamineOptions } from "../../../src/plugin/doctor/examine.ts";
import { type OperatorNode, startOperatorNode } from "../../../src/plugin/node/operator-node.ts";
import { PACKAGE_ROOT } from "../../../src/plugin/package-root.ts";
import { restorablePresets } from "../../../src/plugin/config/resolve.ts";
import type { RollupUserConfig } from "../../../src/types.ts";
import { createRpcClient, RollupProvider, RollupWallet } from "../../../src/sdk.ts";
import { backUpStore } from "../../../src/store/backup.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { callRpc, poll } from "../../helpers/json-rpc.ts";

const ETHER = 10n ** 18n;
const KEY = `0x${"5b".repeat(32)}`;
const PHRASE = "test test test test test test test test test test test junk";
const WAIT_MS = 60_000;

describe("plugin/doctor: a node", () => {
  let folder: string;
  let file: string;
  let server: JsonRpcServer;
  let url: string;
  let l1: NetworkConnection;
  let nodeHre: HardhatRuntimeEnvironment;
  let rollup: string;
  let node: OperatorNode;
  let alice: RollupWallet;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rollup-doctor-"));
    file = join(folder, "node.sqlite");
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    url = `http://${address}:${port}`;
    l1 = await hre.network.create({ network: "localhost", override: { url } });
    nodeHre = await createHre(KEY);
    const connection = await nodeHre.network.create();
    const [rich] = await l1.ethers.getSigners();
    const validator = new Wallet(KEY).address;
    await (await rich!.sendTransaction({ to: validator, value: 100n * ETHER })).wait();
    await connection.rollup.deploy({ prover: "mock", mode: "manual" });
    rollup = await connection.rollup.contracts.rollup.getAddress();
    await connection.close();
    node = await startNode(file);
    alice = await connect(1);
    await alice.deposit({ token: "ETH", amount: 5n * ETHER });
    await poll(
      () => alice.getAccount(),
      (account) => account !== null,
      WAIT_MS,
    );
    await (await alice.setSigningKey()).wait("executed");
  });

  after(async () => {
    await node.close();
    await l1.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  function createHre(key: string, config: RollupUserConfig = {}, l1Url = url) {
    const networks = { keyed: { type: "http" as const, url: l1Url, accounts: [key] } };
    return createHardhatRuntimeEnvironment(
      { plugins: [plugin], networks, paths: { sources: "contracts" }, rollup: config },
      { network: "keyed" },
      PACKAGE_ROOT,
    );
  }

  function startNode(path: string): Promise<OperatorNode> {
    const store = { type: "sqlite", path } as const;
    const output = join(folder, "checkpoint.json");
    const parts = { rollup, prover: "mock", port: 0, blockTimeMs: 20, output, store } as const;
    return startOperatorNode(nodeHre, parts);
  }

  async function connect(index: number): Promise<RollupWallet> {
    const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'/0");
    const signer = new Wallet(root.deriveChild(index).privateKey, l1.ethers.provider);
    const client = createRpcClient((method, params) => callRpc(node.url, method, params));
    return RollupWallet.create(signer, new RollupProvider(client));
  }

  /** Examines, with checks by their names. */
  async function examine(
    changed: Partial<ExamineOptions> = {},
    runtime = nodeHre,
  ): Promise<ReadonlyMap<string, Check>> {
    const connection = await runtime.network.create();
    const { preset } = runtime.config.rollup;
    const store = { type: "sqlite", path: file } as const;
    try {
      const options = { preset, prover: "mock", rollup, store, ...changed } as const;
      const checks = await examineNode(runtime, connection, options);
      return new Map(checks.map((check) => [check.name, check]));
    } finally {
      await connection.close();
    }
  }

  function statusesOf(checks: ReadonlyMap<string, Check>): Record<string, string> {
    return Object.fromEntries([...checks.values()].map(({ name, status }) => [name, status]));
  }

  it("passes everything but the mock prover, and takes nothing over", async () => {
    const { keys, disk, clock, ...statuses } = statusesOf(await examine());
    expect(keys, "the mock proves nothing").to.equal("warned");
    expect(disk).to.be.oneOf(["passed", "warned"]);
    // Each block of this chain is a second after the one before, however fast they follow.
    expect(clock).to.be.oneOf(["passed", "warned"]);
    expect(new Set(Object.values(statuses)), JSON.stringify(statuses)).to.deep.equal(
      new Set(["passed"]),
    );
    const transfer = await alice.transfer({ to: alice.address, token: "ETH", amount: 1n });
    expect((await transfer.wait("executed")).status).to.equal("executed");
  });

  it("says what is wrong with the account, and shows no key", async () => {
    const poor = `0x${"6c".repeat(32)}`;
    const checks = await examine({}, await createHre(poor));
    expect(checks.get("account")?.status).to.equal("failed");
    expect(checks.get("account")?.text).to.include("is no validator");
    expect(checks.get("balance")?.text).to.include("it can send nothing");
    expect(JSON.stringify([...checks.values()])).not.to.include("6c6c6c");
  });

  it("checks the store although L1 is away", async () => {
    const runtime = await createHre(KEY, {}, "http://127.0.0.1:1");
    const statuses = statusesOf(await examine({}, runtime));
    expect(statuses).to.include({ L1: "failed", store: "passed" });
    expect(statuses).to.include({ records: "passed", accounts: "passed" });
    expect(statuses).to.include({ clock: "skipped", blocks: "skipped", journal: "skipped" });
    const store = { type: "sqlite" } as const;
    expect(statusesOf(await examine({ store }, runtime))).to.include({ store: "skipped" });
  });

  it("compares every L1 node with the first", async () => {
    const other = await hre.network.createServer(
      { network: "node", override: { chainId: 4711 } },
      "127.0.0.1",
      0,
    );
    const { address, port } = await other.listen();
    const urls = [`http://${address}:${port}/secret`, "http://127.0.0.1:1/secret"];
    const checks = await examine({}, await createHre(KEY, { node: { l1: { urls } } }));
    await other.close();
    const first = checks.get("L1: rollup.node.l1.urls[0]");
    expect(first?.text).to.match(/Its chain id is 4711/);
    expect(checks.get("L1: rollup.node.l1.urls[1]")?.status).to.equal("failed");
    expect(JSON.stringify([...checks.values()])).not.to.include("secret");
  });

  it("finds another verifier on L1 than the build's", async () => {
    const { status } = (await examine({ prover: "kernel" })).get("verifier")!;
    expect(status).to.equal("failed");
  });

  it("finds no store, a damaged one, and one of other blocks", async () => {
    const path = join(folder, "none.sqlite");
    const none = await examine({ store: { type: "sqlite", path } });
    expect(none.get("store")?.text).to.include("There is no store");
    await node.close();
    const damaged = join(folder, "damaged.sqlite");
    await copyFile(file, damaged);
    const database = openDatabase({ type: "sqlite", path: damaged });
    const damage = database.queries.updateTable("snapshot_parts").set({ checksum: 1 });
    await database.transact({ statements: [damage.compile()] });
    await database.close();
    const checks = await examine({ store: { type: "sqlite", path: damaged } });
    expect(checks.get("records")?.text).to.include("its checksum is wrong");
    expect(checks.get("blocks")?.status).to.equal("skipped");
    node = await startNode(file);
    alice = await connect(1);
  });

  it("starts a backup elsewhere, although L1 went on meanwhile", async () => {
    const presets = restorablePresets(nodeHre.config.rollup);
    const elsewhere = join(folder, "elsewhere.sqlite");
    const target = { type: "sqlite", path: file } as const;
    await backUpStore({
      target,
      output: { type: "sqlite", path: elsewhere },
      presets,
      finalReceiptsMax: 100,
    });
    for (let round = 0; round < 2; round++) {
      const transfer = await alice.transfer({ to: alice.address, token: "ETH", amount: 1n });
      await transfer.wait("executed");
    }
    const { nonce } = (await alice.getAccount())!;
    await node.close();
    const before = await examine({ store: { type: "sqlite", path: elsewhere } });
    expect(before.get("blocks")?.text).to.include("L1 has proven blocks after");
    node = await startNode(elsewhere);
    alice = await connect(1);
    expect((await alice.getAccount())?.nonce).to.equal(nonce);
    const transfer = await alice.transfer({ to: alice.address, token: "ETH", amount: 1n });
    expect((await transfer.wait("executed")).status).to.equal("executed");
    const after = await examine({ store: { type: "sqlite", path: elsewhere } });
    expect(after.get("blocks")?.status).to.equal("passed");
  });
});
