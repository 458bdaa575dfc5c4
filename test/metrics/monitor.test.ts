import { expect } from "chai";
import { Monitor, type MonitorOptions } from "../../src/metrics/monitor.ts";
import { describeStatus } from "../../src/metrics/status-text.ts";
import type { OperatorParts } from "../../src/operator/operator.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  signFor,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

/** Values by series, such as `rollup_block_number{status="sealed"}`. */
async function read(monitor: Monitor): Promise<Map<string, number>> {
  const { text } = await monitor.render();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const EXPIRATION_SECONDS = 1_000n;

describe("metrics of an operator", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function createWatched(parts: Partial<OperatorParts> = {}, options: MonitorOptions = {}) {
    const clock = new FakeClock();
    const world = await createOperatorWorld({ clock, ...parts });
    let balance = 10n ** 18n;
    const since = world.l1.timestamp;
    const monitor = new Monitor(world.operator, {
      clock,
      l1: {
        readBalance: () => Promise.resolve(balance),
        readExpiration: () => Promise.resolve(since + EXPIRATION_SECONDS),
        readExpirationSeconds: () => Promise.resolve(EXPIRATION_SECONDS),
      },
      version: "1.2.3",
      unixMs: () => Number(since) * 1_000 + clock.nowMs(),
      ...options,
    });
    closing.push(() => monitor.close());
    const setBalance = async (wei: bigint) => {
      balance = wei;
      await clock.advance(30_000);
    };
    await clock.advance(0);
    return { clock, world, monitor, setBalance };
  }

  it("counts what is accepted, refused, sealed, sent and spent", async () => {
    const { world, monitor } = await createWatched();
    const user = await createFundedUser(world, createRandom("metrics"));
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    submit(world, user, draft);
    const wrong = signFor(world, user, { ...draft, nonce: 9 });
    expect(() => world.operator.submit(wrong)).to.throw();
    await world.operator.processBlocks();
    const values = await read(monitor);
    const expected = {
      'rollup_transactions_accepted_total{type="transfer"}': 1,
      'rollup_transactions_accepted_total{type="changePubKey"}': 1,
      'rollup_transactions_refused_total{code="NONCE_MISMATCH"}': 1,
      'rollup_requests_total{type="deposit"}': 1,
      'rollup_block_number{status="executed"}': world.operator.progress.executed,
      'rollup_l1_transactions_total{step="prove"}': 1,
      'rollup_stage_seconds_count{stage="execute"}': world.operator.progress.executed,
      'rollup_waiting_blocks{stage="commit"}': 0,
      'rollup_l1_call_seconds_count{call="commitBlocks"}': 1,
      'rollup_info{version="1.2.3",preset="minimal",prover="test",chain="31337"}': 1,
      rollup_ready: 1,
      rollup_validator_balance_eth: 1,
      rollup_open_operations: 0,
    };
    for (const [series, value] of Object.entries(expected)) {
      expect(values.get(series), series).to.equal(value);
    }
    expect(values.get('rollup_l1_gas_total{step="commit"}')).to.be.greaterThan(0);
    expect(values.get("nodejs_heap_size_used_bytes")).to.be.lessThan(
      values.get("rollup_heap_limit_bytes")!,
    );
  });

  it("counts accepted transactions that are rejected later, and reorgs", async () => {
    const { world, monitor } = await createWatched();
    const user = await createFundedUser(world, createRandom("metrics"));
    const snapshot = world.l1.snapshot();
    const validUntil = world.l1.timestamp + 5n;
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    submit(world, user, { ...draft, validUntil });
    world.l1.increaseTime(10);
    await world.operator.syncL1();
    const rejected = [...(await read(monitor))].filter(([series]) =>
      /rejected_total{/.test(series),
    );
    expect(rejected).to.have.length(1);
    expect(rejected[0]![1]).to.equal(1);
    expect((await read(monitor)).get("rollup_l1_reorgs_total")).to.equal(0);
    world.l1.revert(snapshot);
    await world.operator.syncL1();
    expect((await read(monitor)).get("rollup_l1_reorgs_total")).to.equal(1);
  });

  it("shows the oldest request's age against its expiry, until it is executed", async () => {
    const { clock, world, monitor } = await createWatched();
    await deposit(world, 5n, 1n);
    await monitor.readL1();
    await clock.advance(100_000);
    let values = await read(monitor);
    expect(values.get("rollup_oldest_request_age_seconds")).to.equal(100);
    expect(values.get("rollup_oldest_request_expires_seconds")).to.equal(900);
    await world.operator.processBlocks();
    values = await read(monitor);
    expect(values.get("rollup_oldest_request_age_seconds")).to.equal(0);
    expect(values.has("rollup_oldest_request_expires_seconds")).to.equal(false);
  });

  it("measures stages and proofs by the clock", async () => {
    const { clock, world, monitor } = await createWatched();
    await deposit(world, 5n, 1n);
    world.operator.sealBlock();
    await clock.advance(3_000);
    await world.operator.commitBlocks();
    await clock.advance(7_000);
    await world.operator.proveBlocks();
    await world.operator.executeBlocks();
    const values = await read(monitor);
    expect(values.get('rollup_stage_seconds_sum{stage="commit"}')).to.equal(3);
    expect(values.get('rollup_stage_seconds_sum{stage="prove"}')).to.equal(7);
    expect(values.get('rollup_stage_seconds_sum{stage="execute"}')).to.equal(0);
  });

  it("starts again with a checkpoint of the ledger", async () => {
    const { world, monitor } = await createWatched();
    const before = world.operator.checkpoint();
    await deposit(world, 5n, 1n);
    world.operator.sealBlock();
    world.operator.restore(before);
    await world.operator.syncL1();
    world.operator.sealBlock();
    await world.operator.processBlocks();
    expect((await read(monitor)).get('rollup_stage_seconds_count{stage="execute"}')).to.equal(1);
  });

  it("bounds the series of one metric", async () => {
    const { monitor } = await createWatched();
    for (let i = 0; i < 1_000; i++) monitor.noteCall({ method: `m${i}`, seconds: 0, waits: true });
    const series = [...(await read(monitor)).keys()].filter((key) => /api_calls_total/.test(key));
    expect(series).to.have.length(201);
    expect(
      (await read(monitor)).get('rollup_api_calls_total{method="other",outcome="other"}'),
    ).to.equal(800);
  });

  it("is not ready with an obstacle, without ETH, and when it has been closed", async () => {
    const { world, monitor, setBalance } = await createWatched();
    const codes = () => monitor.notReady.map(({ code }) => code);
    expect(codes()).to.deep.equal([]);
    await setBalance(10n ** 16n);
    expect(codes()).to.deep.equal(["BALANCE_TOO_LOW"]);
    world.l1.beginExodus();
    await world.operator.syncL1();
    expect(codes()).to.deep.equal(["ROLLUP_IN_EXODUS", "BALANCE_TOO_LOW"]);
    expect((await read(monitor)).get('rollup_not_ready{code="ROLLUP_IN_EXODUS"}')).to.equal(1);
    await setBalance(10n ** 18n);
    expect((await read(monitor)).has('rollup_not_ready{code="BALANCE_TOO_LOW"}')).to.equal(false);
    await world.operator.close();
    expect(codes()).to.deep.equal(["OPERATOR_STOPPED"]);
  });

  it("is not ready while L1 is silent or too many blocks wait", async () => {
    const options = { mode: "interval", waitingBlocksMax: 1, blockTimeMs: 1_000 } as const;
    const { clock, world, monitor } = await createWatched({ options });
    const { operator, l1 } = world;
    const codes = () => monitor.notReady.map(({ code }) => code);
    await deposit(world, 5n, 1n);
    operator.sealBlock();
    expect(codes()).to.deep.equal(["OPERATOR_BUSY"]);
    await operator.processBlocks();
    const readNews = l1.readNews.bind(l1);
    l1.readNews = () => Promise.reject(new Error("no answer"));
    operator.start();
    await clock.advance(61_000);
    expect(codes()).to.deep.equal(["L1_SILENT"]);
    l1.readNews = readNews;
    await clock.advance(2_000);
    expect(codes()).to.deep.equal([]);
    await operator.close();
  });

  it("survives an L1 that fails or never answers, and asks it one thing at a time", async () => {
    let asked = 0;
    const readBalance = () => {
      asked++;
      return new Promise<bigint>(() => {});
    };
    const fail = () => Promise.reject(new Error("no"));
    const l1 = { readBalance, readExpiration: fail, readExpirationSeconds: fail };
    const { clock, world, monitor } = await createWatched({}, { l1 });
    await deposit(world, 5n, 1n);
    await clock.advance(300_000);
    expect(asked).to.equal(1);
    expect((await read(monitor)).has("rollup_validator_balance_eth")).to.equal(false);
  });

  it("says in one line what waits where", async () => {
    const { clock, world, monitor } = await createWatched();
    const { operator } = world;
    await createFundedUser(world, createRandom("metrics"));
    await clock.advance(1_000);
    const open = operator.checkpoint().open.items.length;
    expect(describeStatus(operator, monitor)).to.match(
      new RegExp(`^ready \\| open block \\d+: ${open} \\| to commit \\d, prove 0, execute 0 \\|`),
    );
    expect(describeStatus(operator, monitor)).to.include("| 1.0 tx/s | L1 0 gas, 0.00 ETH");
    await clock.advance(20_000);
    expect(describeStatus(operator, monitor)).to.include("| 0.0 tx/s |");
  });
});
