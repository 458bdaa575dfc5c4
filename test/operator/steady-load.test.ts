/** Under steady load on a slow L1 no stage waits for another one. */
import { expect } from "chai";
import type { OperatorOptions } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
const L1_BLOCK_MS = 12_000;

/** Creates an operator at intervals, on an L1 that mines transactions after 12 seconds. */
async function createSlowWorld(options: Partial<OperatorOptions> = {}) {
  const clock = new FakeClock();
  const world = await createOperatorWorld({
    preset: PRESETS.dev,
    clock,
    options: { mode: "interval", ...options },
  });
  const alice = await createFundedUser(world, random);
  const { l1 } = world;
  l1.beforeInclusion = () =>
    new Promise((resolve) => {
      clock.after(L1_BLOCK_MS, () => {
        l1.increaseTime(L1_BLOCK_MS / 1000);
        resolve();
      });
    });
  world.operator.start();
  return { ...world, clock, alice };
}

function count(statuses: readonly string[], status: string): number {
  return statuses.filter((other) => other === status).length;
}

describe(`operator: steady load on a slow L1 (${random.title})`, () => {
  it("executes blocks while new ones are sealed faster than they are committed", async () => {
    // One block in one transaction: an L1 that is slower than the load.
    const world = await createSlowWorld({ blocksPerTransaction: 1, waitingBlocksMax: 10_000 });
    const { clock, l1, operator, alice } = world;
    let executed = 0;
    for (let minute = 0; minute < 2; minute++) {
      for (let second = 0; second < 60; second++) {
        for (let i = 0; i < 4; i++) submit(world, alice, TRANSFER);
        await clock.advance(1000);
      }
      const now = count(l1.statuses, "executed");
      expect(now, `minute ${minute}: ${l1.statuses.join(" ")}`).to.be.greaterThan(executed);
      executed = now;
      expect(l1.statuses.length - executed, "committed and not executed").to.be.at.most(2);
    }
    expect(operator.blocks.some(({ status }) => status === "sealed")).to.equal(true);
    const closing = operator.close();
    await clock.advance(3 * L1_BLOCK_MS); // for what is on its way to L1
    await closing;
  });

  it("seals full blocks, and no partial ones while L1 is busy", async () => {
    const world = await createSlowWorld();
    const { clock, l1, operator, alice } = world;
    for (let second = 0; second < 240; second++) {
      submit(world, alice, TRANSFER);
      await clock.advance(1000);
    }
    // A round takes three L1 blocks, in which some 36 transfers come in: two or three blocks.
    const sizes = operator.blocks.map(({ items }) => items.length);
    expect(sizes.length).to.be.lessThan(240 / 8);
    expect(sizes.filter((size) => size === 16).length).to.be.greaterThan(sizes.length / 3);
    expect(count(l1.statuses, "executed")).to.be.greaterThan(sizes.length / 2);
    await clock.advance(120_000);
    expect(count(l1.statuses, "executed")).to.equal(operator.blocks.length);
    await operator.close();
  });

  it("commits at most a few transactions of proofs ahead", async () => {
    const perTransaction = { blocksPerTransaction: 8, proofsPerTransaction: 2 };
    const world = await createSlowWorld({ ...perTransaction, waitingBlocksMax: 10_000 });
    const { clock, l1, operator, alice } = world;
    for (let second = 0; second < 180; second++) {
      for (let i = 0; i < 16; i++) submit(world, alice, TRANSFER);
      await clock.advance(1000);
      const ahead = count(l1.statuses, "committed");
      expect(ahead, `second ${second}: ${l1.statuses.join(" ")}`).to.be.at.most(4);
    }
    expect(count(l1.statuses, "executed")).to.be.at.least(6);
    const closing = operator.close();
    await clock.advance(3 * L1_BLOCK_MS); // for what is on its way to L1
    await closing;
  });

  it("executes a single transfer in the time of its three L1 transactions", async () => {
    const world = await createSlowWorld();
    const { clock, operator, alice } = world;
    await clock.advance(60_000);
    const { hash } = submit(world, alice, TRANSFER);
    await clock.advance(1000 + 3 * L1_BLOCK_MS);
    expect(operator.receipt(hash)?.status).to.equal("executed");
    await operator.close();
  });

  it("keeps the process alive after a failure that nobody awaits", async () => {
    const failures: unknown[] = [];
    const note = (error: unknown) => failures.push(error);
    process.on("unhandledRejection", note);
    try {
      const logger = {
        debug: () => {},
        info: () => {
          throw new Error("the disk is full");
        },
        error: () => {
          throw new Error("the disk is full");
        },
      };
      const clock = new FakeClock();
      const world = await createOperatorWorld({ clock, logger, options: { mode: "interval" } });
      const { l1, prover, operator } = world;
      operator.start();
      prover.failures = 3;
      for (let second = 0; second < 20; second++) {
        l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
        l1.failNext(random.pick(["readNews", "commitBlocks", "proveBlocks", "executeBlocks"]));
        await clock.advance(1000);
      }
      await clock.advance(60_000);
      expect(failures).to.deep.equal([]);
      await operator.close();
    } finally {
      process.off("unhandledRejection", note);
    }
  });
});
