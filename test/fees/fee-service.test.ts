/** The fee policy as the operator asks it: what is accepted, what is refused, and why. */
import { expect } from "chai";
import { FeeService, type FeeRules } from "../../src/fees/fee-service.ts";
import { GasPrice } from "../../src/fees/gas-price.ts";
import { findTarget } from "../../src/fees/model.ts";
import { fixedPrice, type PriceSource } from "../../src/fees/prices/price-source.ts";
import { TokenPrice } from "../../src/fees/prices/token-price.ts";
import { silentLogger } from "../../src/operator/logger.ts";
import { isMainToken } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  authorize,
  createOperatorWorld,
  deposit,
  type Draft,
  setSigningKey,
  signBatch,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const preset = PRESETS.dev;
const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;
const UNIX_MS = 1_700_000_000_000;
const GRACE_SECONDS = 60;

interface Setting {
  readonly rules?: Partial<FeeRules>;
  readonly source?: PriceSource;
  readonly name?: string;
}

/** A world in which TST, of 6 decimals, costs 1/2000 ETH, and two users have ETH and TST. */
async function createFeeWorld({ rules, source, name = "TST" }: Setting = {}) {
  const clock = new FakeClock();
  const l1Gas = { price: (10n * GWEI) as bigint | Error };
  const readGas = () =>
    typeof l1Gas.price === "bigint" ? Promise.resolve(l1Gas.price) : Promise.reject(l1Gas.price);
  const logged: string[] = [];
  const graceMs = 1000 * GRACE_SECONDS;
  const subsidised = new Set<number | bigint>();
  const feePolicy = new FeeService({
    model: {
      preset,
      target: findTarget(preset),
      fillPercent: 100,
      blocksPerTransaction: 1,
      proofsPerTransaction: 1,
      weiPerMillionConstraints: 100n * GWEI,
      payoutGasMin: 0,
    },
    rules: {
      tolerancePercent: 0,
      graceSeconds: GRACE_SECONDS,
      subsidised,
      isFirstKeyFree: false,
      ...rules,
    },
    gasPrice: new GasPrice(readGas, {
      maxWei: 1_000n * GWEI,
      smoothing: 1,
      marginPercent: 0,
      maxAgeMs: 600_000,
      graceMs,
    }),
    tokenPrices: new Map([
      [
        name,
        new TokenPrice(source ?? fixedPrice(ETHER / 2000n), {
          ttlMs: 0,
          timeoutMs: 100,
          maxAgeMs: 600_000,
          maxChangePercent: 50,
          minWei: 1n,
          maxWei: ETHER,
          graceMs,
        }),
      ],
    ]),
    refreshMs: 15_000,
    maxAgeSeconds: 600,
    clock,
    logger: {
      ...silentLogger,
      info: (text) => logged.push(text),
      error: (text) => logged.push(text),
    },
    unixMs: () => UNIX_MS,
  });
  await feePolicy.refresh();
  const world = await createOperatorWorld({ preset, clock, feePolicy });
  const token = world.l1.listToken("TST");
  world.l1.listToken("JUNK");
  const users = [new User(random), new User(random)] as const;
  for (const user of users) {
    for (const tokenId of [0, 1, 2]) await deposit(world, user.address, 10n ** 20n, tokenId);
  }
  // Keys are set for free here: what they cost is a test of its own.
  for (const user of users) subsidised.add(user.address);
  for (const user of users) await setSigningKey(world, user);
  for (const user of users) subsidised.delete(user.address);
  const [alice, bob] = users;
  return { ...world, world, feePolicy, clock, l1Gas, logged, subsidised, token, alice, bob };
}
type FeeWorld = Awaited<ReturnType<typeof createFeeWorld>>;

const transferTo = (user: User, fee: bigint, tokenId = 0): Draft => ({
  type: "transfer",
  tokenId,
  recipient: user.address,
  amount: 5n,
  fee,
});

const quoteOf = async ({ operator, alice, bob }: FeeWorld, tokenId = 0) =>
  operator.quoteFee(
    [{ type: "transfer", account: alice.l1.address, recipient: bob.address }],
    tokenId,
  );

