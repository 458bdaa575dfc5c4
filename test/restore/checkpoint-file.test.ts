import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckpointFile } from "../../src/restore/checkpoint-file.ts";

/** Above what a kernel gives to a process. */
const DEAD_PID = 2 ** 30;

describe("checkpoint file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is made with its folder, and replaced as a whole", async () => {
    const store = createCheckpointFile(join(folder, "a", "b", "state.json"));
    expect(await store.load()).to.equal(undefined);
    for (const text of ["first and long", "second"]) {
      await store.save(text);
      expect(await store.load()).to.equal(text);
    }
    expect(await readdir(join(folder, "a", "b"))).to.deep.equal(["state.json"]);
  });

  it("is what it was before if the process dies while it is written", async () => {
    const file = join(folder, "state.json");
    const store = createCheckpointFile(file);
    await store.save("whole");
    await writeFile(`${file}.${DEAD_PID}-0.tmp`, "hal");
    expect(await store.load()).to.equal("whole");
    await store.save("next");
    expect(await store.load()).to.equal("next");
  });

  it("cleans up what killed processes have left, and nothing else", async () => {
    const file = join(folder, "state.json");
    const running = `state.json.${process.pid}-99.tmp`;
    const others = ["other.json", `other.json.${DEAD_PID}-0.tmp`, running];
    const left = [`state.json.${DEAD_PID}-7.tmp`, "state.json.tmp"];
    for (const name of [...others, ...left]) await writeFile(join(folder, name), "x");
    await createCheckpointFile(file).save("whole");
    expect(await readdir(folder)).to.have.members(["state.json", ...others]);
  });

  it("leaves nothing behind when it cannot be replaced", async () => {
    const file = join(folder, "state.json");
    await createCheckpointFile(join(file, "inner.json")).save("a folder in its place");
    const failure: unknown = await createCheckpointFile(file)
      .save("text")
      .catch((error: unknown) => error);
    expect(failure).to.be.an("error");
    expect(await readdir(folder)).to.deep.equal(["state.json"]);
  });

  it("can be moved out of the way", async () => {
    const file = join(folder, "state.json");
    const store = createCheckpointFile(file);
    await store.save("damaged");
    await store.setAside();
    expect(await store.load()).to.equal(undefined);
    expect(await readdir(folder)).to.deep.equal(["state.json.damaged"]);
  });
});
