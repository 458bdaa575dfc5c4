/** The operator promises what it accepts, as far as it is certain, and keeps it. */
import { expect } from "chai";
import { Wallet } from "ethers";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { itemOf } from "../../src/operator/ledger/queries.ts";
import type { VerifiedTransaction } from "../../src/operator/ledger/sequence.ts";
import { Operator } from "../../src/operator/operator.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import {
  inclusionOf,
  type SignedInclusion,
  verifyInclusion,
} from "../../src/receipts/inclusion.ts";
import { findBreach } from "../../src/receipts/inclusion-evidence.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/store/snapshot-codec.ts";
import { isRollupError, type RollupError } from "../../src/util/errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  signBatch,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import {
  createBreakingWorld,
  createPromiseWorld,
  promiseOf,
  PROMISE_KEY,
  PROMISES,
  type PromiseWorld,
} from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();
const STEPS = 250;
const DAY = 86_400n;
const TRANSFER = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 100n };
const { bond } = PROMISES;
const key = PROMISE_KEY;

/** Until when the promise about a transaction holds; undefined if nothing is promised. */
async function heldUntil(world: OperatorWorld, hash: string): Promise<bigint | undefined> {
  return (await promiseOf(world, hash))?.inclusion.validUntil;
}

async function expectValid({ l1 }: OperatorWorld, promise: SignedInclusion): Promise<void> {
  const { inclusion, group } = promise;
  const anchorHash = await l1.readBlockHash(group.anchorNumber);
  const expected = { ...bond, signer: key.address, anchorHash };
  verifyInclusion({ ...expected, inclusion, dueAtMax: group.dueAt }, promise);
}

/** Judges promises by all executed blocks that are kept. */
async function expectKept({ operator, l1 }: OperatorWorld, promises: readonly SignedInclusion[]) {
  let judged = 0;
  for (const promise of promises) {
    const { anchorNumber, anchorHash } = promise.group;
    if ((await l1.readBlockHash(anchorNumber)) !== anchorHash) continue;
    for (const block of operator.blocks) {
      if (block.status !== "executed") continue;
      const { storedBlock, applied } = block;
      const { state, block: sealed } = applied;
      const executed = { storedBlock, operations: sealed.operations, state };
      expect(findBreach(promise, executed), JSON.stringify(promise.inclusion, String)).to.equal(
        undefined,
      );
      judged++;
    }
  }
  return judged;
}

