/** The bond pays for broken promises, and for nothing else, whoever attacks it. */
import { expect } from "chai";
import { keccak256, Wallet } from "ethers";
import { signSealedBlock, verifySealedBlock } from "../../src/receipts/sealed-block.ts";
import {
  BOND,
  type BondWorld,
  BURNED,
  commit,
  createBondWorld,
  DAY,
  ETHER,
  execute,
  expectRevert,
  PENALTY,
  transfer,
} from "../helpers/bond-world.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createTestBlock, createTestRollup, type TestBlock } from "../helpers/test-rollup.ts";

describe("receipts: the bond", () => {
  let world: BondWorld;
  beforeEach(async () => {
    world = await createBondWorld();
  });

  it("pays half of the penalty for a block that differs from its promise, and burns half", async () => {
    const { bond, blockOf, promiseOf, evidenceOf, user, ethers } = world;
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]));
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    await expectRevert(
      world,
      "OtherBlock",
      bond.claim(
        { ...sealedBlock, blockNumber: 2 },
        (
          await promiseOf(actual, {
            blockNumber: 2,
            pubdataHash: sealedBlock.pubdataHash,
            anchorNumber: sealedBlock.anchorNumber,
            anchorHash: sealedBlock.anchorHash,
          })
        ).signature,
        evidenceOf(actual),
      ),
    );
    const before = await ethers.provider.getBalance(user.address);
    const sent = await bond.connect(user).claim(sealedBlock, signature, evidenceOf(actual));
    const { fee, gasUsed } = (await sent.wait())!;
    expect(await ethers.provider.getBalance(user.address)).to.equal(before + PENALTY / 2n - fee);
    expect(await ethers.provider.getBalance(BURNED)).to.equal(PENALTY / 2n);
    expect(await ethers.provider.getBalance(await bond.getAddress())).to.equal(BOND - PENALTY);
    expect(gasUsed < 150_000n).to.equal(true);
  });

  it("pays once for a block, whatever the number of promises", async () => {
    const { bond, blockOf, promiseOf, evidenceOf } = world;
    const first = await promiseOf(blockOf([transfer(5n)]));
    const second = await promiseOf(blockOf([transfer(7n)]));
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    await bond.claim(first.sealedBlock, first.signature, evidenceOf(actual));
    for (const { sealedBlock, signature } of [first, second]) {
      await expectRevert(
        world,
        "ClaimedAlready",
        bond.claim(sealedBlock, signature, evidenceOf(actual)),
      );
    }
  });

  it("pays nothing for a promise that was kept", async () => {
    const { bond, blockOf, promiseOf, evidenceOf } = world;
    const actual = blockOf([transfer(5n), transfer(6n)]);
    const { sealedBlock, signature } = await promiseOf(actual);
    await execute(world, actual);
    await expectRevert(
      world,
      "PromiseKept",
      bond.claim(sealedBlock, signature, evidenceOf(actual)),
    );
  });

  it("judges only what is executed: committed, proven and reverted blocks break nothing", async () => {
    const { bond, client, blockOf, promiseOf, evidenceOf, genesis } = world;
    const promised = blockOf([transfer(5n)]);
    const { sealedBlock, signature } = await promiseOf(promised);
    const other = blockOf([transfer(6n)]);
    const claim = (block: TestBlock) => bond.claim(sealedBlock, signature, evidenceOf(block));
    await expectRevert(world, "BlockNotExecuted", claim(other));
    await commit(world, other, genesis);
    await expectRevert(world, "BlockNotExecuted", claim(other));
    await client.proveBlocks([other.proveBlock]);
    await expectRevert(world, "BlockNotExecuted", claim(other));
    await client.revertBlocks([other.storedBlock]);
    await execute(world, promised);
    await expectRevert(world, "BlockUnknown", claim(other));
    await expectRevert(world, "PromiseKept", claim(promised));
  });

  it("refuses evidence with any part changed", async () => {
    const { bond, blockOf, promiseOf, evidenceOf } = world;
    const promised = blockOf([transfer(5n)]);
    const { sealedBlock, signature } = await promiseOf(promised);
    await execute(world, promised);
    const honest = evidenceOf(promised);
    const other = keccak256("0x01");
    for (const change of [
      { pubdataHash: other },
      { parentCommitment: other },
      { kind: honest.kind + 1 },
      { digest: honest.digest + 1n },
      { y: honest.y + 1n },
      { oldStateRoot: honest.oldStateRoot + 1n },
      { feeAccountId: 1 },
    ]) {
      const forged = { ...honest, ...change };
      await expectRevert(world, "CommitmentMismatch", bond.claim(sealedBlock, signature, forged));
    }
    const stored = { ...honest.storedBlock, stateRoot: 5n };
    const unknown = { ...honest, storedBlock: stored };
    await expectRevert(world, "BlockUnknown", bond.claim(sealedBlock, signature, unknown));
  });

  it("refuses promises of others, for other bonds, and with changed values", async () => {
    const { bond, deploy, client, key, identity, blockOf, promiseOf, evidenceOf } = world;
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]));
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    const evidence = evidenceOf(actual);
    const forged = await signSealedBlock(Wallet.createRandom(), identity, sealedBlock);
    const changed = { ...sealedBlock, pubdataHash: keccak256("0x02") };
    const twin = await deploy(client.rollupAddress, key.address);
    const elsewhere = { ...identity, chainId: identity.chainId + 1n };
    const onOtherChain = await signSealedBlock(key, elsewhere, sealedBlock);
    for (const [target, promise, by] of [
      [bond, sealedBlock, forged],
      [bond, changed, signature],
      [twin, sealedBlock, signature],
      [bond, sealedBlock, onOtherChain],
    ] as const) {
      await expectRevert(world, "SignatureInvalid", target.claim(promise, by, evidence));
    }
  });

  it("judges by its own rollup only", async () => {
    const { deploy, key, client, blockOf, evidenceOf } = world;
    const other = await createTestRollup("MockVerifier", {}, world.chain);
    const bond = await deploy(other.client.rollupAddress, key.address);
    const identity = { chainId: client.chainId, bondAddress: await bond.getAddress() };
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    const anchor = (await world.ethers.provider.getBlock("latest"))!;
    const sealedBlock = {
      blockNumber: 1,
      pubdataHash: keccak256("0x03"),
      anchorNumber: anchor.number,
      anchorHash: anchor.hash!,
    };
    const signature = await signSealedBlock(key, identity, sealedBlock);
    await expectRevert(
      world,
      "BlockNotExecuted",
      bond.claim(sealedBlock, signature, evidenceOf(actual)),
    );
  });

  it("takes a promise as void if L1 has another block in the place of its anchor", async () => {
    const { bond, blockOf, promiseOf, evidenceOf, networkHelpers, ethers } = world;
    const latest = (await ethers.provider.getBlock("latest"))!.number;
    const orphan = { anchorNumber: latest, anchorHash: keccak256("0x04") };
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]), orphan);
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    const claim = () => bond.claim(sealedBlock, signature, evidenceOf(actual));
    await expectRevert(world, "PromiseVoid", claim());
    await bond.keepAnchor(latest);
    await networkHelpers.mine(300);
    await expectRevert(world, "PromiseVoid", claim());
    await expectRevert(world, "AnchorUnavailable", bond.keepAnchor(latest));
    await expectRevert(world, "AnchorUnavailable", bond.keepAnchor(latest + 10_000));
  });

  it("holds an operator to an anchor that nobody has kept in time", async () => {
    const { bond, blockOf, promiseOf, evidenceOf, networkHelpers } = world;
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]));
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    await networkHelpers.mine(300);
    await bond.claim(sealedBlock, signature, evidenceOf(actual));
  });

  it("lets the owner withdraw after the delay only, while promises still count", async () => {
    const { bond, governor, user, blockOf, promiseOf, evidenceOf, networkHelpers, ethers } = world;
    const owned = bond.connect(governor);
    for (const call of ["announceWithdrawal", "cancelWithdrawal", "withdraw"] as const) {
      await expectRevert(world, "NotOwner", bond.connect(user)[call]());
    }
    await expectRevert(world, "WithdrawalNotAnnounced", owned.withdraw());
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]));
    await owned.announceWithdrawal();
    await networkHelpers.time.increase(7 * DAY - 10);
    await expectRevert(world, "WithdrawalTooEarly", owned.withdraw());
    await owned.cancelWithdrawal();
    await networkHelpers.time.increase(20);
    await expectRevert(world, "WithdrawalNotAnnounced", owned.withdraw());
    await owned.announceWithdrawal();
    const timestamp = BigInt(await networkHelpers.time.latest());
    const actual = createTestBlock(world.client, world.genesis, [transfer(6n)], { timestamp });
    await execute(world, actual);
    await bond.connect(user).claim(sealedBlock, signature, evidenceOf(actual));
    await networkHelpers.time.increase(7 * DAY);
    await owned.withdraw();
    expect(await ethers.provider.getBalance(await bond.getAddress())).to.equal(0n);
    await expectRevert(world, "WithdrawalNotAnnounced", owned.withdraw());
  });

  it("pays what is left when it is less than the penalty, and says when there is nothing", async () => {
    const { deploy, client, key, blockOf, evidenceOf, ethers, user } = world;
    const bond = await deploy(client.rollupAddress, key.address, 4n * ETHER);
    const bondAddress = await bond.getAddress();
    const identity = { chainId: client.chainId, bondAddress };
    const anchor = (await ethers.provider.getBlock("latest"))!;
    const first = blockOf([transfer(6n)]);
    await execute(world, first);
    const second = blockOf([transfer(7n)], first.storedBlock);
    await execute(world, second, first.storedBlock);
    const third = blockOf([transfer(8n)], second.storedBlock);
    await execute(world, third, second.storedBlock);
    const claim = async (block: TestBlock, parent = world.genesis) => {
      const sealedBlock = {
        blockNumber: block.storedBlock.blockNumber,
        pubdataHash: keccak256("0x05"),
        anchorNumber: anchor.number,
        anchorHash: anchor.hash!,
      };
      const signature = await signSealedBlock(key, identity, sealedBlock);
      return bond.connect(user).claim(sealedBlock, signature, evidenceOf(block, parent));
    };
    await claim(first);
    await claim(second, first.storedBlock);
    expect(await ethers.provider.getBalance(bondAddress)).to.equal(0n);
    await expectRevert(world, "BondEmpty", claim(third, second.storedBlock));
    await bond.fund({ value: 9n });
    await claim(third, second.storedBlock);
    expect(await ethers.provider.getBalance(bondAddress)).to.equal(0n);
  });

  it("pays nothing to a claimer that refuses its payment, and leaves the claim open", async () => {
    const { bond, blockOf, promiseOf, evidenceOf, ethers, networkHelpers } = world;
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n)]));
    const actual = blockOf([transfer(6n)]);
    await execute(world, actual);
    const recipient = await ethers.deployContract("OddRecipient");
    await recipient.setBehavior(1); // revert
    const address = await recipient.getAddress();
    await networkHelpers.setBalance(address, ETHER);
    const claimer = bond.connect(await ethers.getImpersonatedSigner(address));
    const claim = (by: typeof bond) => by.claim(sealedBlock, signature, evidenceOf(actual));
    await expectRevert(world, "PaymentFailed", claim(claimer));
    expect(await ethers.provider.getBalance(BURNED)).to.equal(0n);
    await claim(bond);
  });

  it("refuses to be deployed without a signer, a penalty or enough delay", async () => {
    const { deploy, client, key } = world;
    const { ZeroAddress } = await import("ethers");
    await expectRevert(world, "SignerZero", deploy(client.rollupAddress, ZeroAddress));
    await expectRevert(world, "PenaltyZero", deploy(client.rollupAddress, key.address, 0n));
    const short = deploy(client.rollupAddress, key.address, 1n, 7 * DAY - 1);
    await expectRevert(world, "DelayTooShort", short);
  });
});

