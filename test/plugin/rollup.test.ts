/** `connection.rollup`, with the mock prover because these tests need no proofs. */
import type { Worker } from "node:worker_threads";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre, { network } from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
const MOCK = { prover: "mock" } as const;

async function deployFixture(connection: NetworkConnection) {
  const rollup = await connection.rollup.deploy(MOCK);
  const [, alice, bob, carol] = await rollup.getWallets();
  const deposit = await alice!.deposit({ token: "ETH", amount: 2n * ETHER });
  await deposit.wait();
  await alice!.setSigningKey();
  return { rollup, alice: alice!, bob: bob!, carol: carol! };
}

describe("plugin/rollup", () => {
  let connection: NetworkConnection;

  before(async () => {
    connection = await network.create();
  });

  after(() => connection.close());

  const load = () => connection.networkHelpers.loadFixture(deployFixture);

  it("takes a transfer from acceptance to execution", async () => {
    const { rollup, alice, bob } = await load();
    const transfer = await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    expect(transfer.receipt.status).to.equal("accepted");
    expect(await bob.getBalance("ETH")).to.equal(ETHER);
    expect((await transfer.wait()).status).to.equal("executed");
    const { executed } = await rollup.contracts.rollup.blockCounts();
    expect(executed).to.equal(2n);
  });

  it("pays a withdrawal out on L1", async () => {
    const { alice } = await load();
    const vault = "0x00000000000000000000000000000000000a11ce";
    const withdrawal = await alice.withdraw({ to: vault, token: "ETH", amount: ETHER });
    await withdrawal.wait();
    expect(await connection.ethers.provider.getBalance(vault)).to.equal(ETHER);
  });

  it("restores L2 together with L1", async () => {
    const first = await load();
    const { root } = first.rollup.operator.state;
    await first.alice.transfer({ to: first.bob.address, token: "ETH", amount: ETHER });
    await first.rollup.processBlocks();
    const { rollup, alice, bob } = await load();
    expect(rollup.operator.state.root).to.equal(root);
    expect(rollup.operator.blocks.length).to.equal(1);
    expect(await bob.getBalance("ETH")).to.equal(0n);
    const again = await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    expect((await again.wait()).blockNumber).to.equal(2);
  });

  it("restores the rollup of the snapshot, or none", async () => {
    const fresh = await network.create();
    const helpers = fresh.networkHelpers;
    const empty = await helpers.takeSnapshot();
    const first = await (await fresh.rollup.deploy(MOCK)).contracts.rollup.getAddress();
    const deployed = await helpers.takeSnapshot();
    await fresh.rollup.deploy(MOCK);
    await deployed.restore();
    expect(await fresh.rollup.contracts.rollup.getAddress()).to.equal(first);
    await empty.restore();
    expectCode("ROLLUP_NOT_DEPLOYED", () => fresh.rollup.contracts);
    await fresh.close();
  });

  it("refuses with a code what breaks a rule", async () => {
    const { alice, bob, carol } = await load();
    const transfer = { to: bob.address, token: "ETH", amount: ETHER };
    const refused = (code: string, change: object) =>
      expectRejection(code, alice.transfer({ ...transfer, ...change }));
    await refused("NONCE_MISMATCH", { nonce: 7 });
    await refused("INSUFFICIENT_BALANCE", { amount: 3n * ETHER });
    await refused("AMOUNT_NOT_PACKABLE", { amount: ETHER + 1n });
    await refused("TOKEN_UNKNOWN", { token: "NONE" });
    await refused("EXPIRED", { validUntil: 1n });
    await refused("ADDRESS_INVALID", { to: "0x12" });
    await expectRejection("ADDRESS_WITHOUT_ACCOUNT", carol.transfer(transfer));
  });

  it("lists tokens", async () => {
    const { rollup, alice } = await load();
    const token = await connection.ethers.deployContract("TestToken", ["Token", "TKN"]);
    await (await token.getFunction("mint")(alice.address, 10n * ETHER)).wait();
    const listed = await rollup.listToken(await token.getAddress());
    expect(listed).to.include({ id: 1, symbol: "TKN", decimals: 18 });
    await alice.deposit({ token: "TKN", amount: 4n * ETHER });
    expect(await alice.getBalance("TKN")).to.equal(4n * ETHER);
  });
});

