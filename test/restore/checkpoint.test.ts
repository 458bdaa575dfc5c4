/** A checkpoint is believed only as far as L1 says the same; else it costs time, and no more. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createCheckpointFile } from "../../src/restore/checkpoint-file.ts";
import { type RestoreOptions, restoreRollup } from "../../src/restore/restore.ts";
import type { RollupError } from "../../src/util/errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeHistory } from "../helpers/fake-history.ts";
import { createMemoryStore } from "../helpers/memory-store.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const preset = PRESETS.minimal;
const TAMPERINGS = 300;

type Json = string | number | null | Json[] | { [key: string]: Json };

/** All that a restore says, so that two of them can be compared. */
async function restoreAll(history: FakeHistory, options: RestoreOptions = {}) {
  const restored = await restoreRollup(history, options);
  const { executed, pending, faulty, l1Block, preset, feeAccountAddress } = restored;
  const toPlain = ({ storedBlock, state, nextRequestId }: typeof executed) => ({
    storedBlock,
    nextRequestId,
    root: state.root,
  });
  // Its `history` is what this restore has read of L1, which differs after a checkpoint.
  return {
    rest: { preset, feeAccountAddress },
    l1Block,
    executed: toPlain(executed),
    pending: pending.map((block) => ({
      ...toPlain(block),
      status: block.status,
      payouts: block.payouts,
    })),
    faulty: faulty.map(({ storedBlock, status }) => ({ storedBlock, status })),
  };
}

/** A history with blocks of every status after the checkpoint's base, and the checkpoint. */
async function restoredOnce() {
  const history = new FakeHistory(preset, random);
  for (let i = 0; i < 3; i++) {
    history.commit(2);
    history.prove(2);
    history.execute(1);
  }
  history.commit(2);
  const store = createMemoryStore();
  await restoreRollup(history, { store, finalityBlocks: 4, l1BlocksPerStep: 3 });
  return { history, store, text: store.text! };
}

/** Every number and string in a document: how to change it. */
function leaves(value: Json, set: (next: Json) => void): (() => void)[] {
  if (Array.isArray(value)) {
    const array = value;
    const whole = [() => void array.pop(), () => void array.push(...array.slice(-1))];
    return [
      ...(array.length > 0 ? whole : []),
      ...array.flatMap((item, index) => leaves(item, (next) => (array[index] = next))),
    ];
  }
  if (value !== null && typeof value === "object") {
    const object = value;
    return Object.entries(object).flatMap(([key, item]) => [
      () => void Reflect.deleteProperty(object, key),
      ...leaves(item, (next) => (object[key] = next)),
    ]);
  }
  return [() => set(tamper(value))];
}

function tamper(value: Json): Json {
  if (typeof value === "number") return random.pick([value + 1, value + 1000, 0]);
  if (typeof value !== "string" || value === "") return "1";
  const index = random.int(value.length);
  const other = value[index] === "1" ? "2" : "1";
  return value.slice(0, index) + other + value.slice(index + 1);
}

