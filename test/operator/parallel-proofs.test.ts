/** Proofs made in parallel: how many at a time, in which order, and what a failure does. */
import { expect } from "chai";
import type { BlockWithProof } from "../../src/operator/ledger/blocks.ts";
import type { OperatorOptions } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createOperatorWorld, TestProver } from "../helpers/operator-world.ts";
import { RecordingStore } from "../helpers/recording-store.ts";

interface Held {
  readonly job: ProofJob;
  readonly signal: AbortSignal | undefined;
  readonly finish: () => void;
  readonly fail: () => void;
  readonly start: () => void;
}

/** A prover of several jobs at a time, each of which the test finishes. */
class ParallelProver extends TestProver {
  override readonly capacity: number;
  /** All jobs, in the order in which they have started. */
  readonly held: Held[] = [];

  constructor(capacity: number) {
    super();
    this.capacity = capacity;
  }

  override prove(job: ProofJob, signal?: AbortSignal, onStart = () => {}) {
    return new Promise<Awaited<ReturnType<TestProver["prove"]>>>((resolve, reject) => {
      const finish = () => void createMockProver().prove(job).then(resolve);
      const fail = () => reject(new Error("no memory, as the test wants"));
      this.held.push({ job, signal, finish, fail, start: onStart });
    });
  }
}

async function createWorld(capacity: number, options: Partial<OperatorOptions> = {}) {
  const clock = new FakeClock();
  const prover = new ParallelProver(capacity);
  const store = new RecordingStore();
  const world = await createOperatorWorld({
    preset: { ...PRESETS.minimal, blockKinds: [wholeKind(PRESETS.minimal)] },
    clock,
    prover,
    store,
    options: { mode: "interval", ...options },
  });
  world.operator.start();
  /** Seals and commits a block of one deposit. */
  const addBlock = async (amount = 1n) => {
    world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount });
    await clock.advance(1000);
  };
  const madeOf = () =>
    store.events.flatMap((event) => (event.type === "proofMade" ? [event.blockNumber] : []));
  return { ...world, clock, prover, addBlock, madeOf };
}