describe("plugin/rollup: request fee", () => {
  it("is added by the wallet to a deposit and to a full exit", async () => {
    const connection = await network.create();
    const { ethers, rollup } = connection;
    const recipient = `0x${"fe".repeat(20)}`;
    const fee = 10n ** 15n;
    await rollup.deploy({ ...MOCK, requestFeeWei: fee, requestFeeRecipient: recipient });
    const [, alice] = await rollup.getWallets();
    const token = await ethers.deployContract("TestToken", ["Token", "TKN"]);
    await (await token.getFunction("mint")(alice!.address, 10n)).wait();
    await rollup.listToken(await token.getAddress());
    await (await alice!.deposit({ token: "ETH", amount: ETHER })).wait();
    await (await alice!.deposit({ token: "TKN", amount: 10n })).wait();
    expect(await alice!.getBalance("ETH")).to.equal(ETHER);
    expect(await alice!.getBalance("TKN")).to.equal(10n);
    await (await alice!.requestFullExit({ token: "TKN" })).wait();
    expect(await token.getFunction("balanceOf")(alice!.address)).to.equal(10n);
    const held = await ethers.provider.getBalance(await rollup.contracts.rollup.getAddress());
    expect(held).to.equal(ETHER + 3n * fee);
    await connection.close();
  });
});

describe("plugin/rollup: two rollups on one connection", () => {
  let connection: NetworkConnection;

  beforeEach(async () => {
    connection = await network.create();
  });
  afterEach(() => connection.close());

  it("lets no wallet of the first use the second", async () => {
    const { alice: old, bob } = await deployFixture(connection);
    const pending = await old.deposit({ token: "ETH", amount: 1n });
    const { rollup, alice } = await deployFixture(connection);
    const l1Balance = await connection.ethers.provider.getBalance(old.address);
    const transfer = { to: bob.address, token: "ETH", amount: 1n };
    for (const refused of [
      old.deposit({ token: "ETH", amount: 5n }),
      old.requestFullExit({ token: "ETH" }),
      old.getBalance("ETH"),
      old.transfer(transfer),
      old.batch().transfer(transfer).send(),
      old.setSigningKey(),
      pending.wait(),
    ]) {
      const error = await expectRejection("ROLLUP_REPLACED", refused);
      expect(error.facts["current"]).to.equal(await rollup.contracts.rollup.getAddress());
    }
    expect(await connection.ethers.provider.getBalance(old.address)).to.equal(l1Balance);
    expect(await alice.getBalance("ETH")).to.equal(2n * ETHER);
  });

  it("restores a wallet's rollup with the snapshot", async () => {
    const { rollup, alice, bob } = await deployFixture(connection);
    const snapshot = await connection.networkHelpers.takeSnapshot();
    await rollup.deploy(MOCK);
    await expectRejection("ROLLUP_REPLACED", alice.getBalance("ETH"));
    await snapshot.restore();
    await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    expect(await bob.getBalance("ETH")).to.equal(ETHER);
  });

  it("accepts the operator that has resumed the wallet's rollup", async () => {
    const { rollup, alice } = await deployFixture(connection);
    await rollup.processBlocks();
    await rollup.resume(MOCK);
    expect(await alice.getBalance("ETH")).to.equal(2n * ETHER);
  });
});

