/** Stages overlap: a long proof delays no other stage, and counts for its own block only. */
import { expect } from "chai";
import type { OperatorOptions } from "../../src/operator/operator.ts";
import { TurnQueue } from "../../src/operator/stages/turn-queue.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createOperatorWorld, TestProver } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();

/** A prover whose proofs the test finishes. */
class HeldProver extends TestProver {
  isHeld = true;
  started = 0;
  readonly #waiting: (() => void)[] = [];

  override async prove(job: Parameters<TestProver["prove"]>[0]) {
    this.started++;
    if (this.isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return super.prove(job);
  }

  /** Finishes the oldest pending proof. */
  finishOne(): void {
    this.#waiting.shift()!();
  }

  finishAll(): void {
    this.isHeld = false;
    for (const finish of this.#waiting.splice(0)) finish();
  }
}

async function createHeldWorld(options: Partial<OperatorOptions> = {}) {
  const clock = new FakeClock();
  const prover = new HeldProver();
  const store = new RecordingStore();
  const world = await createOperatorWorld({
    preset: { ...PRESETS.minimal, blockKinds: [wholeKind(PRESETS.minimal)] },
    clock,
    prover,
    store,
    options: { mode: "interval", ...options },
  });
  world.operator.start();
  return { ...world, clock, prover, store };
}
type HeldWorld = Awaited<ReturnType<typeof createHeldWorld>>;

/** Seals a block of one deposit. */
async function addBlock({ l1, clock }: HeldWorld, amount = 1n): Promise<void> {
  l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount });
  await clock.advance(1000);
}

describe(`operator: stages that overlap (${random.title})`, () => {
  it("commits while a proof is made, up to the limit", async () => {
    const world = await createHeldWorld({ proofsPerTransaction: 2 });
    const { l1, prover, operator, clock } = world;
    for (let block = 0; block < 6; block++) await addBlock(world);
    expect(l1.statuses).to.deep.equal(new Array<string>(4).fill("committed"));
    expect(prover.started).to.equal(1);
    prover.finishAll();
    await clock.advance(3000);
    expect(l1.statuses).to.deep.equal(new Array<string>(6).fill("executed"));
    expect(prover.jobs).to.have.length(6);
    await operator.close();
  });

  it("executes proven blocks while the next proof is made", async () => {
    const world = await createHeldWorld({ proofsPerTransaction: 1 });
    const { l1, prover, operator, clock } = world;
    await addBlock(world);
    await addBlock(world);
    prover.finishOne();
    await clock.advance(0);
    expect(prover.started).to.equal(2);
    expect(l1.statuses).to.deep.equal(["executed", "committed"]);
    prover.finishAll();
    await clock.advance(1000);
    expect(l1.statuses).to.deep.equal(["executed", "executed"]);
    await operator.close();
  });

  it("sends the proofs of a group together, though the first are made earlier", async () => {
    const world = await createHeldWorld({ proofsPerTransaction: 3 });
    const { l1, prover, operator, clock } = world;
    for (let block = 0; block < 4; block++) await addBlock(world);
    const proves = () => l1.calls.filter((call) => call === "proveBlocks").length;
    // The first proof started when there was one block.
    prover.finishOne();
    await clock.advance(5000);
    expect(l1.statuses[0]).to.equal("executed");
    prover.finishOne();
    prover.finishAll();
    await clock.advance(5000);
    expect(l1.statuses).to.deep.equal(new Array<string>(4).fill("executed"));
    expect(proves()).to.equal(2);
    await operator.close();
  });

  it("lets exclusive work on L1 run while a proof is made", async () => {
    const world = await createHeldWorld();
    const { l1, prover, operator, clock } = world;
    await addBlock(world);
    expect(await operator.exclusively(() => l1.statuses)).to.deep.equal(["committed"]);
    prover.finishAll();
    await clock.advance(1000);
    await operator.close();
  });

  it("makes a proof once, though it is requested twice", async () => {
    const world = await createHeldWorld();
    const { prover, operator, clock } = world;
    await addBlock(world);
    const proving = operator.proveBlocks();
    await clock.advance(1000);
    expect(prover.started).to.equal(1);
    prover.finishAll();
    await proving;
    expect(prover.jobs).to.have.length(1);
    await clock.advance(1000);
    await operator.close();
  });

  it("waits for a pending proof when it is closed", async () => {
    const world = await createHeldWorld();
    const { prover, operator, clock } = world;
    await addBlock(world);
    let isClosed = false;
    const closing = operator.close().then(() => (isClosed = true));
    await clock.advance(1000);
    expect(isClosed).to.equal(false);
    prover.finishAll();
    await closing;
    expect(world.l1.statuses).to.deep.equal(["committed"]);
  });
});

