import { expect } from "chai";
import type { Logger } from "../../src/operator/logger.ts";
import type { OperatorOptions } from "../../src/operator/operator.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

async function createIntervalWorld(options: Partial<OperatorOptions> = {}) {
  const clock = new FakeClock();
  const errors: string[] = [];
  const logger: Logger = { debug: () => {}, info: () => {}, error: (text) => errors.push(text) };
  const world = await createOperatorWorld({
    clock,
    logger,
    options: { mode: "interval", blockTimeMs: 1000, waitLimitMs: 5000, ...options },
  });
  world.operator.start();
  return { ...world, clock, errors };
}

describe(`operator: at intervals (${random.title})`, () => {
  it("seals and executes pending transactions after the block time", async () => {
    const { clock, l1, operator } = await createIntervalWorld();
    l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    await clock.advance(999);
    expect(operator.requestReceipt(0)).to.equal(undefined);
    await clock.advance(1);
    expect(operator.requestReceipt(0)?.status).to.equal("executed");
    await clock.advance(10_000);
    expect(operator.blocks).to.have.length(1);
    await operator.close();
  });

  it("does not wait for the block time when a block is full", async () => {
    const world = await createIntervalWorld();
    const alice = await createFundedUser(world, random);
    const { hash } = submit(world, alice, TRANSFER);
    await world.clock.advance(0);
    expect(world.l1.statuses).to.deep.equal(["executed"]);
    expect(world.operator.receipt(hash)?.status).to.equal("accepted");
    await world.operator.close();
  });

  it("wakes waiters at the stage or at the limit", async () => {
    const world = await createIntervalWorld();
    const { clock, l1, operator, prover } = world;
    const request = l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    const committed = operator.waitForRequest(request, "committed");
    const executed = operator.waitForRequest(request, "executed");
    const unseen = operator.waitForRequest(99, "executed");
    prover.failures = 100;
    await clock.advance(1000);
    expect((await committed)?.status).to.equal("committed");
    await clock.advance(4000);
    expect((await executed)?.status).to.equal("committed");
    expect(await unseen).to.equal(undefined);
    await operator.close();
  });

  it("logs a failure and tries again at the next tick", async () => {
    const { clock, errors, l1, operator } = await createIntervalWorld();
    l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    l1.failNext("readNews");
    l1.failNext("commitBlocks");
    await clock.advance(1000);
    expect(errors).to.have.length(1);
    await clock.advance(1000);
    expect(errors).to.have.length(2);
    expect(errors[1]).to.contain("BLOCK_STEP_FAILED");
    await clock.advance(1000);
    expect(operator.requestReceipt(0)?.status).to.equal("executed");
    await operator.close();
  });

  it("logs a repeated failure once", async () => {
    const { clock, errors, l1, operator, prover } = await createIntervalWorld();
    l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    prover.failures = 5;
    await clock.advance(5000);
    expect(errors).to.have.length(1);
    await clock.advance(1000);
    expect(operator.requestReceipt(0)?.status).to.equal("executed");
    l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    prover.failures = 1;
    await clock.advance(1000);
    expect(errors).to.have.length(2);
    await operator.close();
  });

  it("ROLLUP_IN_EXODUS: accepts nothing, sends nothing and ends all waits", async () => {
    const world = await createIntervalWorld();
    const { clock, errors, l1, operator, prover } = world;
    const alice = await createFundedUser(world, random);
    prover.failures = 100;
    const { hash } = submit(world, alice, TRANSFER);
    await clock.advance(1000);
    const waiting = expectRejection("ROLLUP_IN_EXODUS", operator.waitFor(hash, "executed"));
    const before = l1.snapshot();
    l1.beginExodus();
    await clock.advance(1000);
    await waiting;
    expectCode("ROLLUP_IN_EXODUS", () => submit(world, alice, TRANSFER));
    await expectRejection("ROLLUP_IN_EXODUS", operator.waitFor(hash, "executed"));
    expect((await operator.waitFor(hash, "accepted")).hash).to.equal(hash);
    const [logged, jobs] = [errors.length, prover.jobs.length];
    await clock.advance(5000);
    expect([errors.length, prover.jobs.length]).to.deep.equal([logged, jobs]);

    // A reorg returns L1 to a block before the exodus.
    l1.revert(before);
    l1.increaseTime(1);
    prover.failures = 0;
    await clock.advance(2000);
    expect((await operator.waitFor(hash, "executed")).status).to.equal("executed");
    await operator.close();
  });

  it("stops everything when it is closed", async () => {
    const { clock, l1, operator } = await createIntervalWorld();
    await clock.advance(1000);
    const waiting = expectRejection("OPERATOR_STOPPED", operator.waitForRequest(0, "executed"));
    await operator.close();
    await waiting;
    expect(clock.pending).to.equal(0);
    const calls = l1.calls.length;
    await clock.advance(10_000);
    expect(l1.calls).to.have.length(calls);
    await operator.close();
  });
});