describe("plugin/rollup: options", () => {
  let connection: NetworkConnection;

  before(async () => {
    connection = await network.create();
  });
  after(() => connection.close());

  const governor = `0x${"ab".repeat(20)}`;
  const deployments: Record<string, readonly object[]> = {
    ADDRESS_INVALID: [
      { tokens: ["0x1234"] },
      { tokens: [ZeroAddress] },
      { feeAccount: "alice.eth" },
      { governance: { governor: governor.slice(2) } },
      { governance: { proposers: [governor, 7] } },
    ],
    OPTION_UNKNOWN: [
      { provers: "mock" },
      { rollup: governor },
      { governance: { owner: governor } },
    ],
    OPTION_INVALID: [
      { mode: "auto" },
      { blockTimeMs: 0 },
      { blockTimeMs: 2 ** 31 },
      { blocksPerTransaction: 1.5 },
      { proofsPerTransaction: "4" },
      { priorityExpirationSeconds: -1 },
      { tokens: governor },
      { governance: { proposers: [] } },
      { logger: { info: () => {} } },
    ],
    AMOUNT_INVALID: [{ requestFeeWei: 0.01 }, { requestFeeWei: -1n }],
    PRESET_UNKNOWN: [{ preset: "huge" }],
    PROVER_UNKNOWN: [{ prover: "magic" }],
  };
  for (const [code, options] of Object.entries(deployments)) {
    it(`deploys nothing with ${code}`, async () => {
      const before = await connection.ethers.provider.getBlockNumber();
      for (const option of options) {
        await expectRejection(code, connection.rollup.deploy({ ...MOCK, ...option }));
      }
      expect(await connection.ethers.provider.getBlockNumber()).to.equal(before);
    });
  }

  it("resumes, and makes wallets, with known options only", async () => {
    const { rollup } = connection;
    const unknown: object = { preset: "minimal" };
    await expectRejection("OPTION_UNKNOWN", rollup.resume(unknown));
    await expectRejection("OPTION_INVALID", rollup.resume({ fromBlock: -1 }));
    await expectRejection("ADDRESS_INVALID", rollup.resume({ rollup: "hello" }));
    await rollup.deploy(MOCK);
    await expectRejection("OPTION_UNKNOWN", rollup.getWallets({ count: 3 }));
    await expectRejection("ADDRESS_INVALID", rollup.listToken("TKN"));
  });
});

describe("plugin/rollup: threads", () => {
  it("checks signatures in the configured threads, and ends them with the connection", async () => {
    const threads = { started: 0, ended: 0 };
    const count = (worker: Worker) => {
      threads.started++;
      worker.once("exit", () => threads.ended++);
    };
    const config = { ...hre.userConfig, rollup: { operator: { threads: 2 } } };
    const own = await createHardhatRuntimeEnvironment(config, {}, PACKAGE_ROOT);
    const connection = await own.network.create();
    process.on("worker", count);
    const { alice, bob } = await deployFixture(connection).finally(() =>
      process.off("worker", count),
    );
    expect(threads).to.deep.equal({ started: 2, ended: 0 });
    await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    expect(await bob.getBalance("ETH")).to.equal(ETHER);
    await connection.close();
    expect(threads).to.deep.equal({ started: 2, ended: 2 });
  });
});

describe("plugin/rollup: refusals", () => {
  it("answers no rollup_* call without a rollup", async () => {
    const connection = await network.create();
    const call = connection.provider.request({ method: "rollup_getConfig", params: [] });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property("data.code", "ROLLUP_NOT_DEPLOYED");
    await expectRejection("ROLLUP_NOT_DEPLOYED", connection.rollup.getWallets());
    await connection.close();
  });

  it("deploys nothing insecure on a chain that is not local", async () => {
    const connection = await network.create({ override: { chainId: 1 } });
    await expectRejection("DEV_KEYS_ON_LIVE_CHAIN", connection.rollup.deploy(MOCK));
    await connection.close();
  });

  it("deploys no preset that is not built", async () => {
    const connection = await network.create();
    const deployment = connection.rollup.deploy({ preset: "full", prover: "snarkjs" });
    await expectRejection("ROLLUP_NOT_BUILT", deployment);
    await connection.close();
  });
});