/** The next packable fee below one that has four digits or more. */
const below = (fee: bigint) => {
  let scale = 1n;
  while (fee % (10n * scale) === 0n && fee / (10n * scale) > 204n) scale *= 10n;
  return fee - scale;
};

describe(`fees: acceptance (${random.title})`, () => {
  it("says what tokens are worth, as long as that is known", async () => {
    let price: bigint | Error = ETHER / 2000n;
    const read = () => (typeof price === "bigint" ? Promise.resolve(price) : Promise.reject(price));
    const { operator, clock, feePolicy } = await createFeeWorld({ source: { name: "test", read } });
    const prices = () => operator.pricedTokens().map(({ priceWei }) => priceWei);
    expect(prices()).to.deep.equal([ETHER, ETHER / 2000n, undefined]);
    price = new Error("away");
    await clock.advance(601_000);
    await feePolicy.refresh();
    expect(prices()).to.deep.equal([ETHER, undefined, undefined]);
  });

  it("accepts the named fee, and FEE_TOO_LOW says what is required", async () => {
    const fees = await createFeeWorld();
    const { world, alice, bob } = fees;
    const { fee, costWei, gasPriceWei, validUntil } = await quoteOf(fees);
    expect(gasPriceWei).to.equal(10n * GWEI);
    expect(validUntil).to.equal(UNIX_MS / 1000 + GRACE_SECONDS);
    const { commit, prove, execute, proof, total } = costWei;
    expect(commit + prove + execute + proof).to.equal(total);
    expect(fee >= total && fee < (total * 1_006n) / 1_000n).to.equal(true);
    const before = world.operator.checkpoint();
    const { facts } = expectCode("FEE_TOO_LOW", () => {
      submit(world, alice, transferTo(bob, below(fee)));
    });
    expect(facts).to.include({ given: below(fee), required: fee, tokenId: 0, symbol: "ETH" });
    expectCode("FEE_TOO_LOW", () => submit(world, alice, transferTo(bob, 0n)));
    expect(world.operator.checkpoint()).to.equal(before);
    expect(submit(world, alice, transferTo(bob, fee)).status).to.equal("accepted");
    const signed = signFor(world, alice, transferTo(bob, below(fee)));
    await expectRejection(
      "FEE_TOO_LOW",
      world.operator.receiveBatch([{ transaction: signed, authorization: "0x" }]),
    );
  });

  it("takes a tolerated percentage less", async () => {
    const fees = await createFeeWorld({ rules: { tolerancePercent: 10 } });
    const { fee } = await quoteOf(fees);
    const { world, alice, bob } = fees;
    const packable = (value: bigint) => value - (value % 10n ** BigInt(String(fee).length - 3));
    expectCode("FEE_TOO_LOW", () => {
      submit(world, alice, transferTo(bob, packable((fee * 88n) / 100n)));
    });
    expect(submit(world, alice, transferTo(bob, packable((fee * 92n) / 100n))).status).to.equal(
      "accepted",
    );
  });

  it("accepts a fee as long as it was said to be, after prices have risen", async () => {
    const fees = await createFeeWorld();
    const { world, l1Gas, clock, feePolicy, alice, bob } = fees;
    const { fee } = await quoteOf(fees);
    await clock.advance(15_000);
    l1Gas.price = 20n * GWEI;
    await feePolicy.refresh();
    expect((await quoteOf(fees)).fee > fee).to.equal(true);
    await clock.advance(1000 * GRACE_SECONDS);
    expect(submit(world, alice, transferTo(bob, fee)).status).to.equal("accepted");
    await clock.advance(1);
    expectCode("FEE_TOO_LOW", () => submit(world, alice, transferTo(bob, fee)));
  });

  it("answers the same transaction again whatever fees are now", async () => {
    const fees = await createFeeWorld();
    const { world, l1Gas, clock, feePolicy, alice, bob } = fees;
    const { fee } = await quoteOf(fees);
    const signed = signFor(world, alice, transferTo(bob, fee));
    const { hash } = world.operator.submit(signed);
    l1Gas.price = 900n * GWEI;
    await clock.advance(1_000_000);
    await feePolicy.refresh();
    expect(world.operator.submit(signed).hash).to.equal(hash);
  });

  it("charges a new account, a payout and a key what they cost", async () => {
    const fees = await createFeeWorld();
    const { world, operator, alice, bob } = fees;
    const stranger = new User(random);
    const account = alice.l1.address;
    const known = await quoteOf(fees);
    const created = await operator.quoteFee(
      [{ type: "transfer", account, recipient: stranger.address }],
      0,
    );
    expect(created.fee > known.fee).to.equal(true);
    expectCode("FEE_TOO_LOW", () => submit(world, alice, transferTo(stranger, known.fee)));
    submit(world, alice, transferTo(stranger, created.fee));
    // Now the account is there.
    submit(world, alice, transferTo(stranger, known.fee));
    const withdrawal = await operator.quoteFee([{ type: "withdraw", account }], 0);
    const withdraw: Draft = { type: "withdraw", tokenId: 0, recipient: 7n, amount: 5n };
    expectCode("FEE_TOO_LOW", () => submit(world, alice, { ...withdraw, fee: created.fee }));
    submit(world, alice, { ...withdraw, fee: withdrawal.fee });
    const key = await operator.quoteFee(
      [{ type: "changePubKey", account: bob.l1.address, authorization: "eip712" }],
      0,
    );
    const change = (fee: bigint) => signFor(world, bob, { type: "changePubKey", tokenId: 0, fee });
    const consent = await authorize(world, bob, change(0n));
    expectCode("FEE_TOO_LOW", () => operator.submit(change(below(key.fee)), consent));
    expect(operator.submit(change(key.fee), consent).status).to.equal("accepted");
  });

  it("names the fee of a batch that moves a dearer token than the one that pays", async () => {
    const { world, operator, l1, alice, bob } = await createFeeWorld();
    let wide = 0;
    while (isMainToken(wide)) wide = l1.listToken(`T${wide}`).id;
    await deposit(world, alice.address, 1_000n, wide);
    const request = {
      type: "transfer",
      account: alice.l1.address,
      recipient: bob.address,
    } as const;
    const submitPaying = (fee: bigint) => {
      const parts = [transferTo(bob, fee), transferTo(bob, 0n, wide)].map(
        (draft) => [alice, draft] as const,
      );
      return operator.submitBatch(
        signBatch(world, parts).map((transaction) => ({ transaction, authorization: "0x" })),
      );
    };
    const ofMain = await operator.quoteFee([request, request], 0);
    expectCode("FEE_TOO_LOW", () => submitPaying(ofMain.fee));
    const { fee } = await operator.quoteFee([request, { ...request, tokenId: wide }], 0);
    expectCode("FEE_TOO_LOW", () => submitPaying(below(fee)));
    expect(submitPaying(fee)).to.have.length(2);
  });

  it("can leave an account's first key free, and not the next ones", async () => {
    const { world, alice } = await createFeeWorld({ rules: { isFirstKeyFree: true } });
    const carol = new User(random);
    await deposit(world, carol.address, ETHER);
    const change = (user: User) => signFor(world, user, { type: "changePubKey", tokenId: 0 });
    const consent = await authorize(world, carol, change(carol));
    world.operator.submit(change(carol), consent);
    const again = change(carol);
    const nextConsent = await authorize(world, carol, again);
    expectCode("FEE_TOO_LOW", () => world.operator.submit(again, nextConsent));
    const others = await authorize(world, alice, change(alice));
    expectCode("FEE_TOO_LOW", () => world.operator.submit(change(alice), others));
  });

  it("asks subsidised accounts for nothing, and others in their batches for all of theirs", async () => {
    const fees = await createFeeWorld();
    const { world, operator, subsidised, alice, bob } = fees;
    subsidised.add(operator.state.accountIdOf(alice.address)!);
    expect((await quoteOf(fees)).fee).to.equal(0n);
    expect(submit(world, alice, transferTo(bob, 0n)).status).to.equal("accepted");
    const batch = signBatch(world, [
      [alice, transferTo(bob, 0n)],
      [bob, transferTo(alice, 0n)],
    ]);
    const submissions = batch.map((transaction) => ({ transaction, authorization: "0x" }));
    expectCode("FEE_TOO_LOW", () => operator.submitBatch(submissions));
  });
});