describe(`checkpoints, ${random.title}`, () => {
  it("refuses the checkpoint of another rollup, names it, and leaves it alone", async () => {
    const { store, text } = await restoredOnce();
    const other = Object.assign(new FakeHistory(preset, random), { chainId: 1n });
    const error = await expectRejection(
      "CHECKPOINT_OF_OTHER_ROLLUP",
      restoreRollup(other, { store }),
    );
    expect(error.facts["file"]).to.equal(store.file);
    expect(store.text).to.equal(text);
  });

  it("sets aside what is no checkpoint, or half of one, and starts over", async () => {
    const { history, store, text } = await restoredOnce();
    const expected = await restoreAll(history);
    for (const broken of ["", "{}", "[]", "\0\0\0", text.slice(0, text.length / 2)]) {
      store.text = broken;
      const warnings: RollupError[] = [];
      const onWarning = (warning: RollupError) => void warnings.push(warning);
      expect(await restoreAll(history, { store, onWarning })).to.deep.equal(expected);
      expect(warnings.map(({ code }) => code)).to.deep.equal(["CHECKPOINT_MALFORMED"]);
      expect(warnings[0]!.facts["file"]).to.equal(store.file);
      expect(store.aside.at(-1)).to.equal(broken);
      expect(store.text).to.be.a("string");
    }
  });

  it("does not believe another next request: L1 knows which it has executed", async () => {
    const { history, store, text } = await restoredOnce();
    const expected = await restoreAll(history);
    const content = JSON.parse(text) as { nextRequestId: number };
    content.nextRequestId += 999;
    store.text = JSON.stringify(content);
    const warnings: string[] = [];
    const onWarning = ({ code }: RollupError) => void warnings.push(code);
    expect(await restoreAll(history, { store, onWarning })).to.deep.equal(expected);
    expect(warnings).to.deep.equal(["CHECKPOINT_DISAGREES"]);
    // What it leaves is right: nothing is to be said of it the next time.
    expect(await restoreAll(history, { store, onWarning })).to.deep.equal(expected);
    expect(warnings.length).to.equal(1);
  });

  it(`restores the same from any of ${TAMPERINGS} checkpoints that were tampered with`, async () => {
    const { history, store, text } = await restoredOnce();
    const expected = await restoreAll(history);
    for (let count = 0; count < TAMPERINGS; count++) {
      const content = JSON.parse(text) as Json;
      random.pick(leaves(content, () => {}))();
      store.text = JSON.stringify(content);
      const outcome = await restoreAll(history, { store }).catch(
        (error: unknown) => (error as RollupError).code,
      );
      if (outcome === "CHECKPOINT_OF_OTHER_ROLLUP") continue;
      expect(outcome, store.text).to.deep.equal(expected);
    }
  });

  it("continues from a checkpoint with decimal integers, as earlier versions wrote it", async () => {
    const { history, store, text } = await restoredOnce();
    const integers = ["timestamp", "stateRoot", "newStateRoot", "digest", "chainId", "root"];
    const decimal = JSON.stringify(JSON.parse(text), (key, value: unknown) => {
      if (key === "balances") {
        return (value as [number, string][]).map(([id, amount]) => [id, String(BigInt(amount))]);
      }
      const isInteger = [...integers, "address", "pubKeyHash"].includes(key);
      return isInteger ? String(BigInt(value as string)) : value;
    });
    expect(decimal).not.to.equal(text);
    store.text = decimal;
    const warnings: RollupError[] = [];
    const onWarning = (warning: RollupError) => void warnings.push(warning);
    const outcome = await restoreAll(history, { store, onWarning });
    expect(outcome).to.deep.equal(await restoreAll(history));
    expect([warnings, store.aside]).to.deep.equal([[], []]);
  });

  it("starts over from a checkpoint of blocks that L1 does not know", async () => {
    const { history, store, text } = await restoredOnce();
    const content = JSON.parse(text) as { storedBlock: { timestamp: string } };
    content.storedBlock.timestamp = "1234";
    store.text = JSON.stringify(content);
    expect(await restoreAll(history, { store })).to.deep.equal(await restoreAll(history));
  });
});

describe(`checkpoints on a disk that fails, ${random.title}`, () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
  });
  afterEach(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true });
  });

  async function expectWarnings(file: string, codes: readonly string[]) {
    const history = new FakeHistory(preset, random);
    for (let i = 0; i < 10; i++) history.doAnything();
    const warnings: RollupError[] = [];
    const onWarning = (warning: RollupError) => void warnings.push(warning);
    const store = createCheckpointFile(file);
    const outcome = await restoreAll(history, { store, onWarning, l1BlocksPerStep: 2 });
    expect(outcome).to.deep.equal(await restoreAll(history));
    expect(warnings.map(({ code }) => code)).to.deep.equal(codes);
    for (const { facts } of warnings) expect(facts["file"]).to.equal(file);
  }

  it("goes on without them where the file is a folder, and says so once", async () => {
    const file = join(folder, "state.json");
    await mkdir(join(file, "in-the-way"), { recursive: true });
    await expectWarnings(file, ["CHECKPOINT_NOT_SAVED"]);
  });

  it("goes on without them where their folder cannot be made", async () => {
    await writeFile(join(folder, "file"), "");
    await expectWarnings(join(folder, "file", "state.json"), ["CHECKPOINT_NOT_SAVED"]);
  });

  it("goes on without them where the disk is full", async () => {
    const history = new FakeHistory(preset, random);
    for (let i = 0; i < 10; i++) history.doAnything();
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const store = { ...createMemoryStore(), save: () => Promise.reject(full) };
    const warnings: RollupError[] = [];
    const onWarning = (warning: RollupError) => void warnings.push(warning);
    const outcome = await restoreAll(history, { store, onWarning, l1BlocksPerStep: 1 });
    expect(outcome).to.deep.equal(await restoreAll(history));
    expect(warnings.map(({ code }) => code)).to.deep.equal(["CHECKPOINT_NOT_SAVED"]);
    expect(warnings[0]!.message).to.include("no space left");
  });

  it("keeps a damaged file beside the new one", async () => {
    const file = join(folder, "state.json");
    await writeFile(file, "{ half of it");
    await expectWarnings(file, ["CHECKPOINT_MALFORMED"]);
    expect(await readdir(folder)).to.have.members(["state.json", "state.json.damaged"]);
    expect(await readFile(`${file}.damaged`, "utf8")).to.equal("{ half of it");
    await rm(`${file}.damaged`);
  });
});