describe(`operator: promises at acceptance (${random.title})`, () => {
  it("promises what it accepts, with one signature for what came together", async () => {
    let signatures = 0;
    const signer = {
      signTypedData: (...args: Parameters<Wallet["signTypedData"]>) => {
        signatures++;
        return key.signTypedData(...args);
      },
    };
    const world = await createPromiseWorld(random, { signer });
    const { operator, alice, bob, l1 } = world;
    const signed = [0, 1, 2].map((nonce) =>
      signFor(world, alice, { ...TRANSFER, nonce: nonce + 1, recipient: bob.address }),
    );
    const receipts = await Promise.all(
      signed.map((transaction) => operator.receiveBatch([{ transaction, authorization: "0x" }])),
    );
    const hashes = receipts.map(([receipt]) => receipt!.hash);
    const promises = await operator.promiseTransactions(hashes);
    expect(signatures).to.equal(1);
    for (const [index, promise] of promises.entries()) {
      await expectValid(world, promise!);
      expect(promise!.inclusion).to.deep.equal(inclusionOf(signed[index]!));
      expect(promise!.group.dueAt).to.equal(l1.timestamp + DAY);
    }
    await operator.processBlocks();
    expect(await expectKept(world, promises as SignedInclusion[])).to.be.above(0);
    expect(await operator.promiseTransactions(hashes)).to.deep.equal(promises);
    expect(signatures, "what was signed is kept").to.equal(1);
  });

  it("promises nothing without a bond, and nothing about what it does not know", async () => {
    const world = await createPromiseWorld(random);
    expect(await world.operator.promiseTransactions([`0x${"1".repeat(64)}`])).to.deep.equal([
      undefined,
    ]);
    const none = await createOperatorWorld();
    const user = await createFundedUser(none, random);
    const { hash } = submit(none, user, TRANSFER);
    expect(await promiseOf(none, hash)).to.equal(undefined);
    expect(none.operator.bond).to.equal(undefined);
  });

  it("holds a promise until the first moment at which what it depends on may lapse", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 60n;
    const pay = { ...TRANSFER, recipient: bob.address, amount: 300n, validUntil: soon };
    const { hash } = submit(world, alice, pay);
    expect(await heldUntil(world, hash)).to.equal(soon);
    const covered = submit(world, bob, { ...TRANSFER, amount: 1_000n });
    expect(await heldUntil(world, covered.hash), "bob's own money").to.equal(TIMESTAMP_MAX);
    const spent = submit(world, bob, { ...TRANSFER, amount: 1n });
    expect(await heldUntil(world, spent.hash), "alice's money").to.equal(soon);
    const after = submit(world, alice, TRANSFER);
    expect(await heldUntil(world, after.hash), "alice's next nonce").to.equal(soon);
    await operator.processBlocks();
    await operator.processBlocks(); // L1 is read again
    const later = submit(world, alice, TRANSFER);
    expect(await heldUntil(world, later.hash), "L1 has executed it").to.equal(TIMESTAMP_MAX);
  });

  it("doubts the ids of accounts that are created after one that may not be", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 60n;
    submit(world, alice, { ...TRANSFER, recipient: 77n, amount: 1n, validUntil: soon });
    const carol = new User(random);
    submit(world, bob, { ...TRANSFER, recipient: carol.address });
    const { hash } = await setSigningKey(world, carol);
    expect(await heldUntil(world, hash)).to.equal(soon);
    const exit = submit(world, bob, { type: "forcedExit", tokenId: 0, recipient: 77n });
    expect(await heldUntil(world, exit.hash), "of an account that may not be").to.equal(soon);
    await operator.processBlocks();
  });

  it("promises nothing that L1 can still take away, but what does not rest on it", async () => {
    const world = await createPromiseWorld(random);
    const { alice, bob } = world;
    const { hash } = await setSigningKey(world, alice, "onchain");
    const after = submit(world, alice, TRANSFER);
    const other = submit(world, bob, TRANSFER);
    expect(await heldUntil(world, hash)).to.equal(undefined);
    expect(await heldUntil(world, after.hash)).to.equal(undefined);
    expect(await heldUntil(world, other.hash)).to.equal(TIMESTAMP_MAX);
  });

  it("holds a batch no longer than the first of its transactions", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 60n;
    const batch = signBatch(world, [
      [alice, { ...TRANSFER, recipient: bob.address }],
      [bob, { ...TRANSFER, validUntil: soon }],
    ]);
    const receipts = operator.submitBatch(
      batch.map((transaction) => ({ transaction, authorization: "0x" })),
    );
    for (const { hash } of receipts) expect(await heldUntil(world, hash)).to.equal(soon);
  });

  it("rejects what has expired and what rests on it, and breaks no promise by that", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const soon = l1.timestamp + 60n;
    const pay = { ...TRANSFER, recipient: bob.address, amount: 500n, validUntil: soon };
    const hashes = [
      submit(world, alice, pay),
      submit(world, bob, { ...TRANSFER, amount: 1_200n }),
      submit(world, alice, { ...TRANSFER, amount: 2n }),
    ].map(({ hash }) => hash);
    const promises = (await operator.promiseTransactions(hashes)) as SignedInclusion[];
    l1.increaseTime(61);
    await operator.syncL1();
    const codes = hashes.map((hash) => operator.receipt(hash)?.rejection?.code);
    expect(codes).to.deep.equal(["EXPIRED", "INSUFFICIENT_BALANCE", "NONCE_MISMATCH"]);
    submit(world, alice, TRANSFER);
    submit(world, bob, TRANSFER);
    await operator.processBlocks();
    expect(await expectKept(world, promises)).to.be.above(0);
  });

  it("INCLUSION_CONFLICT: stops rather than be late after a day without L1", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice } = world;
    await sealPromised(world);
    const { hash } = submit(world, alice, TRANSFER);
    operator.sealBlock();
    l1.increaseTime(DAY);
    const error = await expectRejection("INCLUSION_CONFLICT", operator.processBlocks());
    expect(error.facts).to.include({ hash, reason: "late" });
    expect(operator.obstacle?.code).to.equal("INCLUSION_CONFLICT");
    expect(l1.statuses).to.have.length(1);
  });

  it("is late where the config lets it, and says so", async () => {
    const world = await createBreakingWorld(random);
    const { operator, l1, alice, errors } = world;
    await sealPromised(world);
    const { hash } = submit(world, alice, TRANSFER);
    operator.sealBlock();
    const promise = (await promiseOf(world, hash))!;
    l1.increaseTime(DAY);
    await operator.processBlocks();
    expect(errors.join("\n")).to.contain(hash);
    expect(await promiseOf(world, hash)).to.equal(undefined);
    expect(operator.receipt(hash)?.status).to.equal("executed");
    await expectRejectedBy(world, promise);
  });

  it("keeps its promises through a shorter outage", async () => {
    const world = await createPromiseWorld(random, { dueSeconds: 30 * 86_400 });
    const { operator, l1, alice } = world;
    const receipts = [1, 2, 3].map(() => {
      const receipt = submit(world, alice, { ...TRANSFER, amount: 1n });
      operator.sealBlock();
      return receipt;
    });
    const promises = await operator.promiseTransactions(receipts.map(({ hash }) => hash));
    l1.increaseTime(20n * DAY);
    await operator.processBlocks();
    expect(await expectKept(world, promises as SignedInclusion[])).to.be.above(0);
  });

  it("forgets promises whose L1 block a reorg has replaced, and keeps the others", async () => {
    const world = await createPromiseWorld(random);
    const { operator, l1, alice, bob } = world;
    const kept = submit(world, alice, TRANSFER);
    const before = l1.snapshot();
    l1.increaseTime(1);
    await operator.syncL1();
    const lost = submit(world, bob, TRANSFER);
    expect(await promiseOf(world, lost.hash)).to.not.equal(undefined);
    l1.revert(before);
    for (let count = 0; count < 3; count++) l1.increaseTime(2);
    await operator.syncL1();
    expect(await promiseOf(world, lost.hash)).to.equal(undefined);
    expect(await promiseOf(world, kept.hash)).to.not.equal(undefined);
    await operator.processBlocks();
  });

  it("signs the same after a restart, from the events and from a snapshot", async () => {
    const store = new RecordingStore();
    const world = await createPromiseWorld(random, {}, { store });
    const { operator, l1, prover, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    const first = await promiseOf(world, hash);
    const ledger = operator.checkpoint();
    await operator.close();
    expect(describeLedger(store.replay())).to.deep.equal(describeLedger(ledger));
    const next = await Operator.create({
      ...{ preset: PRESETS.dev, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover, store },
      ...{ promises: PROMISES, options: { mode: "manual" } },
    });
    expect(await promiseOf({ ...world, operator: next }, hash)).to.deep.equal(first);
    const settings = { preset: PRESETS.dev, finalReceiptsMax: 9, hashing: createBatchCrypto(0) };
    const parts = [...encodeSnapshot(next.checkpoint())];
    await next.close();
    expect(describeLedger(await decodeSnapshot(parts, settings))).to.deep.equal(
      describeLedger(next.checkpoint()),
    );
  });

  it("PROMISE_SIGNER_FAILED: asks again, and accepts meanwhile", async () => {
    const clock = new FakeClock();
    const answers = [
      () => Promise.reject(new Error("connect ECONNREFUSED http://user:secret@10.0.0.1/")),
      () => Wallet.createRandom().signMessage("something else"),
      () => new Promise<string>(() => {}),
    ];
    const signer = {
      signTypedData: (...args: Parameters<Wallet["signTypedData"]>) =>
        (answers.shift() ?? (() => key.signTypedData(...args)))(),
    };
    const world = await createPromiseWorld(random, { signer }, { clock });
    const { operator, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    for (let count = 0; count < 2; count++) {
      const error = await expectRejection("PROMISE_SIGNER_FAILED", promiseOf(world, hash));
      expect(`${error.message} ${String(error.cause)}`).to.not.contain("secret");
    }
    const late = expectRejection("PROMISE_SIGNER_FAILED", promiseOf(world, hash));
    await new Promise((resolve) => setImmediate(resolve));
    const other = submit(world, alice, TRANSFER);
    const gathered = promiseOf(world, other.hash);
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10_000);
    await late;
    await expectValid(world, (await gathered)!);
    await expectValid(world, (await promiseOf(world, hash))!);
    await operator.close();
  });

  it("keeps every promise through lapses, reorgs, rebuilds and restarts", async () => {
    const seen = { judged: 0, short: 0, rejected: 0 };
    for (let runs = 0; runs < 10 && (runs < 3 || seen.short === 0); runs++) await runOnce(seen);
    expect(seen.judged, "promises were judged").to.be.above(0);
    expect(seen.short, "some were short").to.be.above(0);
    expect(seen.rejected, "something was rejected").to.be.above(0);
  });
});