describe(`fees: batches and tokens (${random.title})`, () => {
  const submitAll = ({ world }: FeeWorld, parts: readonly (readonly [User, Draft])[]) =>
    world.operator.submitBatch(
      signBatch(world, parts).map((transaction) => ({ transaction, authorization: "0x" })),
    );

  it("takes the sum of a batch from one payer, also in another token", async () => {
    const fees = await createFeeWorld();
    const { operator, alice, bob } = fees;
    const requests = [alice, bob].map((user, index) => ({
      type: "transfer" as const,
      account: user.l1.address,
      recipient: [bob, alice][index]!.address,
    }));
    const { fee } = await operator.quoteFee(requests, 0);
    const parts = (paid: bigint, tokenId = 0) =>
      [
        [alice, transferTo(bob, 0n)],
        [bob, transferTo(alice, paid, tokenId)],
      ] as const;
    const { facts } = expectCode("FEE_TOO_LOW", () => submitAll(fees, parts(below(fee))));
    expect(facts).to.include({ given: below(fee), required: fee });
    expect(submitAll(fees, parts(fee))).to.have.length(2);
    const inToken = await operator.quoteFee(requests, 1);
    // TST has 6 decimals, and 2000 are an ETH.
    expect(inToken.fee >= (inToken.costWei.total * 2000n) / 10n ** 12n).to.equal(true);
    expect(submitAll(fees, parts(inToken.fee, 1))).to.have.length(2);
  });

  it("counts an account that the batch creates once as new", async () => {
    const fees = await createFeeWorld();
    const { operator, alice } = fees;
    const stranger = new User(random);
    const one = {
      type: "transfer" as const,
      account: alice.l1.address,
      recipient: stranger.address,
    };
    const both = await operator.quoteFee([one, one], 0);
    const single = await operator.quoteFee([one], 0);
    expect(both.costWei.total < 2n * single.costWei.total).to.equal(true);
    const paying: Draft = transferTo(stranger, both.fee);
    expect(
      submitAll(fees, [
        [alice, transferTo(stranger, 0n)],
        [alice, paying],
      ]),
    ).to.have.length(2);
  });

  it("FEE_TOKEN_WITHOUT_PRICE: a token without a price pays nothing, also as dust", async () => {
    const fees = await createFeeWorld();
    const { world, operator, alice, bob } = fees;
    await expectRejection("FEE_TOKEN_WITHOUT_PRICE", quoteOf(fees, 2));
    expectCode("FEE_TOKEN_WITHOUT_PRICE", () => {
      submit(world, alice, transferTo(bob, 10n ** 18n, 2));
    });
    expectCode("FEE_TOKEN_WITHOUT_PRICE", () => submit(world, alice, transferTo(bob, 0n, 2)));
    const { fee } = await operator.quoteFee([{ type: "transfer" }, { type: "transfer" }], 0);
    const enough = 2n * fee - ((2n * fee) % 10n ** 12n);
    expectCode("FEE_TOKEN_WITHOUT_PRICE", () =>
      submitAll(fees, [
        [alice, transferTo(bob, 1n, 2)],
        [bob, transferTo(alice, enough)],
      ]),
    );
    const sponsored: Draft = transferTo(bob, 0n, 2);
    expect(
      submitAll(fees, [
        [alice, sponsored],
        [bob, transferTo(alice, enough)],
      ]),
    ).to.have.length(2);
  });

  it("FEE_TOO_LOW: dust does not take up a block's second fee token", async () => {
    const fees = await createFeeWorld();
    const { operator, alice, bob } = fees;
    const { fee } = await operator.quoteFee([{ type: "transfer" }, { type: "transfer" }], 0);
    const { facts } = expectCode("FEE_TOO_LOW", () =>
      submitAll(fees, [
        [alice, transferTo(bob, 1n, 1)],
        [bob, transferTo(alice, fee)],
      ]),
    );
    expect(facts).to.include({ given: 1n, tokenId: 1, symbol: "TST" });
  });

  it("prices no token by a symbol that two tokens have, and any by its address", async () => {
    const fees = await createFeeWorld();
    const { fee } = await quoteOf(fees, 1);
    expect(fee > 0n).to.equal(true);
    fees.l1.listToken("TST");
    await fees.operator.syncL1();
    await expectRejection("FEE_TOKEN_WITHOUT_PRICE", quoteOf(fees, 1));
    await expectRejection("FEE_TOKEN_WITHOUT_PRICE", quoteOf(fees, 3));
    await expectRejection("TOKEN_NOT_LISTED", quoteOf(fees, 9));
    const named = await createFeeWorld({ name: fees.token.address.toLowerCase() });
    expect((await quoteOf(named, 1)).fee).to.equal(fee);
  });

  it("takes a lying source's price one step at a time", async () => {
    let price = ETHER / 2000n;
    const source = { name: "a liar", read: () => Promise.resolve(price) };
    const fees = await createFeeWorld({ source });
    const honest = (await quoteOf(fees, 1)).fee;
    price = ETHER;
    await fees.clock.advance(15_000);
    const low = (await quoteOf(fees, 1)).fee;
    expect(low > (honest * 66n) / 100n && low < (honest * 68n) / 100n).to.equal(true);
    price = 1n;
    await fees.clock.advance(15_000);
    expect((await quoteOf(fees, 1)).fee < (honest * 134n) / 100n).to.equal(true);
  });
});

