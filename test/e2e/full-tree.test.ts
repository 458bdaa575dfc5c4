/** A rollup without free accounts continues, and no money is locked. */
import { expect } from "chai";
import hre, { network } from "hardhat";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { connectRollup } from "../../src/l1/client.ts";
import { Operator } from "../../src/operator/operator.ts";
import { createProver } from "../../src/plugin/rollup/prover.ts";
import { accountCapacity, PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { exitRollup } from "../../src/exit/exit.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS } from "../helpers/test-rollup.ts";

const preset = PRESETS.minimal;
const CAPACITY = accountCapacity(preset);
const EXPIRATION_SECONDS = 1000;
const ETHER = 10n ** 18n;
const { ethers, networkHelpers, rollup } = await network.create();

/** Alice has opened every account. Bob has none. */
async function fullRollup() {
  const coin = await ethers.deployContract("TestToken", ["Test", "TST"]);
  await rollup.deploy({
    preset: preset.name,
    prover: "mock",
    mode: "manual",
    blocksPerTransaction: 32,
    priorityExpirationSeconds: EXPIRATION_SECONDS,
    tokens: [await coin.getAddress()],
  });
  const [, alice, bob] = (await rollup.getWallets()) as [unknown, RollupWallet, RollupWallet];
  await alice.deposit({ token: "ETH", amount: ETHER });
  await rollup.processBlocks();
  await alice.setSigningKey();
  for (let id = rollup.operator.state.nextAccountId; id < CAPACITY; id++) {
    const to = ethers.Wallet.createRandom().address;
    await alice.deposit({ token: "ETH", amount: 1n, to });
  }
  await rollup.processBlocks();
  expect(rollup.operator.state.nextAccountId).to.equal(CAPACITY);
  for (const wallet of [alice, bob]) await coin.getFunction("mint")(wallet.address, 1000n);
  return { alice, bob, coin };
}

describe("a full state tree", () => {
  /** Asserts that the contract's balance of both tokens equals their sums on L2. */
  async function assertNothingLost({ coin }: Awaited<ReturnType<typeof fullRollup>>) {
    const { rollupAddress, state } = rollup.operator;
    const held = [
      await ethers.provider.getBalance(rollupAddress),
      await coin.getFunction("balanceOf")(rollupAddress),
    ];
    for (const [tokenId, amount] of held.entries()) {
      const balances = [...state.accounts()].map(([id]) => state.balance(id, tokenId));
      expect(balances.reduce((sum, each) => sum + each)).to.equal(amount);
    }
  }

  it("refunds the deposits of a newcomer, reports it, and credits all others", async () => {
    const world = await networkHelpers.loadFixture(fullRollup);
    const { alice, bob, coin } = world;
    const eth = await alice.deposit({ token: "ETH", amount: 5n, to: bob.address });
    const tokens = await bob.deposit({ token: "TST", amount: 7n });
    const known = await alice.deposit({ token: "TST", amount: 9n });
    const before = await ethers.provider.getBalance(bob.address);
    await rollup.processBlocks();
    for (const handle of [eth, tokens]) {
      const receipt = await handle.wait();
      expect(receipt).to.include({ type: "deposit", status: "executed", refunded: true });
    }
    expect(await known.wait()).to.not.have.property("refunded");
    expect(await ethers.provider.getBalance(bob.address)).to.equal(before + 5n);
    expect(await coin.getFunction("balanceOf")(bob.address)).to.equal(1000n);
    expect(await alice.getBalance("TST")).to.equal(9n);
    expect(await bob.getAccount()).to.equal(null);
    const { firstOpen, next } = await rollup.contracts.rollup.priorityQueue();
    expect(firstOpen).to.equal(next);
    await assertNothingLost(world);
  });

  it("refuses transfers to a newcomer with a code, and restores from L1", async () => {
    const world = await networkHelpers.loadFixture(fullRollup);
    const { alice, bob } = world;
    const transfer = { token: "ETH", amount: 100n };
    const refused = alice.transfer({ ...transfer, to: bob.address });
    const { facts } = await expectRejection("ACCOUNT_CAPACITY_REACHED", refused);
    expect(facts["capacity"]).to.equal(CAPACITY);
    await alice.transfer({ ...transfer, to: alice.address });
    await alice.deposit({ token: "ETH", amount: 5n, to: bob.address });
    await rollup.processBlocks();
    const { rollupAddress, state } = rollup.operator;
    const l1 = await connectRollup({ rollupAddress }, alice.l1Signer);
    const { executed, pending } = await restoreRollup(createRestoreSource(l1));
    expect(executed.state.root).to.equal(state.root);
    expect(BigInt(executed.nextRequestId)).to.equal((await l1.contract.priorityQueue()).next);
    expect(pending).to.deep.equal([]);
  });

  it("cancels a deposit in exodus whose refund was proven, but not executed", async () => {
    const { alice, bob } = await networkHelpers.loadFixture(fullRollup);
    await alice.deposit({ token: "ETH", amount: 5n, to: bob.address });
    await rollup.operator.processBlocks("proven");
    await rollup.operator.close();
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    const { rollupAddress } = rollup.operator;
    const l1 = await connectRollup({ rollupAddress }, alice.l1Signer);
    const { executed, pending } = await restoreRollup(createRestoreSource(l1));
    expect(pending.flatMap(({ payouts }) => payouts)).to.deep.equal([
      { recipient: BigInt(bob.address), tokenId: 0, amount: 5n },
    ]);
    const before = await ethers.provider.getBalance(bob.address);
    const token = { id: 0, address: ethers.ZeroAddress, symbol: "ETH", decimals: 18 };
    const exit = { owner: bob.address, accountIds: [], token, executed };
    const report = await exitRollup(l1, createMockProver(), exit);
    expect(report.withdrawn).to.equal(5n);
    expect(await ethers.provider.getBalance(bob.address)).to.equal(before + 5n);
    await expectRejection("EXIT_NOTHING_TO_CLAIM", exitRollup(l1, createMockProver(), exit));
  });
});

describe("a full state tree, with a real proof", () => {
  it("refunds and credits in one block", async () => {
    let state = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    for (let id = 1; id < CAPACITY; id++) {
      state = state.update(id, 0, { account: newAccount(BigInt(id)) });
    }
    const settings = { preset, genesisStateRoot: state.root };
    const fixture = await createTestRollup("RollupVerifier", settings);
    const { client, genesis, other } = fixture;
    const prover = await createProver(hre.config, preset.name, "kernel");
    const parts = { preset, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1: client, prover };
    const start = { state, storedBlock: genesis, nextRequestId: 0 };
    const operator = await Operator.create({ ...parts, start });
    await client.depositEth(other.address, 5n);
    await client.depositEth(toChecksumAddress(7n), 6n);
    const before = await fixture.ethers.provider.getBalance(other.address);
    const [block] = await operator.processBlocks();
    const operations = block!.applied.block.operations.map(({ type }) => type);
    expect(operations).to.deep.equal(["refund", "deposit"]);
    expect(block!.status).to.equal("executed");
    expect(operator.state.balance(7, 0)).to.equal(6n);
    expect(await fixture.ethers.provider.getBalance(other.address)).to.equal(before + 5n);
    await operator.close();
    await prover.close();
  });
});
