import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createCheckpointFile } from "../../src/restore/checkpoint-file.ts";

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
    await writeFile(`${file}.tmp`, "hal");
    expect(await store.load()).to.equal("whole");
    await store.save("next");
    expect(await store.load()).to.equal("next");
  });
});
