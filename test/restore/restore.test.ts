/** Restores from random histories: whatever happens, the result is what L1 says. */
import { expect } from "chai";
import type { BlockRange } from "../../src/l1/events.ts";
import type { DatedBlockEvent } from "../../src/l1/types.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { CheckpointStore } from "../../src/restore/checkpoint-file.ts";
import { type RestoreOptions, restoreRollup } from "../../src/restore/restore.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeHistory } from "../helpers/fake-history.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const preset = PRESETS.minimal;

function createMemoryStore(): CheckpointStore & { text: string | undefined } {
  const store: CheckpointStore & { text: string | undefined } = {
    text: undefined,
    load: () => Promise.resolve(store.text),
    save: (text) => {
      store.text = text;
      return Promise.resolve();
    },
  };
  return store;
}

/** Lets L1 answer with other events than there were. */
function changeEvents(
  history: FakeHistory,
  change: (events: DatedBlockEvent[], range: BlockRange) => DatedBlockEvent[],
): void {
  const read = history.readBlockEvents.bind(history);
  history.readBlockEvents = async (range) => change(await read(range), range);
}

/** The parts of a checkpoint that tests tamper with. */
interface CheckpointText {
  readonly state: { root: string; accounts: { balances: [number, string][] }[] };
  readonly storedBlock: { timestamp: string };
}

async function expectRestored(history: FakeHistory, options: RestoreOptions = {}) {
  const restored = await restoreRollup(history, options);
  const { blocks, proven, executed, id } = history.current;
  expect(restored.l1Block).to.deep.equal(id);
  expect(restored.executed.storedBlock.blockNumber).to.equal(executed);
  expect(restored.executed.state.root).to.equal(history.executedState.root);
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

  it("follows blocks of every size", async () => {
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

  it("starts over when L1 takes back more than its checkpoint remembers", async () => {
    const history = new FakeHistory(preset, random);
    const store = createMemoryStore();
    for (let i = 0; i < 6; i++) {
      history.commit(1);
      history.prove(1);
      history.execute(1);
    }
    await restoreRollup(history, { store, finalityBlocks: 0, l1BlocksPerStep: 3 });
    history.reorganise(14);
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
    const later: DatedBlockEvent[] = [{ l1Block, event: { type: "proven", provenBlocks: 3 } }];
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
});

describe(`restore: checkpoints, ${random.title}`, () => {
  async function restoredOnce() {
    const history = new FakeHistory(preset, random);
    for (let i = 0; i < 20; i++) history.doAnything();
    const store = createMemoryStore();
    await restoreRollup(history, { store, finalityBlocks: 4, l1BlocksPerStep: 3 });
    return { history, store, content: JSON.parse(store.text!) as CheckpointText };
  }

  it("refuses the checkpoint of another rollup", async () => {
    const { store } = await restoredOnce();
    const other = Object.assign(new FakeHistory(preset, random), { chainId: 1n });
    await expectRejection("CHECKPOINT_OF_OTHER_ROLLUP", restoreRollup(other, { store }));
  });

  it("refuses what is no checkpoint, or half of one", async () => {
    const { history, store } = await restoredOnce();
    const text = store.text!;
    for (const broken of ["", "{}", "[]", text.slice(0, text.length / 2)]) {
      store.text = broken;
      await expectRejection("CHECKPOINT_MALFORMED", restoreRollup(history, { store }));
    }
  });

  it("refuses a checkpoint in which somebody has changed a balance", async () => {
    const { history, store, content } = await restoredOnce();
    content.state.accounts[0]!.balances = [[0, "1"]];
    store.text = JSON.stringify(content);
    await expectRejection("CHECKPOINT_MALFORMED", restoreRollup(history, { store }));
    content.state.accounts[0]!.balances = [];
    content.state.root = "5";
    store.text = JSON.stringify(content);
    await expectRejection("CHECKPOINT_MALFORMED", restoreRollup(history, { store }));
  });

  it("starts over from a checkpoint of blocks that L1 does not know", async () => {
    const { history, store, content } = await restoredOnce();
    content.storedBlock.timestamp = "1234";
    store.text = JSON.stringify(content);
    await expectRestored(history, { store });
  });
});
