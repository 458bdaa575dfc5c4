/** The operator signs only what it can keep, once, and keeps it. */
import { expect } from "chai";
import { keccak256, Wallet } from "ethers";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { Operator } from "../../src/operator/operator.ts";
import type { OperatorParts } from "../../src/operator/options.ts";
import type { PromiseParts } from "../../src/operator/promises.ts";
import { promiseOf, pubdataOf } from "../../src/operator/ledger/promises.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { verifySealedBlock } from "../../src/receipts/sealed-block.ts";
import { decode, encode } from "../../src/store/codec.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/store/snapshot-codec.ts";
import { omit } from "../../src/util/omit.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  submit,
  type User,
} from "../helpers/operator-world.ts";
import { OperatorRun } from "../helpers/operator-run.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();
/** Random steps of a run, and runs until promises of all kinds were seen. */
const STEPS = 120;
const RUNS_MAX = 10;
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };
const key = new Wallet(`0x${"5".repeat(64)}`);
const bond = { chainId: 31337n, bondAddress: `0x${"b0".repeat(20)}` };
/** Promises at acceptance have a test of their own: here none of them is due. */
const dueSeconds = 10 * 365 * 86_400;
const PROMISES: PromiseParts = { bond, signer: key, signerAddress: key.address, dueSeconds };

async function createPromisingWorld(
  promises: Partial<PromiseParts> = {},
  parts: Partial<OperatorParts> = {},
) {
  const world = await createOperatorWorld({
    options: { mode: "manual" },
    promises: { ...PROMISES, ...promises },
    ...parts,
  });
  const alice = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice };
}

/** As {@link createPromisingWorld}, with a payment in block 2, which is sealed. */
async function createSealed(promises: Partial<PromiseParts> = {}, draft: Draft = TRANSFER) {
  const world = await createPromisingWorld(promises);
  const { hash } = submit(world, world.alice, draft);
  world.operator.sealBlock();
  return { ...world, hash };
}

/** Checks a promise as its holder does. */
async function expectValid({ operator, l1 }: OperatorWorld, blockNumber: number) {
  const { promise, signature, pubdata } = await operator.promiseBlock(blockNumber);
  const anchorHash = await l1.readBlockHash(promise.anchorNumber);
  const operations = verifySealedBlock(
    { ...bond, signer: key.address, anchorHash },
    promise,
    signature,
    pubdata,
  );
  expect(promise.blockNumber).to.equal(blockNumber);
  expect(promise.pubdataHash).to.equal(keccak256(pubdataOf(operator.block(blockNumber)!)));
  return { promise, signature, operations };
}

/** L1 may be shorter than before: whether an anchor is void shows when it has that number again. */
async function expectAnchorGone(operator: Operator, l1: OperatorWorld["l1"]): Promise<void> {
  const blockNumber = operator.obstacle!.facts["blockNumber"] as number;
  const { anchorNumber, anchorHash } = promiseOf(operator.checkpoint(), blockNumber)!;
  expect(await l1.readBlockHash(anchorNumber)).to.not.equal(anchorHash);
}

/** Each promise whose anchor stands is the only one about its block, and what was executed. */
async function checkPromises(
  { world: { operator, l1 }, promised }: OperatorRun,
  seen: { kept: number; early: number },
): Promise<void> {
  const live = new Map<number, string>();
  for (const { promise } of promised) {
    const { blockNumber, pubdataHash, anchorNumber, anchorHash } = promise;
    if ((await l1.readBlockHash(anchorNumber)) !== anchorHash) continue;
    expect(live.get(blockNumber) ?? pubdataHash, "one promise a block").to.equal(pubdataHash);
    live.set(blockNumber, pubdataHash);
    const block = operator.block(blockNumber);
    if (block?.status === "sealed") seen.early++;
    if (block?.status !== "executed") continue;
    expect(keccak256(pubdataOf(block)), `block ${blockNumber}`).to.equal(pubdataHash);
    seen.kept++;
  }
}

