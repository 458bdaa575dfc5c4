/**
 * The operator stops, and all users exit with nothing but L1: the state is restored, exits have
 * real proofs, deposits are cancelled, until the contract is empty.
 */
import { expect } from "chai";
import { network } from "hardhat";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import type { Token } from "../../src/l1/types.ts";
import { exitRollup, proveExit, readExodusStatus } from "../../src/exit/exit.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectL1Refusal, expectRejection } from "../helpers/expect-code.ts";

const { ethers, networkHelpers, rollup } = await network.create();
const ETHER = 10n ** 18n;
const EXPIRATION_SECONDS = 7 * 24 * 60 * 60;
const ETH: Token = { id: 0, address: ethers.ZeroAddress, symbol: "ETH", decimals: 18 };

/** Executed: alice 4 ETH, bob 1 ETH and 9 tokens. Not executed: see the comments. */
async function stoppedRollup() {
  const coin = await ethers.deployContract("TestToken", ["Test", "TST"]);
  await rollup.deploy({
    mode: "manual",
    priorityExpirationSeconds: EXPIRATION_SECONDS,
    tokens: [await coin.getAddress()],
  });
  const { operator } = rollup;
  const wallets = (await rollup.getWallets()).slice(1, 5);
  const [alice, bob, carol, dave] = wallets as [RollupWallet, RollupWallet, ...RollupWallet[]];
  await coin.getFunction("mint")(bob.address, 9n);
  await alice.deposit({ token: "ETH", amount: 5n * ETHER });
  await bob.deposit({ token: "TST", amount: 9n });
  await rollup.processBlocks();
  await alice.setSigningKey();
  await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
  await rollup.processBlocks();
  const executedRoot = operator.blocks.at(-1)!.applied.state.root;
  // Committed and proven, but never executed.
  await carol!.deposit({ token: "ETH", amount: 2n * ETHER });
  await operator.syncL1();
  await alice.transfer({ to: bob.address, token: "ETH", amount: ETHER });
  operator.sealBlock();
  await operator.commitBlocks();
  await operator.proveBlocks();
  // Only in the queue.
  await dave!.deposit({ token: "ETH", amount: 3n * ETHER });
  const { prover } = operator;
  await operator.close();
  // A stranger with an L1 node and money for gas.
  const stranger = (await ethers.getSigners()).at(-1)!;
  const l1 = await connectRollup({ rollupAddress: operator.rollupAddress }, stranger);
  const token: Token = { id: 1, address: await coin.getAddress(), symbol: "TST", decimals: 18 };
  return { l1, prover, executedRoot, alice, bob, carol: carol!, dave: dave!, coin, token };
}

const restore = (l1: RollupClient) => restoreRollup(createRestoreSource(l1));

/** The exit request of a user, from the address alone. */
async function requestOf(l1: RollupClient, { address }: RollupWallet, token: Token) {
  const { executed } = await restore(l1);
  const accountIds = executed.state.accountIdsOf(BigInt(address));
  return { owner: address, accountIds, token, executed };
}

describe("exit with real proofs", () => {
  it("restores the operator's state from L1 alone", async () => {
    const { l1, executedRoot } = await networkHelpers.loadFixture(stoppedRollup);
    const { executed, pending, faulty } = await restore(l1);
    expect(executed.state.root).to.equal(executedRoot);
    expect(executed.nextRequestId).to.equal(2);
    expect(pending.map(({ status }) => status)).to.deep.equal(["proven"]);
    expect(pending[0]!.state.root).to.equal(rollup.operator.state.root);
    expect(faulty).to.deep.equal([]);
  });

  it("waits for the operator until a request expires", async () => {
    const { l1, prover, alice } = await networkHelpers.loadFixture(stoppedRollup);
    expect((await readExodusStatus(l1)).stage).to.equal("alive");
    const request = await requestOf(l1, alice, ETH);
    await expectRejection("EXIT_ROLLUP_ALIVE", exitRollup(l1, prover, request));
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    expect((await readExodusStatus(l1)).stage).to.equal("expired");
  });

  it("pays all users all of the money", async () => {
    const world = await networkHelpers.loadFixture(stoppedRollup);
    const { l1, prover, alice, bob, carol, dave, token, coin } = world;
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    const steps: string[] = [];
    const expected: [RollupWallet, bigint][] = [
      [alice, 4n],
      [bob, 1n],
      [carol, 2n],
      [dave, 3n],
    ];
    for (const [wallet, amount] of expected) {
      const before = await ethers.provider.getBalance(wallet.address);
      const request = await requestOf(l1, wallet, ETH);
      await exitRollup(l1, prover, request, (step) => steps.push(step));
      const after = await ethers.provider.getBalance(wallet.address);
      expect(after - before).to.equal(amount * ETHER);
    }
    expect(steps).to.deep.equal(
      [
        ["activate", "prove", "exit"],
        ["prove", "exit"],
        ["cancel", "withdraw"],
        ["cancel", "withdraw"],
      ].flat(),
    );
    await exitRollup(l1, prover, await requestOf(l1, bob, token));
    expect(await coin.getFunction("balanceOf")(bob.address)).to.equal(9n);
    expect(await coin.getFunction("balanceOf")(l1.rollupAddress)).to.equal(0n);
    expect(await ethers.provider.getBalance(l1.rollupAddress)).to.equal(0n);
    const again = requestOf(l1, alice, ETH).then((request) => exitRollup(l1, prover, request));
    await expectRejection("EXIT_DONE_ALREADY", again);
    const nothing = requestOf(l1, alice, token).then((request) => exitRollup(l1, prover, request));
    await expectRejection("EXIT_NOTHING_TO_CLAIM", nothing);
  });

  it("also exits without a proving key", async () => {
    const { l1, alice, bob, token, coin } = await networkHelpers.loadFixture(stoppedRollup);
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    const before = await ethers.provider.getBalance(alice.address);
    const { exits } = await exitRollup(l1, undefined, await requestOf(l1, alice, ETH));
    expect(exits.map(({ by }) => by)).to.deep.equal(["path"]);
    expect((await ethers.provider.getBalance(alice.address)) - before).to.equal(4n * ETHER);
    await exitRollup(l1, undefined, await requestOf(l1, bob, token));
    expect(await coin.getFunction("balanceOf")(bob.address)).to.equal(9n);
  });

  it("pays nobody for a claim that is not the proven one", async () => {
    const { l1, prover, alice, bob } = await networkHelpers.loadFixture(stoppedRollup);
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    await l1.activateExodusMode();
    const { executed, accountIds } = await requestOf(l1, alice, ETH);
    const { storedBlock } = executed;
    const { claim, proof } = await proveExit(prover, executed, accountIds[0]!, 0);
    for (const index of proof.keys()) {
      const garbage = proof.with(index, proof[index]! ^ 1n);
      await expectL1Refusal("ExitProofInvalid", l1.performExit(storedBlock, claim, garbage));
    }
    const lies = [
      { accountId: executed.state.accountIdOf(BigInt(bob.address))! },
      { tokenId: 1 },
      { owner: BigInt((await ethers.getSigners()).at(-1)!.address) },
      { amount: claim.amount + 1n },
      { amount: claim.amount - 1n },
    ];
    for (const lie of lies) {
      const call = l1.performExit(storedBlock, { ...claim, ...lie }, proof);
      await expectL1Refusal("ExitProofInvalid", call);
    }
    await l1.performExit(storedBlock, claim, proof);
    await expectL1Refusal("AlreadyExited", l1.performExit(storedBlock, claim, proof));
    expect(toChecksumAddress(claim.owner)).to.equal(alice.address);
  });
});
