/** What an owner has to sign besides the L2 key, and how that is set. */
import { expect } from "chai";
import { toUtf8String } from "ethers";
import { waitingSubmissions } from "../../src/operator/ledger/waiting.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  type OperatorWorld,
  setSigningKey,
  signBatch,
  signFor,
  submit,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { confirm, setLimit, signSetting, textOf } from "../helpers/second-factor.ts";

const random = createRandom();
const DAY = 24n * 60n * 60n;
const TRANSFER = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n } satisfies Draft;

describe(`operator: second factor (${random.title})`, () => {
  let world: OperatorWorld;
  let alice: User;
  let bob: User;

  beforeEach(async () => {
    world = await createOperatorWorld({ preset: PRESETS.dev });
    alice = await createFundedUser(world, random);
    bob = await createFundedUser(world, random);
  });

  const factorOf = (user: User) =>
    world.operator.secondFactor(world.operator.state.accountIdOf(user.address)!);
  const submitConfirmed = async (draft: Draft, ...owners: readonly User[]) =>
    world.operator.submitBatch(await confirm(world, [signFor(world, alice, draft)], ...owners));

  it("asks for nothing until the owner wants it, and then of nobody else", async () => {
    submit(world, alice, TRANSFER);
    expect(factorOf(alice)).to.deep.equal({ nonce: 0, limits: [] });
    const factor = await setLimit(world, alice, 50n);
    expect(factor).to.deep.equal({ nonce: 1, limits: [{ tokenId: 0, limit: 50n, left: 50n }] });
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, TRANSFER));
    submit(world, bob, TRANSFER);
    submit(world, alice, { ...TRANSFER, amount: 50n });
  });

  it("SECOND_FACTOR_REQUIRED: has the text as personal_sign takes it", async () => {
    await setLimit(world, alice, 0n);
    const signed = signFor(world, alice, TRANSFER);
    const { facts } = expectCode("SECOND_FACTOR_REQUIRED", () => world.operator.submit(signed));
    const { message, ...rest } = facts as { code: string; message: string };
    const { accountId } = signed;
    expect(rest).to.deep.equal({
      code: "SECOND_FACTOR_REQUIRED",
      ...{ accountId, tokenId: 0, amount: 100n, left: 0n },
    });
    expect(toUtf8String(message)).to.equal(textOf(world, [signed]));
  });

  it("accepts with the owner's signature, which takes nothing of the limit", async () => {
    await setLimit(world, alice, 60n);
    const [receipt] = await submitConfirmed(TRANSFER, alice);
    expect(receipt!.status).to.equal("accepted");
    expect(factorOf(alice).limits[0]!.left).to.equal(60n);
    const [again] = await submitConfirmed({ ...TRANSFER, nonce: receipt!.nonce });
    expect(again, "the same again needs no signature").to.deep.equal(receipt);
  });

  it("counts what has left, and gives the limit back in the course of a day", async () => {
    await setLimit(world, alice, 86_400n);
    submit(world, alice, { ...TRANSFER, amount: 86_400n });
    expect(factorOf(alice).limits[0]!.left).to.equal(0n);
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, { ...TRANSFER, amount: 1n }));
    world.l1.increaseTime(10n);
    await world.operator.syncL1();
    submit(world, alice, { ...TRANSFER, amount: 10n });
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, { ...TRANSFER, amount: 1n }));
    world.l1.increaseTime(2n * DAY);
    await world.operator.syncL1();
    expect(factorOf(alice).limits[0]!.left, "never more than the limit").to.equal(86_400n);
  });

  it("counts withdrawals, and fees of whatever the account pays for", async () => {
    const drafts: readonly Draft[] = [
      { type: "withdraw", tokenId: 0, recipient: alice.address, amount: 100n },
      { ...TRANSFER, amount: 0n, fee: 100n },
      { type: "forcedExit", tokenId: 0, recipient: 7n, fee: 100n },
    ];
    submit(world, bob, { ...TRANSFER, recipient: 7n }); // an account without a key
    await setLimit(world, alice, 99n);
    for (const draft of drafts) {
      const signed = signFor(world, alice, draft);
      expectCode("SECOND_FACTOR_REQUIRED", () => world.operator.submit(signed));
    }
    for (const draft of drafts) await submitConfirmed(draft, alice);
  });

  it("has a limit for each token, and none for the others", async () => {
    const { id } = world.l1.listToken("USD");
    world.l1.request({ type: "deposit", owner: alice.address, tokenId: id, amount: 1000n });
    await world.operator.syncL1();
    await setLimit(world, alice, 0n, id);
    submit(world, alice, TRANSFER);
    const other = { ...TRANSFER, tokenId: id };
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, other));
    await setLimit(world, alice, 0n);
    expect(factorOf(alice).limits.map(({ tokenId }) => tokenId)).to.deep.equal([0, id]);
    await setLimit(world, alice, undefined, id);
    submit(world, alice, other);
  });

  it("asks for a signature only if every rule holds", async () => {
    await setLimit(world, alice, 0n);
    const tooMuch = { ...TRANSFER, amount: 10n ** 20n };
    expectCode("INSUFFICIENT_BALANCE", () => submit(world, alice, tooMuch));
    expectCode("NONCE_MISMATCH", () => submit(world, alice, { ...TRANSFER, nonce: 9 }));
    const forged = signFor(world, bob, { ...TRANSFER, accountId: idOf(alice) });
    expectCode("SIGNATURE_INVALID", () =>
      world.operator.submit({ ...forged, signature: { ...forged.signature, s: 1n } }),
    );
  });

  it("takes one signature for a batch, and that of each owner who wants it", async () => {
    await setLimit(world, alice, 150n);
    await setLimit(world, bob, 0n);
    const batch = signBatch(world, [
      [alice, TRANSFER],
      [bob, TRANSFER],
      [alice, TRANSFER],
    ]);
    const { operator } = world;
    for (const owners of [[], [alice], [bob]]) {
      const submissions = await confirm(world, batch, ...owners);
      expectCode("SECOND_FACTOR_REQUIRED", () => operator.submitBatch(submissions));
    }
    const receipts = operator.submitBatch(await confirm(world, batch, alice, bob));
    expect(receipts).to.have.length(3);
    expect(factorOf(alice).limits[0]!.left).to.equal(150n);
  });

  it("charges the unsigned part of a batch to its owner alone", async () => {
    await setLimit(world, alice, 150n);
    await setLimit(world, bob, 0n);
    const batch = signBatch(world, [
      [alice, TRANSFER],
      [bob, TRANSFER],
    ]);
    world.operator.submitBatch(await confirm(world, batch, bob));
    expect(factorOf(alice).limits[0]!.left).to.equal(50n);
  });

  it("lets a new key in with the owner's consent, and counts its fee", async () => {
    await setLimit(world, alice, 0n);
    await setSigningKey(world, alice);
    const signed = signFor(world, alice, { type: "changePubKey", tokenId: 0, fee: 1n });
    const { operator, l1 } = world;
    const { accountId, nonce } = signed;
    const { pubKeyHash } = alice.signer;
    l1.authorize({ owner: alice.address, accountId, nonce, pubKeyHash });
    await operator.syncL1();
    expectCode("SECOND_FACTOR_REQUIRED", () => operator.submit(signed, "0x00"));
    const [submission] = await confirm(world, [signed], alice);
    operator.submitBatch([{ ...submission!, authorization: "0x00" }]);
  });

  it("keeps the limits through blocks, reverts and rebuilds", async () => {
    const { operator, l1 } = world;
    await setLimit(world, alice, 100n);
    submit(world, alice, TRANSFER);
    await operator.processBlocks("committed");
    await operator.revertBlocks(operator.progress.executed + 1);
    l1.increaseTime(1n);
    await operator.processBlocks();
    expect(factorOf(alice).limits[0]!.left).to.equal(0n);
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, TRANSFER));
  });

  it("keeps the signature with what waits, so that it can be accepted again", async () => {
    await setLimit(world, alice, 0n);
    await submitConfirmed(TRANSFER, alice);
    const waiting = waitingSubmissions(world.operator.checkpoint()).at(-1)!;
    expect(waiting).to.deep.equal(await confirm(world, [waiting[0]!.transaction], alice));
  });

  describe("settings", () => {
    it("count once, and are answered again if the answer was lost", async () => {
      const { operator } = world;
      const setting = await signSetting(world, alice, { limit: 7n });
      const factor = await operator.setSecondFactor(setting);
      expect(await operator.setSecondFactor(setting)).to.deep.equal(factor);
      await setLimit(world, alice, undefined);
      await expectRejection("SECOND_FACTOR_OUTDATED", operator.setSecondFactor(setting));
    });

    it("are valid for a day at most, and not when their time is over", async () => {
      const { operator, l1 } = world;
      const set = async (validUntil: bigint) =>
        operator.setSecondFactor(await signSetting(world, alice, { validUntil }));
      await operator.syncL1();
      await expectRejection("SECOND_FACTOR_OUTDATED", set(l1.timestamp + DAY + 1n));
      await expectRejection("SECOND_FACTOR_OUTDATED", set(l1.timestamp - 1n));
      await set(l1.timestamp + DAY);
    });

    it("keep what has left in the last day", async () => {
      await setLimit(world, alice, 100n);
      submit(world, alice, TRANSFER);
      expect((await setLimit(world, alice, 130n)).limits[0]!.left).to.equal(30n);
      expect((await setLimit(world, alice, 10n)).limits[0]!.left).to.equal(0n);
    });

    it("are for listed tokens and accounts that exist", async () => {
      const { operator } = world;
      const setting = await signSetting(world, alice);
      const set = (changes: object) => operator.setSecondFactor({ ...setting, ...changes });
      await expectRejection("TOKEN_NOT_LISTED", set({ tokenId: 9 }));
      await expectRejection("ACCOUNT_NOT_FOUND", set({ accountId: 4000 }));
      await expectRejection("ACCOUNT_ID_OUT_OF_RANGE", set({ accountId: 2 ** 20 }));
    });

    it("SECOND_FACTOR_LIMITS_FULL: bound what an owner can have in memory", async () => {
      const { operator, l1 } = world;
      for (let id = 1; id <= 32; id++) l1.listToken(`T${id}`);
      await operator.syncL1();
      for (let id = 0; id < 32; id++) await setLimit(world, alice, 1n, id);
      await expectRejection("SECOND_FACTOR_LIMITS_FULL", setLimit(world, alice, 1n, 32));
      await setLimit(world, alice, 2n, 31);
      await setLimit(world, alice, undefined, 0);
      await setLimit(world, alice, 1n, 32);
    });
  });

  function idOf({ address }: User): number {
    return world.operator.state.accountIdOf(address)!;
  }
});
