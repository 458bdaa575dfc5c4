/** An operator is lost with its memory; another one continues from L1. */
import { expect } from "chai";
import { network } from "hardhat";
import { connectRollup } from "../../src/l1/client.ts";
import { Operator } from "../../src/operator/operator.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { prepareStart } from "../../src/restore/resume.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { createLinkedClient } from "../helpers/rpc-link.ts";

const { ethers, networkHelpers, rollup } = await network.create();
const ETHER = 10n ** 18n;

/**
 * Executed: two blocks. Proven: bob's withdrawal. Committed: a transfer and dave's deposit. All of
 * them in a few L1 transactions, after blocks that were reverted.
 */
async function lostOperator() {
  await rollup.deploy({ prover: "mock", mode: "manual", blocksPerTransaction: 3 });
  const { operator } = rollup;
  const [, alice, bob, , dave] = await rollup.getWallets();
  for (const wallet of [alice!, bob!]) await wallet.deposit({ token: "ETH", amount: 5n * ETHER });
  await rollup.processBlocks();
  for (const wallet of [alice!, bob!]) await wallet.setSigningKey();
  await operator.processBlocks("committed");
  await operator.revertBlocks(2);
  await rollup.processBlocks();
  await bob!.withdraw({ token: "ETH", amount: ETHER });
  await operator.processBlocks("proven");
  for (let i = 0; i < 3; i++) {
    await alice!.transfer({ to: bob!.address, token: "ETH", amount: ETHER });
  }
  await dave!.deposit({ token: "ETH", amount: 3n * ETHER });
  await operator.processBlocks("committed");
  await operator.close();
  const [validator] = await ethers.getSigners();
  const l1 = await connectRollup({ rollupAddress: operator.rollupAddress }, validator!);
  return { l1, operator, alice: alice!, bob: bob!, dave: dave! };
}

describe("an operator restored from L1", () => {
  it("knows every block that the lost one had on L1", async () => {
    const { l1, operator } = await networkHelpers.loadFixture(lostOperator);
    const { executed, pending } = await restoreRollup(createRestoreSource(l1));
    const blocks = [executed, ...pending];
    expect(executed.storedBlock.blockNumber).to.equal(2);
    expect(pending.map(({ status }) => status)).to.deep.equal(["proven", "committed", "committed"]);
    for (const { storedBlock, state } of blocks) {
      const record = operator.block(storedBlock.blockNumber)!;
      expect(state.root).to.equal(record.applied.state.root);
    }
  });

  it("goes on: what was proven is paid, deposits are served, users find their money", async () => {
    const { l1, alice, bob, dave } = await networkHelpers.loadFixture(lostOperator);
    const restored = await restoreRollup(createRestoreSource(l1));
    const before = await ethers.provider.getBalance(bob.address);
    const start = await prepareStart(l1, restored);
    expect(await ethers.provider.getBalance(bob.address)).to.equal(before + ETHER);
    const { preset, feeAccountAddress } = restored;
    const prover = createMockProver();
    const parts = { preset, feeAccountAddress, l1, prover, start };
    const operator = await Operator.create(parts);
    await operator.processBlocks();
    const provider = new RollupProvider(createLinkedClient(operator));
    const signer = (address: string) => ethers.getSigner(address);
    const wallet = await RollupWallet.create(await signer(alice.address), provider);
    // The transfers were in blocks that nobody could prove any more.
    expect(await wallet.getBalance("ETH")).to.equal(5n * ETHER);
    expect(await provider.getBalance(dave.address, "ETH")).to.equal(3n * ETHER);
    const transfer = await wallet.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    await transfer.wait();
    expect(await provider.getBalance(bob.address, "ETH")).to.equal(5n * ETHER);
    const { executed } = await restoreRollup(createRestoreSource(l1));
    expect(executed.state.root).to.equal(operator.state.root);
  });
});
