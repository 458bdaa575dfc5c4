/** Restores from random histories: whatever happens, the result is what L1 says. */
import { expect } from "chai";
import type { BlockRange } from "../../src/l1/events.ts";
import type { Dated } from "../../src/l1/types.ts";
import { type BlockKind, blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { type RestoreOptions, restoreRollup } from "../../src/restore/restore.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeHistory } from "../helpers/fake-history.ts";
import { createMemoryStore } from "../helpers/memory-store.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const preset = PRESETS.minimal;

/** Lets L1 answer with other events than there were. */
function changeEvents(
  history: FakeHistory,
  change: (events: Dated[], range: BlockRange) => Dated[],
): void {
  const read = history.readHistory.bind(history);
  history.readHistory = async (range) => change(await read(range), range);
}

async function expectRestored(history: FakeHistory, options: RestoreOptions = {}) {
  const restored = await restoreRollup(history, options);
  const { blocks, proven, executed, id } = history.current;
  expect(restored.l1Block).to.deep.equal(id);
  expect(restored.executed.storedBlock.blockNumber).to.equal(executed);
  expect(restored.executed.state.root).to.equal(history.executedState.root);
  const served = blocks.slice(0, executed).map(({ storedBlock }) => storedBlock.priorityRequests);
  const firstOpen = served.reduce((sum, count) => sum + count, 0);
  expect(restored.executed.nextRequestId).to.equal(firstOpen);
  const firstFaulty = blocks.findIndex(({ isFaulty }) => isFaulty);
  const end = firstFaulty < 0 ? blocks.length : firstFaulty;
  const expected = blocks.slice(executed, end).map(({ storedBlock, state }, index) => ({
    storedBlock,
    root: state.root,
    status: executed + index < proven ? "proven" : "committed",
  }));
  const pending = restored.pending.map(({ storedBlock, state, status }) => ({
    storedBlock,
    root: state.root,
    status,
  }));
  expect(pending).to.deep.equal(expected);
  expect(restored.faulty.length).to.equal(blocks.length - end);
  return restored;
}

describe(`restore, ${random.title}`, () => {
  it("finds the genesis state where nothing has happened", async () => {
    await expectRestored(new FakeHistory(preset, random));
  });

  it("follows any history from the start, in steps of any size", async () => {
    const history = new FakeHistory(preset, random);
    for (let i = 0; i < 60; i++) history.doAnything();
    for (const l1BlocksPerStep of [1, 2, 7, 1000]) {
      for (const finalityBlocks of [0, 3, 64]) {
        await expectRestored(history, { l1BlocksPerStep, finalityBlocks });
      }
    }
  });

  it("follows blocks of every kind", async () => {
    const history = new FakeHistory(PRESETS.dev, random);
    for (let i = 0; i < 25; i++) history.doAnything();
    history.commit(4);
    await expectRestored(history, { l1BlocksPerStep: 5 });
  });

  it("goes on from checkpoints while L1 goes on, killed at any point", async () => {
    const history = new FakeHistory(preset, random);
    const store = createMemoryStore();
    for (let round = 0; round < 40; round++) {
      for (let i = random.int(4); i > 0; i--) history.doAnything();
      const steps = { l1BlocksPerStep: 1 + random.int(3), finalityBlocks: random.int(8) };
      let lives = random.int(3);
      const kill = () => {
        if (lives-- === 0) throw new Error("killed");
      };
      await restoreRollup(history, { store, ...steps, onProgress: kill }).catch(() => {});
      await expectRestored(history, { store, ...steps });
    }
  });

  it("takes from a checkpoint what it holds, and reads only the rest", async () => {
    const history = new FakeHistory(preset, random);
    const store = createMemoryStore();
    for (let i = 0; i < 10; i++) history.commit(1);
    await restoreRollup(history, { store });
    const { id } = history.current;
    history.commit(1);
    const read: number[] = [];
    changeEvents(history, (events, { fromBlock }) => {
      read.push(fromBlock);
      return events;
    });
    await restoreRollup(history, { store });
    expect(read).to.deep.equal([id.number + 1]);
  });

  it("starts over after a reorg beyond its checkpoint", async () => {
    const history = new FakeHistory(preset, random);
    const store = createMemoryStore();
    for (let i = 0; i < 6; i++) {
      history.commit(1);
      history.prove(1);
      history.execute(1);
    }
    await restoreRollup(history, { store, finalityBlocks: 0, l1BlocksPerStep: 3 });
    history.reorg(14);
    history.commit(1);
    await expectRestored(history, { store });
  });

  it("does not stop at a wrong root that has no effect, and names it", async () => {
    const history = new FakeHistory(preset, random);
    history.commit(2);
    history.commit(1, { isFaulty: true });
    history.commit(1);
    const { faulty } = await expectRestored(history);
    expect(faulty.map(({ fault }) => fault.code)).to.deep.equal([
      "RESTORE_ROOT_MISMATCH",
      "RESTORE_ROOT_MISMATCH",
    ]);
    expect(faulty[0]!.fault.facts["blockNumber"]).to.equal(3);
    history.revert(2);
    history.commit(2);
    await expectRestored(history);
  });

  it("stops at a wrong root only when L1 executes it: until then exits need it not", async () => {
    const history = new FakeHistory(preset, random);
    history.commit(2);
    history.prove(2);
    history.execute(2);
    history.commit(1, { isFaulty: true });
    const l1Block = history.current.id;
    const onL1 = { ...(await history.readProgress(2, l1Block.number)), proven: 3 };
    history.readProgress = () => Promise.resolve(onL1);
    const later: Dated[] = [{ l1Block, event: { type: "proven", provenBlocks: 3 } }];
    changeEvents(history, (events) => [...events, ...later]);
    const { executed, faulty } = await restoreRollup(history);
    expect(executed.state.root).to.equal(history.executedState.root);
    expect(faulty.map(({ status }) => status)).to.deep.equal(["proven"]);
    later.push({ l1Block, event: { type: "executed", blockNumber: 3 } });
    const error = await expectRejection("RESTORE_ROOT_MISMATCH", restoreRollup(history));
    expect(error.facts["blockNumber"]).to.equal(3);
  });

  it("does not stop at a block whose calldata nobody can read", async () => {
    const history = new FakeHistory(preset, random);
    history.commit(1);
    history.prove(1);
    history.execute(1);
    history.commit(2);
    changeEvents(history, (events) =>
      events.map((dated) =>
        dated.event.type === "committed" && dated.event.storedBlock.blockNumber === 2
          ? { ...dated, event: { ...dated.event, commitBlock: undefined } }
          : dated,
      ),
    );
    const store = createMemoryStore();
    for (let round = 0; round < 2; round++) {
      const { executed, pending, faulty } = await restoreRollup(history, { store });
      expect(executed.state.root).to.equal(history.executedState.root);
      expect(pending).to.deep.equal([]);
      expect(faulty.map(({ fault }) => fault.code)).to.deep.equal([
        "RESTORE_BLOCK_UNREADABLE",
        "RESTORE_BLOCK_UNREADABLE",
      ]);
    }
  });

  it("reads public data that no honest operator writes as a fault of its block", async () => {
    const history = new FakeHistory(preset, random);
    history.commit(1);
    changeEvents(history, (events) =>
      events.map(({ l1Block, event }) => {
        if (event.type !== "committed") return { l1Block, event };
        const commitBlock = { ...event.commitBlock!, pubdata: random.bytes(40) };
        return { l1Block, event: { ...event, commitBlock } };
      }),
    );
    const { faulty, executed } = await restoreRollup(history);
    expect(faulty.map(({ fault }) => fault.code)).to.deep.equal(["RESTORE_BLOCK_INVALID"]);
    expect(executed.state.root).to.equal(history.genesisState.root);
  });

  /** Lets L1 have another id as the kind of all blocks. */
  const changeKinds = (history: FakeHistory, kind: number) =>
    changeEvents(history, (events) =>
      events.map(({ l1Block, event }) => {
        if (event.type !== "committed") return { l1Block, event };
        return { l1Block, event: { ...event, commitBlock: { ...event.commitBlock!, kind } } };
      }),
    );

  it("reads the id of no kind as a fault: L1 takes any id, but no circuit has its key", async () => {
    for (const kind of [0, 4, 0x0101_0004, 0x0202_0004, 0xffff_ffff]) {
      const history = new FakeHistory(preset, random);
      history.commit(1);
      changeKinds(history, kind);
      const { faulty, pending } = await restoreRollup(history);
      expect(faulty.map(({ fault }) => fault.code)).to.deep.equal(["RESTORE_BLOCK_INVALID"]);
      expect(faulty[0]!.fault.message).to.include(`${kind}`);
      expect(pending).to.deep.equal([]);
    }
  });

  it("applies blocks of any kind, whether the preset has it or not", async () => {
    const kind: BlockKind = { slots: 77, levels: 2, tokens: "wide" };
    expect(preset.blockKinds).not.to.deep.include(kind);
    const history = new FakeHistory(preset, random);
    history.commit(2);
    changeKinds(history, blockKindId(kind));
    await expectRestored(history);
  });
});

describe(`restore from an L1 node that fails or lies, ${random.title}`, () => {
  it("says how it goes on when L1 fails, and keeps its checkpoint", async () => {
    const history = new FakeHistory(preset, random);
    for (let i = 0; i < 20; i++) history.doAnything();
    const store = createMemoryStore();
    let reads = 0;
    changeEvents(history, (events) => {
      if (++reads === 3) throw new Error("connection reset");
      return events;
    });
    const options = { store, l1BlocksPerStep: 2, finalityBlocks: 2 };
    const error = await expectRejection("RESTORE_INTERRUPTED", restoreRollup(history, options));
    expect(error.message).to.include("connection reset").and.include(store.file);
    const saved = store.text;
    expect(saved).to.be.a("string");
    await expectRestored(history, options);
    expect(store.aside).to.deep.equal([]);
  });

  for (const kept of ["committed", "proven", "executed", "reverted"] as const) {
    it(`does not believe a node that keeps back what was ${kept}`, async () => {
      const history = new FakeHistory(preset, random);
      for (const count of [1, 1, 2]) {
        history.commit(count);
        history.revert(1);
        history.commit(1);
        history.prove(1);
        history.execute(1);
      }
      history.commit(1);
      history.prove(2);
      changeEvents(history, (events) =>
        events.toSpliced(
          events.findLastIndex(({ event }) => event.type === kept),
          1,
        ),
      );
      const failure: unknown = await restoreRollup(history).catch((error: unknown) => error);
      expect(failure)
        .to.have.property("code")
        .that.matches(/^RESTORE_/);
    });
  }
});
