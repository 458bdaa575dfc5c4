/** Answers and L1 transactions wait until the store has kept their events. */
import { expect } from "chai";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMemoryStore, type Store } from "../../src/operator/store.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  signFor,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };

/** A store that keeps events in groups when the test allows it, or fails. */
class SlowStore implements Store {
  readonly isImmediate = false;
  readonly finalReceiptsMax = 100;
  readonly lastForgettable = ({ executed }: { executed: number }) => executed;
  /** While it is set, the store waits for the test. */
  isHeld = false;
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  load() {
    return Promise.resolve({ snapshot: undefined, events: [] });
  }

  append(): Promise<void> {
    if (!this.isHeld) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  replace(): Promise<void> {
    return this.append();
  }

  keep(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  fail(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the disk is full"));
  }
}

async function createSlowWorld() {
  const store = new SlowStore();
  const world = await createOperatorWorld({ store });
  const alice = new User(random);
  world.l1.request({ type: "deposit", owner: alice.address, tokenId: 0, amount: 100n });
  await world.operator.processBlocks();
  const signed = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
  const { accountId, nonce } = signed;
  const { address: owner, signer } = alice;
  world.l1.authorize({ owner, accountId, nonce, pubKeyHash: signer.pubKeyHash });
  await world.operator.syncL1();
  await world.operator.receiveBatch([{ transaction: signed, authorization: "0x00" }]);
  await world.operator.processBlocks();
  return { ...world, store, alice };
}

/** Lets everything run that does not wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe(`operator: a slow store (${random.title})`, () => {
  it("answers a batch only after it is kept", async () => {
    const world = await createSlowWorld();
    const { operator, store, alice } = world;
    const submission = { transaction: signFor(world, alice, TRANSFER), authorization: "0x" };
    store.isHeld = true;
    let answers = 0;
    const receive = () => operator.receiveBatch([submission]).then(() => answers++);
    const answered = [receive(), receive()];
    await settle();
    expect(answers, "the same again is not answered before either").to.equal(0);
    store.keep();
    await Promise.all(answered);
  });

  it("sends nothing to L1 before the events behind it are kept", async () => {
    const world = await createSlowWorld();
    const { l1, operator, store, alice } = world;
    const submission = { transaction: signFor(world, alice, TRANSFER), authorization: "0x" };
    await operator.receiveBatch([submission]);
    operator.sealBlock();
    const commits = () => l1.calls.filter((call) => call === "commitBlocks").length;
    const before = commits();
    store.isHeld = true;
    const committing = operator.commitBlocks();
    await settle();
    expect(commits()).to.equal(before);
    store.isHeld = false;
    store.keep();
    await committing;
    expect(commits()).to.equal(before + 1);
  });

  it("refuses synchronous calls", async () => {
    const world = await createSlowWorld();
    const transaction = signFor(world, world.alice, TRANSFER);
    expect(() => world.operator.submit(transaction)).to.throw("receiveBatch");
  });

  it("STORE_FAILED: accepts and sends nothing after a failure", async () => {
    const world = await createSlowWorld();
    const { l1, operator, store, alice } = world;
    const submission = { transaction: signFor(world, alice, TRANSFER), authorization: "0x" };
    store.isHeld = true;
    const receiving = expectRejection("STORE_FAILED", operator.receiveBatch([submission]));
    await settle();
    store.fail();
    const error = await receiving;
    expect(error.message).to.contain("the disk is full");
    expect(operator.obstacle?.code).to.equal("STORE_FAILED");
    await expectRejection("STORE_FAILED", operator.receiveBatch([submission]));
    const commits = () => l1.calls.filter((call) => call === "commitBlocks").length;
    const before = commits();
    await expectRejection("STORE_FAILED", operator.processBlocks());
    expect(commits()).to.equal(before);
  });
});

describe(`operator: a store that fails at once (${random.title})`, () => {
  it("STORE_FAILED: an event that is not kept has no effect", async () => {
    let isFull = false;
    const memory = createMemoryStore({ executedBlocksMax: 1, finalReceiptsMax: 1 });
    const append = () => {
      if (isFull) throw new Error("the disk is full");
      return undefined;
    };
    const world = await createOperatorWorld({
      preset: PRESETS.minimal,
      store: { ...memory, append },
    });
    const alice = await createFundedUser(world, random);
    const signed = signFor(world, alice, TRANSFER);
    const { root } = world.operator.state;
    isFull = true;
    expectCode("STORE_FAILED", () => world.operator.submit(signed));
    expect(world.operator.state.root).to.equal(root);
    isFull = false;
    expectCode("STORE_FAILED", () => world.operator.submit(signed));
  });
});