/**
 * Seals and promises a block of one transaction. If L1 finds it too old, it is built again with the
 * same end, so what comes after it is in a later block again.
 */
async function sealPromised(world: PromiseWorld): Promise<void> {
  submit(world, world.alice, { ...TRANSFER, amount: 1n });
  world.operator.sealBlock();
  await world.operator.promiseBlock(2);
}

/** A breach by some executed block. */
async function expectRejectedBy({ operator }: OperatorWorld, promise: SignedInclusion) {
  const breaches = operator.blocks.flatMap((block) => {
    if (block.status !== "executed") return [];
    const { storedBlock, applied } = block;
    const { operations } = applied.block;
    return findBreach(promise, { storedBlock, operations, state: applied.state }) ?? [];
  });
  expect(breaches.map(({ type }) => type)).to.deep.equal(["late"]);
  return Promise.resolve();
}

/** L1 may be shorter than before: whether an anchor is void shows when it has that number again. */
async function expectAnchorGone({ operator, l1 }: OperatorWorld, obstacle: RollupError) {
  const item = itemOf(operator.checkpoint(), obstacle.facts["hash"] as string);
  const { group } = (item as VerifiedTransaction).promise!;
  expect(await l1.readBlockHash(group.anchorNumber)).to.not.equal(group.anchorHash);
}

