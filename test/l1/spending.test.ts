/** What an operator pays for L1 at most. */
import { expect } from "chai";
import { toQuantity, Transaction, Wallet } from "ethers";
import { createMemorySpendingBook, type SpendingBook } from "../../src/l1/budget.ts";
import { type ConnectOptions, connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { createMemoryJournal, type L1Journal } from "../../src/l1/journal.ts";
import type { SendingEvent } from "../../src/l1/settings.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FaultyProvider } from "../helpers/faulty-provider.ts";
import { createTestBlock, createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

/** Key of the fourth account of Hardhat's chains, which nothing else here uses. */
const KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
const GWEI = 10n ** 9n;
const EXPIRATION_SECONDS = 1_000;
const PATIENCE = { resendAfterMs: 100, sendsMax: 200, requestTimeoutMs: 2_000, requestsMax: 1 };

describe("costs of an operator", () => {
  let fixture: TestRollup;
  let faulty: FaultyProvider;
  let journal: L1Journal;
  let events: SendingEvent[];
  let wallet: Wallet;

  beforeEach(async () => {
    const settings = { priorityExpirationSeconds: EXPIRATION_SECONDS };
    fixture = await createTestRollup("MockVerifier", settings);
    const { provider } = fixture.chain;
    faulty = new FaultyProvider({
      request: ({ method, params }) => provider.request({ method, params: [...(params ?? [])] }),
    });
    wallet = new Wallet(KEY, faulty.ethers);
    await fixture.rollup.connect(fixture.governor).setValidator(wallet.address, true);
    journal = createMemoryJournal();
    events = [];
  });

  async function connect(options: ConnectOptions): Promise<RollupClient> {
    const onEvent = (event: SendingEvent) => events.push(event);
    return connectRollup(fixture.client, wallet, { ...PATIENCE, journal, onEvent, ...options });
  }

  async function commit(client: RollupClient): Promise<void> {
    const { genesis, networkHelpers } = fixture;
    const timestamp = BigInt(await networkHelpers.time.latest());
    const { commitBlock } = createTestBlock(client, genesis, [], { timestamp });
    await client.commitBlocks(genesis, [commitBlock]);
  }

  const send = (method: string, params: unknown[] = []) =>
    fixture.ethers.provider.send(method, params) as Promise<unknown>;
  const setBaseFee = (wei: bigint) => send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(wei)]);

  it("L1_FEES_ABOVE_LIMIT: sends nothing while gas costs more than the limit", async () => {
    const client = await connect({ feeLimits: { maxFeePerGas: 20n * GWEI } });
    await setBaseFee(50n * GWEI);
    const refused = await expectRejection("L1_FEES_ABOVE_LIMIT", commit(client));
    expect(refused.facts["limitWei"]).to.equal(20n * GWEI);
    expect(faulty.counts.get("eth_sendRawTransaction")).to.equal(undefined);
    expect(await journal.pending(wallet.address)).to.deep.equal([]);
    await setBaseFee(15n * GWEI);
    await commit(client);
    const [sent] = events.filter((event) => event.type === "sent");
    expect(sent!.gasPriceMaxWei).to.equal(20n * GWEI);
  });

  it("raises fees by an eighth at least, up to the limit, and never above", async () => {
    await send("evm_setAutomine", [false]);
    await setBaseFee(2n * GWEI);
    await send("evm_mine");
    const limit = 8n * GWEI;
    const client = await connect({ feeLimits: { maxFeePerGas: limit } });
    const committed = commit(client);
    const isAtLimit = () => faulty.counts.get("eth_sendRawTransaction")! >= 6;
    while (!isAtLimit()) await new Promise((resolve) => setTimeout(resolve, 10));
    const versions = (await journal.pending(wallet.address)).map(({ raw }) =>
      Transaction.from(raw),
    );
    expect(versions.length).to.be.greaterThan(1);
    const prices = versions.map(({ maxFeePerGas }) => maxFeePerGas!);
    for (const [index, price] of prices.slice(1).entries()) {
      expect(price * 1000n >= prices[index]! * 1125n).to.equal(true);
    }
    expect(prices.every((price) => price <= limit)).to.equal(true);
    expect(new Set(versions.map(({ nonce }) => nonce)).size).to.equal(1);
    await send("evm_mine");
    await committed;
  });

  it("counts what transactions cost", async () => {
    const spending = createMemorySpendingBook();
    const client = await connect({ spending });
    const before = await fixture.ethers.provider.getBalance(wallet.address);
    await commit(client);
    const after = await fixture.ethers.provider.getBalance(wallet.address);
    expect(await spending.spentSince(wallet.address, 0)).to.equal(before - after);
    const mined = events.find((event) => event.type === "mined");
    expect(mined).to.include({ purpose: "commit 1", costWei: before - after });
  });

  describe("with a budget", () => {
    let spending: SpendingBook;
    let client: RollupClient;

    beforeEach(async () => {
      spending = createMemorySpendingBook();
      client = await connect({ spending, budget: { perHourWei: 1_000n, perDayWei: 5_000n } });
    });

    const spend = (costWei: bigint, hoursAgo: number) =>
      spending.note(wallet.address, { costWei, at: Date.now() - hoursAgo * 3_600_000 });

    it("L1_BUDGET_SPENT: blocks wait when it is spent within an hour, or within a day", async () => {
      await spend(1_000n, 0.5);
      const hour = await expectRejection("L1_BUDGET_SPENT", commit(client));
      expect(hour.facts).to.include({ spentWei: 1_000n, budgetWei: 1_000n, hours: 1 });
      spending = createMemorySpendingBook();
      client = await connect({ spending, budget: { perHourWei: 1_000n, perDayWei: 5_000n } });
      await spend(5_000n, 2);
      const day = await expectRejection("L1_BUDGET_SPENT", commit(client));
      expect(day.facts).to.include({ budgetWei: 5_000n, hours: 24 });
      expect(faulty.counts.get("eth_sendRawTransaction")).to.equal(undefined);
    });

    it("does not count what is older", async () => {
      await spend(5_000n, 25);
      await commit(client);
    });

    it("exceeds it for a request that has used three quarters of its time", async () => {
      await spend(1_000n, 0.1);
      const user = await connectRollup(fixture.client, fixture.user);
      await user.depositEth(fixture.user.address, 5n);
      await expectRejection("L1_BUDGET_SPENT", commit(client));
      await fixture.networkHelpers.time.increase((EXPIRATION_SECONDS * 3) / 4 + 5);
      await commit(client);
      expect(events[0]).to.include({ type: "budgetExceeded", purpose: "commit 1", hours: 1 });
    });

    describe("when a request would expire and gas costs more than the limit", () => {
      const feeLimits = { maxFeePerGas: 20n * GWEI };

      beforeEach(async () => {
        const user = await connectRollup(fixture.client, fixture.user);
        await user.depositEth(fixture.user.address, 5n);
      });
      const makeUrgent = () => fixture.networkHelpers.time.increase(EXPIRATION_SECONDS - 10);

      it("sends above the limit, and not before", async () => {
        const capped = await connect({ feeLimits });
        await setBaseFee(50n * GWEI);
        await expectRejection("L1_FEES_ABOVE_LIMIT", commit(capped));
        await makeUrgent();
        await setBaseFee(50n * GWEI);
        await commit(capped);
        expect(events[0]).to.include({ type: "feeLimitExceeded", purpose: "commit 1" });
      });

      it("L1_FEES_ABOVE_LIMIT: never exceeds the limit for such requests", async () => {
        await makeUrgent();
        for (const urgentMaxFeePerGas of [30n * GWEI, 1n]) {
          const capped = await connect({ feeLimits: { ...feeLimits, urgentMaxFeePerGas } });
          await setBaseFee(50n * GWEI);
          const refused = await expectRejection("L1_FEES_ABOVE_LIMIT", commit(capped));
          const expected = urgentMaxFeePerGas > 1n ? urgentMaxFeePerGas : 20n * GWEI;
          expect(refused.facts["limitWei"]).to.equal(expected);
        }
      });

      it("raises a transaction that waits at the limit", async () => {
        const capped = await connect({ feeLimits });
        await send("evm_setAutomine", [false]);
        const committed = commit(capped);
        while (!faulty.counts.get("eth_sendRawTransaction")) await pause();
        await setBaseFee(50n * GWEI);
        await makeUrgent();
        const isAbove = async () => {
          const [last] = (await journal.pending(wallet.address)).slice(-1);
          return Transaction.from(last!.raw).maxFeePerGas! > feeLimits.maxFeePerGas;
        };
        while (!(await isAbove())) await pause();
        // Whatever it has been raised to by now, it is mined.
        await setBaseFee(10n * GWEI);
        await send("evm_setAutomine", [true]);
        await send("evm_mine");
        await committed;
      });

      const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
    });
  });
});