describe(`fees: prices that cannot be read (${random.title})`, () => {
  it("FEE_GAS_PRICE_UNKNOWN and FEE_PRICE_UNKNOWN after a time, logged once, until they are", async () => {
    let isDown = false;
    const source = {
      name: "a source",
      read: () =>
        isDown ? Promise.reject(new Error("http://key:secret@host")) : Promise.resolve(ETHER / 9n),
    };
    const fees = await createFeeWorld({ source });
    const { world, clock, l1Gas, feePolicy, alice, bob, subsidised, logged } = fees;
    const { fee } = await quoteOf(fees);
    const inToken = (await quoteOf(fees, 1)).fee;
    isDown = true;
    await clock.advance(590_000);
    await feePolicy.refresh();
    submit(world, alice, transferTo(bob, inToken, 1));
    await clock.advance(20_000);
    await feePolicy.refresh();
    await expectRejection("FEE_PRICE_UNKNOWN", quoteOf(fees, 1));
    expectCode("FEE_PRICE_UNKNOWN", () => submit(world, alice, transferTo(bob, inToken, 1)));
    submit(world, alice, transferTo(bob, fee));
    l1Gas.price = new Error("down");
    await clock.advance(700_000);
    await expectRejection("FEE_GAS_PRICE_UNKNOWN", quoteOf(fees));
    expectCode("FEE_GAS_PRICE_UNKNOWN", () => submit(world, alice, transferTo(bob, fee)));
    subsidised.add(alice.address);
    submit(world, alice, transferTo(bob, 0n));
    expect(logged).to.have.length(2);
    expect(logged.join()).not.to.contain("secret");
    isDown = false;
    l1Gas.price = 10n * GWEI;
    await clock.advance(20_000);
    await feePolicy.refresh();
    await clock.advance(0);
    subsidised.delete(alice.address);
    expect((await quoteOf(fees)).fee).to.equal(fee);
    expect((await quoteOf(fees, 1)).fee).to.equal(inToken);
    expect(logged).to.have.length(4);
  });

  it("waits for a silent source once, and for nothing after that", async () => {
    const source = { name: "a source", read: () => new Promise<bigint>(() => {}) };
    const fees = createFeeWorld({ source });
    const outcome = await Promise.race([
      fees,
      new Promise((resolve) => setTimeout(() => resolve("waits"), 2_000)),
    ]);
    expect(outcome).not.to.equal("waits");
    await expectRejection("FEE_PRICE_UNKNOWN", quoteOf(await fees, 1));
  });

  it("reads at regular times while it runs", async () => {
    const { feePolicy, clock, l1Gas, operator } = await createFeeWorld();
    const feeNow = async () => (await operator.quoteFee([{ type: "transfer" }], 0)).gasPriceWei;
    feePolicy.start();
    feePolicy.start();
    l1Gas.price = 30n * GWEI;
    await clock.advance(15_000);
    expect(clock.pending).to.equal(1);
    expect(await feeNow()).to.equal(30n * GWEI);
    feePolicy.close();
    expect(clock.pending).to.equal(0);
  });
});
