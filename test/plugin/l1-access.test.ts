/** The L1 of an operator as the config describes it: nodes and key. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcSigner, Wallet } from "ethers";
import hre from "hardhat";
import { configVariable } from "hardhat/config";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { JsonRpcServer } from "hardhat/types/network";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import plugin from "../../src/index.ts";
import type { L1UserConfig } from "../../src/plugin/config/node/l1.ts";
import { type L1Access, openL1, openL1ForClients } from "../../src/plugin/node/l1-access.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { L1CallError } from "../../src/server/public-errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const KEY = `0x${"5a".repeat(32)}`;
const MNEMONIC = "test test test test test test test test test test test junk";
const VARIABLE = "ROLLUP_TEST_L1_KEY";

describe("the L1 of an operator", () => {
  let server: JsonRpcServer;
  let url: string;
  let gateway: Server;
  let gatewayUrl: string;
  const closing: (() => Promise<void>)[] = [];
  const logged: string[] = [];
  const log = (line: unknown) => void logged.push(String(line));
  const logger = { debug: log, info: log, error: log };

  before(async () => {
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    url = `http://${address}:${port}`;
    gateway = createServer((request, response) => {
      void (async () => {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(url, { method: "POST", body: await text(request), headers });
        response.writeHead(answer.status, headers).end(await answer.text());
      })();
    });
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/SECRET`;
  });

  afterEach(async () => {
    process.env[VARIABLE] = "";
    for (const close of closing.splice(0)) await close();
    logged.splice(0);
  });

  after(async () => {
    gateway.closeAllConnections();
    gateway.close();
    await server.close();
  });

  type Accounts = string[] | { mnemonic: string; initialIndex?: number } | "remote";

  async function connect(l1: L1UserConfig, accounts: Accounts, at: string) {
    const networks = { live: { type: "http" as const, url: at, accounts } };
    const other = await createHardhatRuntimeEnvironment(
      {
        plugins: [toolbox, plugin],
        networks,
        paths: { sources: "contracts" },
        rollup: { node: { l1 } },
      },
      { network: "live" },
      PACKAGE_ROOT,
    );
    const connection = await other.network.create();
    closing.push(() => connection.close());
    return { config: other.config, connection };
  }

  async function open(
    l1: L1UserConfig,
    accounts: Accounts = "remote",
    at = url,
  ): Promise<L1Access> {
    const { config, connection } = await connect(l1, accounts, at);
    return openL1(config, connection, { logger });
  }

  it("answers clients by the other nodes, too, but never with a key", async () => {
    const dead = "http://127.0.0.1:9";
    const { config, connection } = await connect({ urls: [gatewayUrl] }, "remote", dead);
    const askL1 = await openL1ForClients(config, connection);
    expect(await askL1("eth_chainId", [])).to.equal("0x7a69");
    const unknown = await askL1("eth_nothing", []).catch((error: unknown) => error);
    expect(unknown).to.be.instanceOf(L1CallError).and.have.property("code", -32_004);
    for (const method of ["eth_accounts", "eth_sendTransaction", "personal_sign"]) {
      const refused = await askL1(method, [{}]).catch((error: unknown) => error);
      expect(refused, method).to.be.instanceOf(Error).and.not.instanceOf(L1CallError);
    }
  });

  const addressIn = async (access: L1Access) => access.signer.getAddress();

  it("signs with the first account of the network, in this process if it has the key", async () => {
    const wallet = new Wallet(KEY);
    const own = await open({}, [KEY]);
    expect(await addressIn(own)).to.equal(wallet.address);
    expect(own.signer).to.be.instanceOf(Wallet);
    const path = "m/44'/60'/0'/0/3";
    const fourth = HDNodeWallet.fromPhrase(MNEMONIC, undefined, path);
    const derived = await open({}, { mnemonic: MNEMONIC, initialIndex: 3 });
    expect(await addressIn(derived)).to.equal(fourth.address);
    const remote = await open({});
    expect(remote.signer).to.be.instanceOf(JsonRpcSigner);
    const [first] = await (await hre.network.create()).ethers.getSigners();
    expect(await addressIn(remote)).to.equal(first!.address);
  });

  it("reads the key from an environment variable, or from a variable of Hardhat", async () => {
    const { address } = new Wallet(KEY);
    process.env[VARIABLE] = KEY;
    expect(await addressIn(await open({ key: { env: VARIABLE } }))).to.equal(address);
    expect(await addressIn(await open({ key: configVariable(VARIABLE) }))).to.equal(address);
  });

  it("L1_KEY_MISSING, L1_KEY_INVALID: never shows what it has read", async () => {
    const key = { env: VARIABLE };
    const missing = await expectRejection("L1_KEY_MISSING", open({ key }));
    expect(missing.facts["variable"]).to.equal(VARIABLE);
    const almost = KEY.slice(0, -1);
    for (const value of [almost, `${KEY}00`, `0x${"f".repeat(64)}`, "SECRET words"]) {
      process.env[VARIABLE] = value;
      const invalid = await expectRejection("L1_KEY_INVALID", open({ key }));
      const shown = `${invalid.stack} ${JSON.stringify(invalid.facts)} ${String(invalid.cause)}`;
      expect(shown).not.to.contain(value);
    }
  });

  it("refuses a key in the config itself, without showing it", async () => {
    const refused = await open({ key: KEY } as unknown as L1UserConfig).catch((error: unknown) =>
      String(error),
    );
    expect(refused)
      .to.match(/rollup\.node\.l1\.key/)
      .and.not.to.contain(KEY);
  });

  it("goes on with another node when that of the network is gone", async () => {
    const access = await open({ urls: [url], timeoutMs: 5_000 }, "remote", gatewayUrl);
    const { provider } = access.signer;
    const before = await provider!.getBlockNumber();
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    expect(await provider!.getBlockNumber()).to.equal(before);
    expect(logged.join("\n"))
      .to.match(/the network's node is not asked for/)
      .and.to.match(/reads go to rollup\.node\.l1\.urls\[0\]/)
      .and.not.to.match(/SECRET|127\.0\.0\.1/);
  });

  it("passes tag, limits and budget on", async () => {
    const fees = { maxFeePerGas: 30n * 10n ** 9n };
    const budget = { perDayWei: 10n ** 18n };
    const { options } = await open({ deposits: "safe", fees, budget });
    expect(options).to.deep.include({ deposits: "safe", feeLimits: fees, budget });
    expect(options.journal).not.to.equal(undefined);
  });
});
