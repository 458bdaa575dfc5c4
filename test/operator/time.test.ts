import { expect } from "chai";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  submit,
  User,
  authorize,
  signFor,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

describe(`operator: time (${random.title})`, () => {
  it("uses the last read time of L1 as a block's timestamp", async () => {
    const { l1, operator } = await createOperatorWorld();
    l1.increaseTime(100);
    l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    const [block] = await operator.processBlocks();
    expect(block!.applied.block.timestamp).to.equal(l1.timestamp);
  });

  it("checks validity by L1's time, at both ends", async () => {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    const { l1, operator } = world;
    const draft = { ...TRANSFER, validFrom: l1.timestamp + 10n, validUntil: l1.timestamp + 20n };
    expectCode("NOT_YET_VALID", () => submit(world, alice, draft));
    l1.increaseTime(10);
    await operator.syncL1();
    expect(submit(world, alice, draft).status).to.equal("accepted");
    l1.increaseTime(11);
    await operator.syncL1();
    expectCode("EXPIRED", () => submit(world, alice, { ...draft, nonce: 2 }));
  });

  it("rejects what expires while it waits, and what depends on it", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    const bob = new User(random);
    const expiring = { ...TRANSFER, recipient: bob.address, validUntil: l1.timestamp + 5n };
    const first = submit(world, alice, expiring);
    const change = signFor(world, bob, { type: "changePubKey", tokenId: 0 });
    const key = operator.submit(change, await authorize(world, bob, change));
    const second = submit(world, alice, TRANSFER);
    await deposit(world, 5n, 1n);

    l1.increaseTime(6);
    await operator.processBlocks();
    const receipts = [first, key, second].map(({ hash }) => operator.receipt(hash)!);
    expect(receipts.map(({ status }) => status)).to.deep.equal(Array(3).fill("rejected"));
    expect(receipts.map(({ rejection }) => rejection?.code)).to.deep.equal([
      ...["EXPIRED", "OWNER_MISMATCH", "NONCE_MISMATCH"],
    ]);
    expect(receipts[0]?.rejection?.fix).to.contain("validUntil");
    expect(operator.requestReceipt(1)?.status).to.equal("executed");
    expect(operator.state.balance(1, 0)).to.equal(10n ** 18n);
  });

  it("accepts a rejected transaction when it is valid again", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    submit(world, alice, { ...TRANSFER, validUntil: l1.timestamp + 5n });
    const signed = signFor(world, alice, TRANSFER);
    const { hash } = operator.submit(signed);
    l1.increaseTime(6);
    await operator.syncL1();
    expect(operator.receipt(hash)?.rejection?.code).to.equal("NONCE_MISMATCH");
    submit(world, alice, { ...TRANSFER, amount: 7n });
    expect(operator.submit(signed).status).to.equal("accepted");
    expect((await operator.waitFor(hash, "executed")).status).to.equal("executed");
  });

  it("never sets the key of an expired owner on another account", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    const [bob, carol] = [new User(random), new User(random)];
    submit(world, alice, { ...TRANSFER, recipient: bob.address, validUntil: l1.timestamp + 5n });
    const change = signFor(world, bob, { type: "changePubKey", tokenId: 0 });
    const { hash } = operator.submit(change, await authorize(world, bob, change));
    await deposit(world, carol.address, 1n);
    l1.increaseTime(6);
    await operator.processBlocks();
    // Bob's account was never created, and Carol has its id; his key must not become
    // hers.
    expect(operator.state.accountIdOf(carol.address)).to.equal(change.accountId);
    expect(operator.state.account(change.accountId).pubKeyHash).to.equal(0n);
    expect(operator.receipt(hash)?.status).to.equal("rejected");
  });

  it("rebuilds sealed blocks before they are too old for L1", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    const expiring = submit(world, alice, { ...TRANSFER, validUntil: l1.timestamp + 5n });
    const request = await deposit(world, 5n, 1n);
    operator.sealBlock();
    expect(operator.blocks).to.have.length(2);

    l1.increaseTime(2 * TIMESTAMP_LAG_MAX_SECONDS);
    const blocks = await operator.processBlocks();
    expect(blocks.map(({ applied }) => applied.block.timestamp)).to.deep.equal([
      ...[l1.timestamp, l1.timestamp],
    ]);
    expect(operator.receipt(expiring.hash)?.rejection?.code).to.equal("EXPIRED");
    expect(operator.requestReceipt(request)).to.include({ status: "executed", blockNumber: 2 });
  });
});
