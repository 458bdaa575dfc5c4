import { expect } from "chai";
import type { LedgerEvent } from "../../src/operator/ledger/events.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  signFor,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

describe("operator: those who watch it", () => {
  it("takes events in order, each with the ledger after it, from the first read on", async () => {
    const events: LedgerEvent[] = [];
    const numbers: number[] = [];
    const world = await createOperatorWorld({
      onEvents: (some, ledger) => {
        events.push(...some);
        numbers.push(ledger.progress.executed);
      },
    });
    expect(events.map(({ type }) => type)).to.include("newsTaken");
    await createFundedUser(world, createRandom("watch 1"));
    await world.operator.processBlocks();
    const types = events.map(({ type }) => type);
    const order = ["batchAccepted", "blocksCommitted", "proofMade", "blocksExecuted"] as const;
    const places = order.map((type) => types.indexOf(type));
    expect(places).to.deep.equal([...places].sort((one, other) => one - other));
    expect(places).not.to.include(-1);
    expect(numbers.at(-1)).to.equal(world.operator.progress.executed);
  });

  it("reports L1 calls and transactions, also those that fail", async () => {
    const world = await createOperatorWorld();
    const { operator, l1 } = world;
    const steps: string[] = [];
    const failed: string[] = [];
    operator.watch({
      onL1Transaction: (step, { gasUsed }) => steps.push(`${step} ${typeof gasUsed}`),
      onL1Call: ({ call, error }) => {
        if (error !== undefined) failed.push(call);
      },
    });
    await createFundedUser(world, createRandom("watch 2"));
    await operator.processBlocks();
    expect(steps).to.deep.equal(["commit bigint", "prove bigint", "execute bigint"]);
    l1.readNews = () => Promise.reject(new Error("no"));
    await operator.syncL1().catch(() => undefined);
    expect(failed).to.include("readNews");
  });

  it("reports refusals, at once and later", async () => {
    const world = await createOperatorWorld();
    const user = await createFundedUser(world, createRandom("watch 3"));
    const refused: unknown[] = [];
    const stop = world.operator.watch({
      onRefused: (error) => refused.push((error as { code: string }).code),
    });
    const draft = { type: "transfer", recipient: 5n, tokenId: 0, amount: 1n, nonce: 9 } as const;
    const late = signFor(world, user, draft);
    expectCode("NONCE_MISMATCH", () => world.operator.submit(late));
    await world.operator.receiveBatch([{ transaction: late, authorization: "0x" }]).catch(() => {});
    expect(refused).to.deep.equal(["NONCE_MISMATCH", "NONCE_MISMATCH"]);
    stop();
    expectCode("NONCE_MISMATCH", () => world.operator.submit(late));
    expect(refused).to.have.length(2);
  });

  it("works on whatever a watcher throws", async () => {
    const world = await createOperatorWorld();
    const fail = () => {
      throw new Error("the watcher is broken");
    };
    world.operator.watch({
      onEvents: fail,
      onL1Call: fail,
      onRefused: fail,
      onL1Transaction: fail,
    });
    const user = await createFundedUser(world, createRandom("watch 4"));
    const draft = { type: "transfer", recipient: user.address, tokenId: 0, amount: 1n } as const;
    expect(submit(world, user, draft).status).to.equal("accepted");
    expect(await world.operator.processBlocks()).to.have.length.greaterThan(0);
  });
});
