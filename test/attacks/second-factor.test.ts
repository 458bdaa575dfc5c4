/**
 * Somebody has stolen an L2 key whose account demands its owner's Ethereum signature, and wants to
 * get more out of it than the limit: by many small transfers, by batches, by signatures that are
 * for something else, and by switching the second factor off.
 */
import { expect } from "chai";
import { Wallet } from "ethers";
import { settingText, transactionText } from "../../src/l1/second-factor.ts";
import type { Token } from "../../src/l1/types.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { SignedTransaction } from "../../src/operations/transaction.ts";
import { isRollupError } from "../../src/util/errors.ts";
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
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { confirm, setLimit, signSetting, textOf } from "../helpers/second-factor.ts";

const random = createRandom();
const DAY = 86_400;
const TO_THIEF = { type: "transfer", tokenId: 0, recipient: 0xbadn, amount: 100n } satisfies Draft;

describe(`attacks: second factor (${random.title})`, () => {
  let world: OperatorWorld;
  let alice: User;

  beforeEach(async () => {
    world = await createOperatorWorld({ preset: PRESETS.dev });
    alice = await createFundedUser(world, random);
    await setLimit(world, alice, 0n);
  });

  const steal = (text: string, stolen: SignedTransaction, signer = alice.l1) => {
    const ethereumSignature = signer.signMessageSync(text);
    const submission = { transaction: stolen, authorization: "0x", ethereumSignature };
    return world.operator.submitBatch([submission]);
  };

  it("small transfers take the limit at once, and as much again in a day, never more", async () => {
    const limit = 1000n;
    await setLimit(world, alice, limit);
    let stolen = 0n;
    const { l1, operator } = world;
    const start = l1.timestamp;
    for (let attempt = 0; attempt < 60; attempt++) {
      const amount = BigInt(1 + random.int(300));
      try {
        submit(world, alice, { ...TO_THIEF, amount });
        stolen += amount;
      } catch (error) {
        if (!isRollupError(error)) throw error;
        expect(error.code).to.equal("SECOND_FACTOR_REQUIRED");
        l1.increaseTime(random.int(DAY / 8));
        await operator.syncL1();
      }
      const most = limit + (limit * (l1.timestamp - start)) / BigInt(DAY);
      expect(stolen <= most, `${stolen} of ${most} after ${attempt}`).to.equal(true);
    }
    expect(stolen > limit, "a day gives something back").to.equal(true);
  });

  it("transfers that come at the same time share one limit", async () => {
    await setLimit(world, alice, 250n);
    const first = world.operator.state.account(idOf(alice)).nonce;
    const transfers = [0, 1, 2, 3].map((index) =>
      signFor(world, alice, { ...TO_THIEF, nonce: first + index }),
    );
    const outcomes = await Promise.allSettled(
      transfers.map((transaction) =>
        world.operator.receiveBatch([{ transaction, authorization: "0x" }]),
      ),
    );
    const accepted = outcomes.filter(({ status }) => status === "fulfilled");
    expect(accepted).to.have.length(2);
  });

  it("a batch of small transfers counts as their sum", async () => {
    await setLimit(world, alice, 199n);
    const batch = signBatch(world, [
      [alice, TO_THIEF],
      [alice, TO_THIEF],
    ]);
    const unsigned = await confirm(world, batch);
    expectCode("SECOND_FACTOR_REQUIRED", () => world.operator.submitBatch(unsigned));
  });

  it("a signature of another key, or none at all, is refused", () => {
    const stolen = signFor(world, alice, TO_THIEF);
    const text = textOf(world, [stolen]);
    const thief = Wallet.createRandom() as unknown as Wallet;
    expectCode("SECOND_FACTOR_INVALID", () => steal(text, stolen, thief));
    for (const ethereumSignature of ["0x", `0x${"00".repeat(65)}`, `0x${"ff".repeat(65)}`]) {
      const submission = { transaction: stolen, authorization: "0x", ethereumSignature };
      expectCode("SECOND_FACTOR_INVALID", () => world.operator.submitBatch([submission]));
    }
  });

  it("a signature for anything else is refused", () => {
    const stolen = signFor(world, alice, TO_THIEF);
    const { l1, operator } = world;
    const tokenOf = (id: number) => operator.tokens[id]!;
    const texts = [
      { ...stolen, recipient: 0xb0bn },
      { ...stolen, amount: 99n },
      { ...stolen, fee: 1n },
      { ...stolen, nonce: stolen.nonce + 1 },
      { ...stolen, accountId: stolen.accountId + 1 },
      { ...stolen, validFrom: 1n },
      { ...stolen, validUntil: 2_000_000_000n },
      { ...stolen, type: "withdraw" as const },
    ].map((other) => textOf(world, [other as SignedTransaction]));
    const { chainId, rollupAddress } = l1;
    texts.push(
      textOf(world, [stolen, stolen]),
      transactionText([stolen], tokenOf, { chainId: 1n, rollupAddress }),
      transactionText([stolen], tokenOf, { chainId, rollupAddress: `0x${"11".repeat(20)}` }),
      "",
    );
    for (const text of texts) {
      expectCode("SECOND_FACTOR_INVALID", () => steal(text, stolen));
    }
    expect(steal(textOf(world, [stolen]), stolen)).to.have.length(1);
  });

  it("a transaction cannot be torn out of a signed batch, nor its parts exchanged", async () => {
    const bob = await createFundedUser(world, random);
    const pay: Draft = { ...TO_THIEF, recipient: bob.address };
    const get: Draft = { ...TO_THIEF, recipient: alice.address, amount: 900n };
    const agreed = signBatch(world, [
      [alice, pay],
      [bob, get],
    ]);
    const [mine] = await confirm(world, agreed, alice);
    const ethereumSignature = mine!.ethereumSignature!;
    const alone = signFor(world, alice, pay);
    const cheap = signBatch(world, [
      [alice, pay],
      [bob, { ...get, amount: 1n }],
    ]);
    for (const batch of [[alone], cheap]) {
      const [first, ...others] = await confirm(world, batch);
      const submissions = [{ ...first!, ethereumSignature }, ...others];
      expectCode("SECOND_FACTOR_INVALID", () => world.operator.submitBatch(submissions));
    }
  });

  it("an owner's signature on another's transaction of the batch does not count", async () => {
    const bob = await createFundedUser(world, random);
    const batch = signBatch(world, [
      [alice, TO_THIEF],
      [bob, TO_THIEF],
    ]);
    const [first, second] = await confirm(world, batch, alice);
    const { ethereumSignature, ...bare } = first!;
    const moved = [bare, { ...second!, ethereumSignature: ethereumSignature! }];
    expectCode("SECOND_FACTOR_REQUIRED", () => world.operator.submitBatch(moved));
  });

  it("it is not switched off without the owner, nor by an old setting", async () => {
    const { operator } = world;
    const thief = new User(random);
    const off = { limit: undefined };
    const set = (setting: Awaited<ReturnType<typeof signSetting>>) =>
      expectRejection(codeOf(setting), operator.setSecondFactor(setting));
    const codeOf = ({ nonce }: { nonce: number }) =>
      nonce === operator.secondFactor(idOf(alice)).nonce
        ? "SECOND_FACTOR_INVALID"
        : "SECOND_FACTOR_OUTDATED";
    await set(await signSetting(world, alice, off, thief));
    const valid = await signSetting(world, alice, off);
    await operator.setSecondFactor(valid);
    await setLimit(world, alice, 0n);
    await set(valid);
    await set({ ...valid, nonce: operator.secondFactor(idOf(alice)).nonce });
    const raised = await signSetting(world, alice, { limit: 1n });
    await set({ ...raised, limit: 1000n });
    await set({ ...raised, validUntil: raised.validUntil + 1n });
    const otherToken = world.l1.listToken("USD").id;
    await operator.syncL1();
    await set({ ...raised, tokenId: otherToken });
    const elsewhere = settingText(raised, (id) => operator.tokens[id]!, {
      chainId: 1n,
      rollupAddress: world.l1.rollupAddress,
    });
    await set({ ...raised, signature: await alice.l1.signMessage(elsewhere) });
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, TO_THIEF));
  });

  it("an L1 reorg that gives the account to somebody else takes no limit along", async () => {
    const { l1, operator } = world;
    const before = l1.snapshot();
    const carol = await createFundedUser(world, random);
    await setLimit(world, carol, 0n);
    const id = idOf(carol);
    l1.revert(before);
    const bob = await createFundedUser(world, random);
    expect(idOf(bob)).to.equal(id);
    submit(world, bob, TO_THIEF);
    l1.request({ type: "deposit", owner: carol.address, tokenId: 0, amount: 1000n });
    await operator.syncL1();
    expect(operator.secondFactor(idOf(carol)).limits).to.have.length(1);
    await setSigningKey(world, carol);
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, carol, TO_THIEF));
  });

  it("a signature of a payment is none of a setting, nor the other way round", async () => {
    const stolen = signFor(world, alice, TO_THIEF);
    const setting = await signSetting(world, alice, { limit: undefined });
    const signature = await alice.l1.signMessage(textOf(world, [stolen]));
    const { operator } = world;
    const set = operator.setSecondFactor({ ...setting, signature });
    await expectRejection("SECOND_FACTOR_INVALID", set);
    const text = settingText(setting, (id) => operator.tokens[id]!, world.l1);
    expectCode("SECOND_FACTOR_INVALID", () => steal(text, stolen));
  });

  it("a token's name cannot change what the owner reads", () => {
    const { chainId, rollupAddress } = world.l1;
    const transaction = { ...signFor(world, alice, TO_THIEF), tokenId: 3, amount: 5_000_000n };
    const textWith = (symbol: string) => {
      const token: Token = { id: 3, address: `0x${"33".repeat(20)}`, symbol, decimals: 6 };
      return transactionText([transaction], () => token, { chainId, rollupAddress });
    };
    const honest = textWith("USD").split("\n");
    for (const symbol of ["ETH", "USD\nNonce: 0", "\u202eDSU", "", "U".repeat(500), "5.0 ETH"]) {
      const lines = textWith(symbol).split("\n");
      expect(lines).to.have.length(honest.length);
      expect(lines.slice(1).filter((line) => !line.startsWith("Fee:"))).to.deep.equal(
        honest.slice(1).filter((line) => !line.startsWith("Fee:")),
      );
      expect(lines[0]).to.match(/^Transfer 5\.0 [!-~]{0,20} \(token 3\) to: 0x[0-9a-fA-F]{40}$/);
    }
  });

  function idOf({ address }: User): number {
    return world.operator.state.accountIdOf(address)!;
  }
});
