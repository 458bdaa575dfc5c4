/** Where the inputs of a circuit are looked up, and how they are read. */
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  INPUT_BYTES_MAX,
  readInputList,
  readInputs,
  usualInputFiles,
} from "../../src/plugin/circuits/input-files.ts";
import { expectRejection } from "../helpers/expect-code.ts";

describe("plugin: input files", () => {
  let root: string;
  const note = { name: "spend/note", path: "spend/note" };
  const read = (given?: string) => readInputs(given, note, root);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "inputs-"));
    await mkdir(join(root, "inputs/spend/note"), { recursive: true });
    await mkdir(join(root, "spend"));
  });
  afterEach(() => rm(root, { recursive: true }));

  it("takes the first of the usual places", async () => {
    const places = usualInputFiles(note, root);
    expect(places.map((place) => place.slice(root.length))).to.deep.equal([
      "/inputs/spend/note.json",
      "/inputs/spend/note/default.json",
      "/spend/note.json",
    ]);
    await expectRejection("INPUT_FILE_MISSING", read());
    for (const [index, place] of [...places.entries()].reverse()) {
      await writeFile(place, `{ "place": ${index} }`);
      expect(await read()).to.deep.equal({ inputs: { place: index }, file: place });
    }
  });

  it("takes a name as that of a file of the circuit's folder, but prefers a path", async () => {
    await writeFile(join(root, "inputs/spend/note/large.json"), '{ "a": 1 }');
    expect((await read("large")).inputs).to.deep.equal({ a: 1 });
    const { facts } = await expectRejection("INPUT_FILE_MISSING", read("none"));
    expect(facts["searched"]).to.have.length(2);
    const path = await expectRejection("INPUT_FILE_MISSING", read("./none"));
    expect(path.facts["searched"]).to.have.length(1);
  });

  it("prefers a file to a folder of the same name", async () => {
    await writeFile(join(root, "inputs/spend/note/default.json"), '{ "a": 2 }');
    const working = process.cwd();
    process.chdir(root);
    try {
      await mkdir("large");
      await writeFile("inputs/spend/note/large.json", '{ "a": 1 }');
      expect((await read("large")).inputs).to.deep.equal({ a: 1 });
      await mkdir("inputs/spend/note.json");
      expect((await read()).inputs).to.deep.equal({ a: 2 });
      await mkdir("only");
      await expectRejection("INPUT_FILE_INVALID", read("only"));
    } finally {
      process.chdir(working);
    }
  });

  it("reads a file that starts with a byte order mark", async () => {
    const file = join(root, "marked.json");
    await writeFile(file, '\ufeff{ "a": 1 }');
    expect((await read(file)).inputs).to.deep.equal({ a: 1 });
  });

  it("reads numbers of any size", async () => {
    const file = join(root, "big.json");
    await writeFile(file, `{ "a": 12345678901234567890123, "b": ["0x0b", -5, 7] }`);
    expect((await read(file)).inputs).to.deep.equal({
      a: 12345678901234567890123n,
      b: ["0x0b", -5, 7],
    });
  });

  it("refuses what is no object of signals, and lists for a single proof", async () => {
    const file = join(root, "bad.json");
    for (const text of ["{ a: 1 }", "[1]", "null", "", '"a"', "[]", "[{}, {}]"]) {
      await writeFile(file, text);
      await expectRejection("INPUT_FILE_INVALID", read(file));
    }
    expect(await readInputList(file)).to.have.length(2);
  });

  it("quotes no control characters of a file", async () => {
    const file = join(root, "control.json");
    await writeFile(file, "\u001b[2J\0");
    const { message } = await expectRejection("INPUT_FILE_INVALID", read(file));
    expect(message)
      .to.match(/\[2J/)
      .and.not.match(/\p{Cc}/u);
  });

  it("refuses a file above the limit before it has read all of it", async () => {
    const file = join(root, "huge.json");
    await writeFile(file, "");
    await truncate(file, 4 * INPUT_BYTES_MAX);
    const { facts } = await expectRejection("INPUT_FILE_INVALID", read(file));
    expect(facts["reason"]).to.include(String(INPUT_BYTES_MAX));
  });
});