async function runOnce(seen: { judged: number; short: number; rejected: number }): Promise<void> {
  const store = new RecordingStore({ executedBlocksMax: 8, finalReceiptsMax: 500 });
  let world = await createPromiseWorld(random, { dueSeconds: 60 * 86_400 }, { store });
  const users = [world.alice, world.bob, await createFundedUser(world, random, 50n)];
  const promises: SignedInclusion[] = [];
  const hashes: string[] = [];
  let snapshot: ReturnType<OperatorWorld["l1"]["snapshot"]> | undefined;

  const transfer = async () => {
    const { operator, l1 } = world;
    const payer = random.pick(users);
    const accountId = operator.state.accountIdOf(payer.address);
    if (accountId === undefined) return;
    const balance = operator.state.balance(accountId, 0);
    const others = [...users.map(({ address }) => address), BigInt(100 + random.int(3))];
    const draft = {
      ...{ type: "transfer" as const, tokenId: 0, recipient: random.pick(others) },
      amount: random.bool() ? balance : BigInt(random.int(20)),
      ...(random.int(3) === 0 && { validUntil: l1.timestamp + BigInt(1 + random.int(60)) }),
    };
    const { hash } = submit(world, payer, draft);
    hashes.push(hash);
    const [promise] = await operator.promiseTransactions([hash]);
    if (promise === undefined) return;
    promises.push(promise);
    const { validUntil = TIMESTAMP_MAX } = draft as { validUntil?: bigint };
    if (promise.inclusion.validUntil < validUntil) seen.short++;
  };
  const restart = async () => {
    const { l1, prover, operator } = world;
    await operator.close();
    const parts = {
      preset: PRESETS.dev,
      feeAccountAddress: FEE_ACCOUNT_ADDRESS,
      l1,
      prover,
      store,
    };
    const promisesParts = { ...PROMISES, dueSeconds: 60 * 86_400 };
    const options = { mode: "manual" } as const;
    world = {
      ...world,
      operator: await Operator.create({ ...parts, promises: promisesParts, options }),
    };
  };
  const newUser = async () => {
    const user = new User(random);
    const pay = { ...TRANSFER, recipient: user.address, amount: 9n };
    submit(world, random.pick(users), pay);
    await setSigningKey(world, user, random.pick(["eip712", "onchain"]));
    users.push(user);
  };
  const actions: (() => Promise<unknown>)[] = [
    ...new Array<() => Promise<void>>(16).fill(transfer),
    () => deposit(world, random.pick(users).address, BigInt(random.int(50))),
    newUser,
    async () => {
      world.operator.sealBlock();
    },
    () => world.operator.processBlocks(random.pick(["committed", "proven", "executed"])),
    () => world.operator.processBlocks(),
    () => {
      world.l1.increaseTime(random.int(40));
      return world.operator.syncL1();
    },
    async () => {
      world.l1.increaseTime(random.int(90_000));
    },
    async () => void (snapshot = world.l1.snapshot()),
    async () => {
      if (snapshot !== undefined) world.l1.revert(snapshot);
      world.l1.increaseTime(1);
    },
    () => world.operator.revertBlocks(world.operator.progress.executed + 1),
    restart,
  ];
  for (let step = 0; step < STEPS; step++) {
    await random
      .pick(actions)()
      .catch((error: unknown) => {
        if (!isRollupError(error)) throw error;
      });
    await world.operator.syncL1().catch(() => undefined);
    const { obstacle } = world.operator;
    if (obstacle?.code === "INCLUSION_CONFLICT") await expectAnchorGone(world, obstacle);
    if (step % 10 === 0) seen.judged += await expectKept(world, promises);
  }
  seen.judged += await expectKept(world, promises);
  const rejected = hashes.filter((hash) => world.operator.receipt(hash)?.status === "rejected");
  seen.rejected += rejected.length;
  await world.operator.close();
}
