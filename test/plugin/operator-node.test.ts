/** An operator as in a separate process, and clients on the other side of its port. */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { computeAddress, ZeroAddress } from "ethers";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import plugin from "../../src/index.ts";
import { type OperatorNode, startOperatorNode } from "../../src/plugin/node/operator-node.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
const EXPIRATION_SECONDS = 3600;
const OUTPUT = join(tmpdir(), `rollup-operator-${process.pid}.json`);
/** Key of the validator, which the L1 node does not have. */
const KEY = `0x${"5a".repeat(32)}`;
/** Keys of accounts with ETH on L1; clients sign with their own keys, as wallets do. */
const MNEMONIC = "test test test test test test test test test test test junk";

describe("plugin/node", () => {
  let server: JsonRpcServer;
  /** Connection with the keys of the node. */
  let l1: NetworkConnection;
  let operatorHre: HardhatRuntimeEnvironment;
  let rollup: string;
  let node: OperatorNode;
  let client: NetworkConnection;

  before(async () => {
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const url = `http://${address}:${port}`;
    l1 = await hre.network.create({ network: "localhost", override: { url } });
    const networks = { keyed: { type: "http" as const, url, accounts: [KEY] } };
    operatorHre = await createHardhatRuntimeEnvironment(
      { plugins: [toolbox, plugin], networks, paths: { sources: "contracts" } },
      { network: "keyed" },
      PACKAGE_ROOT,
    );
    const connection = await operatorHre.network.create();
    const [validator] = await connection.ethers.getSigners();
    const [rich] = await l1.ethers.getSigners();
    await (await rich!.sendTransaction({ to: validator!.address, value: 100n * ETHER })).wait();
    const priority = { priorityExpirationSeconds: EXPIRATION_SECONDS };
    await connection.rollup.deploy({ prover: "mock", mode: "manual", ...priority });
    rollup = await connection.rollup.contracts.rollup.getAddress();
    await connection.close();
    await startNode();
  });

  after(async () => {
    await client.close();
    await node.close();
    await l1.close();
    await server.close();
    await rm(OUTPUT, { force: true });
  });

  async function startNode(): Promise<void> {
    node = await startOperatorNode(operatorHre, {
      rollup,
      prover: "mock",
      port: 0,
      adminPort: 0,
      blockTimeMs: 20,
      output: OUTPUT,
    });
    const override = { url: node.url, accounts: { mnemonic: MNEMONIC } };
    client = await hre.network.create({ network: "localhost", override });
  }

  async function postTo(url: string, body: string, init: RequestInit = {}) {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", body, headers, ...init });
    return response.status === 200 ? await response.json() : response.status;
  }

  const post = (body: string, init?: RequestInit) => postTo(node.url, body, init);

  const askAt =
    (url: () => string) =>
    (method: string, ...params: unknown[]) =>
      postTo(url(), JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const ask = askAt(() => node.url);

  it("serves wallets that also reach L1 through it", async () => {
    const [alice, bob] = await client.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: 5n * ETHER })).wait("executed");
    await alice!.setSigningKey();
    const transfer = await alice!.transfer({ to: bob!.address, token: "ETH", amount: ETHER });
    expect((await transfer.wait("executed")).status).to.equal("executed");
  });

  it("passes coded errors, and those of L1", async () => {
    const [, bob, carol] = await client.rollup.getWallets();
    const transfer = bob!.transfer({ to: carol!.address, token: "ETH", amount: 1n });
    await expectRejection("SIGNING_KEY_NOT_SET", transfer);
    const reverted = await ask("eth_call", { to: rollup, data: "0xffffffff" });
    expect(reverted).to.have.nested.property("error.message").that.includes("revert");
  });

  it("forwards to L1 the methods of wallets, and no others", async () => {
    expect(await ask("eth_chainId")).to.have.property("result", "0x7a69");
    const height = (await ask("eth_blockNumber")) as { result: string };
    const logs = { address: rollup, fromBlock: "0x0", toBlock: height.result };
    expect(await ask("eth_getLogs", logs))
      .to.have.property("result")
      .that.is.an("array");
    for (const toBlock of ["0x7fff", "0xffffffffffff"]) {
      const wide = await ask("eth_getLogs", { ...logs, toBlock });
      expect(wide).to.have.nested.property("error.data.code", "RPC_L1_RANGE_TOO_WIDE");
    }
    const unmeasured = [
      { ...logs, fromBlock: 0 },
      { ...logs, fromBlock: "0x00000000000000000000", toBlock: "latest" },
      { ...logs, fromBlock: "0", toBlock: "latest" },
      { ...logs, blockHash: "" },
      { ...logs, blockHash: `0x${"0".repeat(64)}` },
      [logs],
      null,
    ];
    for (const filter of unmeasured) {
      const text = JSON.stringify(filter);
      const answer = await ask("eth_getLogs", filter);
      expect(answer, text).to.have.nested.property("error.data.code", "RPC_PARAMS_INVALID");
    }
    const refused = [
      ...["eth_nothing", "eth_accounts", "eth_sendTransaction", "eth_sign", "personal_sign"],
      ...[
        "hardhat_setBalance",
        "evm_mine",
        "debug_traceTransaction",
        "anvil_mine",
        "eth_newFilter",
      ],
      ...["constructor", "__proto__", ""],
    ];
    for (const method of refused) {
      expect(await ask(method, {}), method).to.have.nested.property("error.code", -32601);
    }
  });

  it("keeps the operator's keys to itself, also when all of L1 is forwarded", async () => {
    const local = await startOperatorNode(operatorHre, {
      rollup,
      prover: "mock",
      port: 0,
      output: OUTPUT,
      l1Methods: "all",
      l2ChainId: 4242,
      mode: "manual",
    });
    const address = computeAddress(KEY).toLowerCase();
    const { result } = (await askAt(() => local.url)("eth_accounts")) as { result: string[] };
    expect(result).to.have.length(20).and.not.include(address);
    const theft = { from: address, to: result[0], value: "0x1" };
    expect(await askAt(() => local.url)("eth_sendTransaction", theft)).to.have.property("error");
    expect(await askAt(() => local.url)("personal_sign", "0x00", address)).to.have.property(
      "error",
    );
    const askL2 = askAt(() => `${local.url}/eth`);
    expect(await askL2("eth_chainId")).to.include({ result: "0x1092" });
    expect(await askL2("eth_accounts")).to.deep.include({ result: [] });
    await local.close();
  });

  it("processes blocks on the admin port only", async () => {
    const refused = await ask("rollup_processBlocks");
    expect(refused).to.have.nested.property("error.data.code", "RPC_METHOD_RESTRICTED");
    const { result } = (await askAt(() => node.adminUrl!)("rollup_processBlocks")) as {
      result: unknown;
    };
    expect(result).to.be.an("array");
  });

  it("answers batches, and refuses what is no call", async () => {
    const call = { jsonrpc: "2.0", id: 1, method: "eth_chainId" };
    const answer = { jsonrpc: "2.0", id: 1, result: "0x7a69" };
    expect(await post(JSON.stringify(call))).to.deep.equal(answer);
    const answers = await post(JSON.stringify([call, { ...call, id: "b" }]));
    expect(answers).to.deep.equal([answer, { ...answer, id: "b" }]);
    const codes = [
      ["{", -32700],
      ["[]", -32600],
      ["7", -32600],
      [JSON.stringify({ ...call, jsonrpc: "1.0" }), -32600],
    ] as const;
    for (const [body, code] of codes) {
      expect(await post(body)).to.have.nested.property("error.code", code);
    }
    expect(await post("{}", { method: "PUT" })).to.equal(405);
    expect(await post(" ".repeat((1 << 20) + 1))).to.equal(413);
    const stream = new Blob(["{}"]).stream();
    expect(await post("", { body: stream, duplex: "half" })).to.equal(411);
    const preflight = await fetch(node.url, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-origin")).to.equal(null);
  });

  it("continues from L1 when it is started again", async () => {
    await client.close();
    await node.close();
    await startNode();
    const [alice, bob] = await client.rollup.getWallets();
    expect(await alice!.getBalance("ETH")).to.equal(4n * ETHER);
    expect(await bob!.getBalance("ETH")).to.equal(ETHER);
    const withdrawal = await alice!.withdraw({ token: "ETH", amount: ETHER });
    expect((await withdrawal.wait("executed")).status).to.equal("executed");
  });

  it("PORT_IN_USE, NETWORK_WITHOUT_L1: refuses a taken port, and a network of this process", async () => {
    const port = Number(new URL(node.url).port);
    const options = { rollup, prover: "mock", port, output: OUTPUT } as const;
    await expectRejection("PORT_IN_USE", startOperatorNode(operatorHre, options));
    await expectRejection("NETWORK_WITHOUT_L1", startOperatorNode(hre, { ...options, port: 0 }));
  });

  it("ROLLUP_IN_EXODUS: refuses a rollup that accepts no more blocks", async () => {
    await node.close();
    const [signer] = await l1.ethers.getSigners();
    const contract = node.rollup.contracts.rollup.connect(signer);
    await (await contract.requestFullExit(0, ZeroAddress)).wait();
    await l1.networkHelpers.time.increase(EXPIRATION_SECONDS + 1);
    await (await contract.activateExodusMode()).wait();
    await expectRejection("ROLLUP_IN_EXODUS", startNode());
  });
});