describe("operator: proofs in parallel", () => {
  it("makes as many at a time as the prover takes, the lowest block first", async () => {
    const { prover, addBlock, clock, operator, madeOf } = await createWorld(2);
    for (let block = 0; block < 4; block++) await addBlock();
    expect(prover.held).to.have.length(2);
    prover.held[1]!.finish();
    await clock.advance(0);
    expect(madeOf()).to.deep.equal([2]);
    expect(prover.held).to.have.length(3);
    prover.held[0]!.finish();
    prover.held[2]!.finish();
    await clock.advance(0);
    const digests = operator.blocks.map((block) => (block as BlockWithProof).commitment.digest);
    expect(prover.held.map(({ job }) => job.publicInputs[0])).to.deep.equal(digests);
    for (const { finish } of prover.held) finish();
    await clock.advance(2000);
    await operator.close();
  });

  it("says which are being made, and for how long", async () => {
    const { prover, addBlock, clock, operator } = await createWorld(2);
    for (let block = 0; block < 3; block++) await addBlock();
    await clock.advance(500);
    prover.held[1]!.start();
    await clock.advance(250);
    const [first, second, ...others] = operator.proofJobs;
    expect(others).to.deep.equal([]);
    expect([first!.blockNumber, second!.blockNumber]).to.deep.equal([1, 2]);
    expect(first!.startedMs).to.equal(undefined);
    expect(second!.startedMs).to.equal(250);
    expect(first!.askedMs - second!.askedMs).to.equal(1000);
    prover.held[0]!.finish();
    await clock.advance(0);
    expect(operator.proofJobs.map(({ blockNumber }) => blockNumber)).to.deep.equal([2, 3]);
    for (const { finish } of prover.held) finish();
    await clock.advance(2000);
    expect(operator.proofJobs).to.deep.equal([]);
    await operator.close();
  });

  it("sends proofs in the order of the blocks, in whatever order they are made", async () => {
    const { prover, addBlock, clock, l1, operator } = await createWorld(3);
    for (let block = 0; block < 3; block++) await addBlock();
    prover.held[2]!.finish();
    prover.held[1]!.finish();
    await clock.advance(1000);
    expect(l1.statuses).to.deep.equal(["committed", "committed", "committed"]);
    prover.held[0]!.finish();
    await clock.advance(1000);
    expect(l1.statuses).to.deep.equal(["executed", "executed", "executed"]);
    await operator.close();
  });

  it("makes the other proofs although one fails, and tries that one again", async () => {
    const { prover, addBlock, clock, l1, operator, madeOf } = await createWorld(2);
    for (let block = 0; block < 4; block++) await addBlock();
    prover.held[0]!.fail();
    await clock.advance(0);
    prover.held[1]!.finish();
    prover.held[2]!.finish();
    await clock.advance(0);
    prover.held[3]!.finish();
    await clock.advance(0);
    expect(madeOf()).to.deep.equal([2, 3, 4]);
    expect(prover.held).to.have.length(4);
    await clock.advance(1000);
    expect(prover.held).to.have.length(5);
    prover.held[4]!.finish();
    await clock.advance(1000);
    expect(madeOf()).to.deep.equal([2, 3, 4, 1]);
    expect(l1.statuses).to.deep.equal(new Array<string>(4).fill("executed"));
    await operator.close();
  });

  it("sends the proofs before one that fails", async () => {
    const { prover, addBlock, clock, l1, operator } = await createWorld(2);
    await addBlock();
    await addBlock();
    prover.held[1]!.fail();
    prover.held[0]!.finish();
    await clock.advance(0);
    expect(l1.statuses).to.deep.equal(["executed", "committed"]);
    await clock.advance(1000);
    prover.held[2]!.finish();
    await clock.advance(1000);
    expect(l1.statuses).to.deep.equal(["executed", "executed"]);
    await operator.close();
  });

  it("aborts the proof of a block that a reorg has changed, and makes room for the new one", async () => {
    const { prover, addBlock, clock, l1, operator, madeOf } = await createWorld(1);
    const snapshot = l1.snapshot();
    await addBlock(1n);
    l1.revert(snapshot);
    await addBlock(2n);
    await clock.advance(1000);
    expect(prover.held.map(({ signal }) => signal!.aborted)).to.deep.equal([true, false]);
    for (const { finish } of prover.held) finish();
    await clock.advance(1000);
    expect(madeOf()).to.deep.equal([1]);
    expect(operator.state.balance(operator.state.accountIdOf(5n)!, 0)).to.equal(2n);
    await operator.close();
  });

  it("commits further ahead if more proofs are made at a time", async () => {
    const world = await createWorld(4, { proofsPerTransaction: 1 });
    for (let block = 0; block < 10; block++) await world.addBlock();
    expect(world.l1.statuses).to.have.length(8);
    expect(world.prover.held).to.have.length(4);
    while (world.l1.statuses.filter((status) => status === "executed").length < 10) {
      for (const { finish } of world.prover.held) finish();
      await world.clock.advance(1000);
    }
    await world.operator.close();
  });

  it("keeps the proofs after a failure when blocks are processed by call", async () => {
    const { l1, prover, operator } = await createOperatorWorld();
    for (const amount of [1n, 2n, 3n]) {
      l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount });
      await operator.syncL1();
      operator.sealBlock();
    }
    prover.failAfter(1);
    const failure = await operator.processBlocks().catch((error: unknown) => error);
    expect(failure).to.have.property("code", "BLOCK_STEP_FAILED");
    expect(l1.statuses).to.deep.equal(["executed", "committed", "committed"]);
    expect(prover.jobs).to.have.length(2);
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(["executed", "executed", "executed"]);
    expect(prover.jobs).to.have.length(3);
  });
});