describe("receipts: the check of a promise", () => {
  it("returns the operations, or says what is wrong", async () => {
    const world = await createBondWorld();
    const { key, identity, blockOf, promiseOf } = world;
    const { pubdata } = blockOf([transfer(5n), transfer(6n)]).commitBlock;
    const { sealedBlock, signature } = await promiseOf(blockOf([transfer(5n), transfer(6n)]));
    const { anchorHash } = sealedBlock;
    const expected = { ...identity, signer: key.address, anchorHash };
    const operations = verifySealedBlock(expected, sealedBlock, signature, pubdata);
    expect(operations).to.deep.equal([transfer(5n), transfer(6n)]);
    const check = (code: string, changes: object, by = signature, data = pubdata) => {
      expectCode(code, () => verifySealedBlock({ ...expected, ...changes }, sealedBlock, by, data));
    };
    check("RECEIPT_SIGNATURE_INVALID", { signer: Wallet.createRandom().address });
    check("RECEIPT_SIGNATURE_INVALID", { chainId: 7n });
    check("RECEIPT_SIGNATURE_INVALID", {}, "0x1234");
    check("RECEIPT_ANCHOR_UNKNOWN", { anchorHash: undefined });
    check("RECEIPT_ANCHOR_UNKNOWN", { anchorHash: keccak256("0x06") });
    check("RECEIPT_PUBDATA_MISMATCH", {}, signature, blockOf([transfer(5n)]).commitBlock.pubdata);
  });
});