describe(`operator: promises about blocks (${random.title})`, () => {
  it("promises a sealed block before L1 has it, and the same again at every stage", async () => {
    const world = await createSealed();
    const { operator } = world;
    const first = await expectValid(world, 2);
    expect(operator.block(2)?.status).to.equal("sealed");
    expect(first.operations).to.have.length(1);
    for (const stage of ["committed", "executed"] as const) {
      await operator.processBlocks(stage);
      const { promise, signature } = await expectValid(world, 2);
      expect({ promise, signature }).to.deep.equal({
        promise: first.promise,
        signature: first.signature,
      });
    }
  });

  it("promises what may lapse when L1 has its commit, with an anchor that has it too", async () => {
    const cases = {
      expiring: async (world: OperatorWorld & { alice: User }) => {
        submit(world, world.alice, { ...TRANSFER, validUntil: world.l1.timestamp + 7n * 86_400n });
      },
      revocable: async (world: OperatorWorld & { alice: User }) => {
        await setSigningKey(world, world.alice, "onchain");
      },
    };
    for (const make of Object.values(cases)) {
      const world = await createPromisingWorld();
      const { operator, l1 } = world;
      await make(world);
      operator.sealBlock();
      submit(world, world.alice, TRANSFER);
      operator.sealBlock();
      for (const blockNumber of [2, 3]) {
        await expectRejection("PROMISE_NOT_READY", operator.promiseBlock(blockNumber));
      }
      await operator.commitBlocks();
      await operator.syncL1();
      const { promise } = await expectValid(world, 2);
      const { committed } = await l1.readProgress(1);
      expect(committed).to.equal(3);
      expect(promise.anchorHash).to.equal(await l1.readBlockHash(promise.anchorNumber));
    }
  });

  it("refuses what is not sealed or no longer known, and promises nothing unasked", async () => {
    const world = await createPromisingWorld({}, { options: { executedBlocksMax: 1 } });
    const { operator } = world;
    submit(world, world.alice, TRANSFER);
    const none = await createOperatorWorld();
    await expectRejection("PROMISES_NOT_OFFERED", none.operator.promiseBlock(1));
    const early = await createPromisingWorld();
    submit(early, early.alice, TRANSFER);
    await expectRejection("PROMISE_NOT_READY", early.operator.promiseBlock(2));
    for (let count = 0; count < 70; count++) {
      submit(world, world.alice, TRANSFER);
      world.l1.increaseTime(1);
      await operator.processBlocks();
    }
    expect(operator.block(1)).to.equal(undefined);
    await expectRejection("PROMISE_FORGOTTEN", operator.promiseBlock(1));
    expect(operator.checkpoint().promises).to.deep.equal([]);
  });

  it("seals and commits for a promise in mode on-demand", async () => {
    const world = await createPromisingWorld({}, { options: {} });
    const { blockNumber } = submit(world, world.alice, TRANSFER);
    await expectValid(world, blockNumber!);
    submit(world, world.alice, { ...TRANSFER, validUntil: world.l1.timestamp + 9n });
    world.operator.sealBlock();
    await expectValid(world, 3);
    expect(world.operator.block(3)?.status).to.equal("committed");
  });

  it("keeps public data and ends of promised blocks when it rebuilds them for their age", async () => {
    const world = await createSealed();
    const { operator, l1 } = world;
    submit(world, world.alice, { ...TRANSFER, amount: 7n });
    operator.sealBlock();
    submit(world, world.alice, { ...TRANSFER, amount: 9n });
    const promised = await expectValid(world, 3);
    const { timestamp } = operator.block(2)!.applied.block;
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS);
    await operator.processBlocks();
    expect(operator.block(2)!.applied.block.timestamp > timestamp).to.equal(true);
    const { operations } = await expectValid(world, 3);
    expect(operations).to.deep.equal(promised.operations);
    expect(operator.blocks.map(({ items }) => items.length).slice(-3)).to.deep.equal([1, 1, 1]);
    expect(l1.statuses.at(-1)).to.equal("executed");
  });

  it("PROMISE_CONFLICT: stops rather than commit something else, as long as it is told", async () => {
    const world = await createSealed({}, { ...TRANSFER, validUntil: 2_000_000_000n });
    const { operator, l1 } = world;
    await expectValid(world, 2);
    l1.increaseTime(2_000_000_001n - l1.timestamp);
    await expectRejection("PROMISE_CONFLICT", operator.processBlocks());
    expect(operator.obstacle?.code).to.equal("PROMISE_CONFLICT");
    expect(l1.statuses).to.have.length(1);
    await expectValid(world, 2);
  });

  it("breaks a promise where the config lets it, and promises the block again", async () => {
    const late = { ...TRANSFER, validUntil: 2_000_000_000n };
    const world = await createSealed({ onConflict: "break" }, late);
    const { operator, l1, hash } = world;
    const { promise } = await expectValid(world, 2);
    l1.increaseTime(2_000_000_001n - l1.timestamp);
    submit(world, world.alice, { ...TRANSFER, nonce: 2 });
    await deposit(world, 9n, 7n);
    await operator.processBlocks();
    expect(operator.receipt(hash)?.rejection?.code).to.equal("EXPIRED");
    const again = await expectValid(world, 2);
    expect(again.promise.pubdataHash).to.not.equal(promise.pubdataHash);
  });

  it("PROMISED_BLOCKS_STAY: reverts no promised block, but others", async () => {
    const world = await createSealed();
    const { operator } = world;
    await operator.processBlocks("committed");
    await operator.syncL1();
    await operator.revertBlocks(2);
    await operator.processBlocks("committed");
    await expectValid(world, 2);
    await expectRejection("PROMISED_BLOCKS_STAY", operator.revertBlocks(2));
  });

  it("commits a promised block again that somebody else has reverted", async () => {
    const world = await createSealed();
    const { operator, l1 } = world;
    await operator.processBlocks("committed");
    const { promise } = await expectValid(world, 2);
    await l1.revertBlocks([await l1.readStoredBlock(2)]);
    await operator.processBlocks();
    expect((await expectValid(world, 2)).promise).to.deep.equal(promise);
    expect(l1.statuses).to.deep.equal(["executed", "executed"]);
  });

  it("drops a promise that a reorg has voided, and keeps the others", async () => {
    const world = await createSealed();
    const { operator, l1 } = world;
    const kept = await expectValid(world, 2);
    const before = l1.snapshot();
    await deposit(world, 9n, 7n);
    operator.sealBlock();
    const { promise } = await expectValid(world, 3);
    l1.revert(before);
    l1.increaseTime(1);
    await operator.syncL1();
    expect(operator.checkpoint().promises).to.deep.equal([kept.promise]);
    await deposit(world, 9n, 8n);
    operator.sealBlock();
    const next = await expectValid(world, 3);
    expect(next.promise.anchorHash).to.not.equal(promise.anchorHash);
    expect(next.promise.pubdataHash).to.not.equal(promise.pubdataHash);
  });

  it("signs the same after a restart, and drops what a reorg has voided meanwhile", async () => {
    const store = new RecordingStore();
    const world = await createPromisingWorld({}, { store });
    const { l1, prover } = world;
    const before = l1.snapshot();
    submit(world, world.alice, TRANSFER);
    l1.increaseTime(1);
    await world.operator.syncL1();
    world.operator.sealBlock();
    const first = await expectValid(world, 2);
    await world.operator.close();
    expect(describeLedger(store.replay()).promises).to.deep.equal([first.promise]);
    const parts = { preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover };
    const start = (promises = PROMISES) =>
      Operator.create({ ...parts, store, promises, options: { mode: "manual" } });
    const operator = await start();
    expect(await expectValid({ ...world, operator }, 2)).to.deep.equal(first);
    await operator.close();
    l1.revert(before);
    for (let count = 0; count < 5; count++) l1.increaseTime(1);
    const later = await start();
    const hasAnchor = (await l1.readBlockHash(first.promise.anchorNumber)) !== undefined;
    expect(hasAnchor, "a block has its number").to.equal(true);
    expect(later.checkpoint().promises).to.deep.equal([]);
    await later.close();
  });

  it("keeps every promise through faults, reorgs, restarts and time", async () => {
    const seen = { kept: 0, early: 0 };
    // A reorg may set the time of L1 back by a day, and then a run stands still.
    for (let runs = 0; runs < RUNS_MAX && (seen.kept === 0 || seen.early === 0); runs++) {
      const run = await OperatorRun.create(random, PROMISES);
      for (let step = 0; step < STEPS; step++) {
        await run.step();
        const { operator, l1 } = run.world;
        if (operator.obstacle?.code === "PROMISE_CONFLICT") await expectAnchorGone(operator, l1);
        await checkPromises(run, seen);
      }
    }
    expect(seen.kept, "promises about executed blocks were looked at").to.be.above(0);
    expect(seen.early, "blocks were promised before L1 had them").to.be.above(0);
  });

  it("has its promises in a snapshot of the ledger, and none in one of the rules before", async () => {
    const world = await createSealed();
    const { promise } = await expectValid(world, 2);
    const parts = [...encodeSnapshot(world.operator.checkpoint())];
    const hashing = createBatchCrypto(0);
    const settings = { preset: PRESETS.minimal, finalReceiptsMax: 9, hashing };
    expect((await decodeSnapshot(parts, settings)).promises).to.deep.equal([promise]);
    const older = parts.map((part) => {
      if (part.kind !== "head") return part;
      return {
        ...part,
        data: encode(omit(decode(part.data) as { promises: unknown }, "promises")),
      };
    });
    expect((await decodeSnapshot(older, settings)).promises).to.deep.equal([]);
  });

  it("PROMISES_UNKNOWN: starts without a ledger only where no block was committed", async () => {
    const { operator, l1, prover } = await createPromisingWorld();
    const start = operator.block(1)!;
    await operator.close();
    const { storedBlock, applied } = start as typeof start & { storedBlock: never };
    const parts = {
      ...{ preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover },
      start: { state: applied.state, storedBlock, nextRequestId: 1 },
    };
    const promises = PROMISES;
    await expectRejection("PROMISES_UNKNOWN", Operator.create({ ...parts, promises }));
    const risky = { ...promises, onConflict: "break" as const };
    await (await Operator.create({ ...parts, promises: risky })).close();
    await (await Operator.create(parts)).close();
  });

  it("PROMISE_SIGNER_FAILED: names what a signer does wrong, and asks it again", async () => {
    const answers: (() => Promise<string>)[] = [
      () => Promise.reject(new Error("connect ECONNREFUSED http://user:secret@10.0.0.1:9000/")),
      () => Promise.resolve("0x1234"),
      () => Wallet.createRandom().signMessage("something else"),
    ];
    const right = (...args: Parameters<Wallet["signTypedData"]>) => key.signTypedData(...args);
    const signer = {
      signTypedData: (...args: Parameters<typeof right>) => (answers.shift() ?? right)(...args),
    };
    const world = await createSealed({ signer });
    const wrong = answers.length;
    for (let count = 0; count < wrong; count++) {
      const error = await expectRejection("PROMISE_SIGNER_FAILED", world.operator.promiseBlock(2));
      expect(`${error.message} ${String(error.cause)}`).to.not.contain("secret");
    }
    await expectValid(world, 2);
  });

  it("waits ten seconds for a signer, and holds up nothing else", async () => {
    const clock = new FakeClock();
    let asked = 0;
    const signer = {
      signTypedData: () => {
        asked++;
        return new Promise<string>(() => {});
      },
    };
    const options = { mode: "manual" } as const;
    const world = await createPromisingWorld({ signer }, { clock, options });
    submit(world, world.alice, TRANSFER);
    world.operator.sealBlock();
    const waiting = [world.operator.promiseBlock(2), world.operator.promiseBlock(2)];
    const failed = waiting.map((each) => expectRejection("PROMISE_SIGNER_FAILED", each));
    await world.operator.processBlocks();
    expect(asked, "all who ask share one signature").to.equal(1);
    await clock.advance(10_000);
    await Promise.all(failed);
  });
});