describe(`operator: proofs of blocks that have changed meanwhile (${random.title})`, () => {
  /** Returns the commitments of blocks with kept proofs. */
  function provedCommitments({ store }: HeldWorld): string[] {
    return store.events.flatMap((event) => (event.type === "proofMade" ? [event.commitment] : []));
  }

  it("uses no proof for another block of the same number, after a reorg", async () => {
    const world = await createHeldWorld();
    const { l1, prover, operator, clock } = world;
    const snapshot = l1.snapshot();
    await addBlock(world, 1n);
    const before = await l1.readStoredBlock(1);
    l1.revert(snapshot);
    await addBlock(world, 2n);
    expect(l1.statuses).to.deep.equal(["committed"]);
    prover.finishAll();
    await clock.advance(3000);
    expect(l1.statuses).to.deep.equal(["executed"]);
    const after = await l1.readStoredBlock(1);
    expect(after.commitment).not.to.equal(before.commitment);
    expect(provedCommitments(world)).to.deep.equal([after.commitment]);
    expect(prover.jobs).to.have.length(2);
    expect(operator.state.balance(operator.state.accountIdOf(5n)!, 0)).to.equal(2n);
    await operator.close();
  });

  it("keeps the proof of a reverted block until the block is committed again", async () => {
    const world = await createHeldWorld();
    const { l1, prover, operator, clock } = world;
    await addBlock(world);
    const { commitment } = await l1.readStoredBlock(1);
    await operator.revertBlocks(1);
    expect(l1.statuses).to.deep.equal([]);
    prover.finishAll();
    await clock.advance(3000);
    expect(l1.statuses).to.deep.equal(["executed"]);
    expect(provedCommitments(world)).to.deep.equal([commitment]);
    expect(prover.jobs).to.have.length(1);
    await operator.close();
  });

  it("drops a proof that ends after the rollback to a checkpoint before its block", async () => {
    const world = await createHeldWorld();
    const { l1, prover, operator, clock } = world;
    const [snapshot, checkpoint] = [l1.snapshot(), operator.checkpoint()];
    await addBlock(world);
    await operator.exclusively(() => {
      l1.revert(snapshot);
      operator.restore(checkpoint);
    });
    prover.finishAll();
    await clock.advance(1000);
    expect(provedCommitments(world)).to.deep.equal([]);
    expect(operator.blocks).to.deep.equal([]);
    await operator.close();
  });
});

describe("operator: turns on L1", () => {
  it("gives nobody a second turn while another waits for the first", async () => {
    const turns = new TurnQueue();
    const given: string[] = [];
    const take = (owner: "commit" | "prove" | "execute" | "payOut" | "other", name: string) =>
      turns.run(owner, () => void given.push(name));
    await Promise.all([
      take("commit", "commit 1"),
      take("commit", "commit 2"),
      take("payOut", "pay out"),
      take("prove", "prove 1"),
      take("prove", "prove 2"),
      take("execute", "execute"),
      take("other", "other"),
    ]);
    const first = ["commit 1", "execute", "prove 1", "pay out", "other"];
    expect(given).to.deep.equal([...first, "prove 2", "commit 2"]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(turns.isTaken).to.equal(false);
  });

  it("gives one turn at a time, also after a failure", async () => {
    const turns = new TurnQueue();
    let running = 0;
    const run = (isFailing: boolean) =>
      turns.run("commit", async () => {
        expect(++running).to.equal(1);
        await Promise.resolve();
        running--;
        if (isFailing) throw new Error("as the test wants");
      });
    const results = await Promise.allSettled([run(true), run(false), run(true), run(false)]);
    const statuses = results.map(({ status }) => status);
    expect(statuses).to.deep.equal(["rejected", "fulfilled", "rejected", "fulfilled"]);
  });
});
