/** Links in documents lead to existing files and headings. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect } from "chai";
import { slugify } from "../../src/generate/markdown.ts";
import { PROJECT_ROOT, readSources } from "../helpers/source-files.ts";

const DOCUMENTS = [
  ...globSync("*.md", { cwd: PROJECT_ROOT }),
  ...globSync("docs/**/*.md", { cwd: PROJECT_ROOT, exclude: ["docs/reference/**"] }),
  ...globSync("examples/**/*.md", { cwd: PROJECT_ROOT, exclude: ["**/node_modules/**"] }),
].sort();
const SOURCES = readSources(
  ["src", "tasks", "scripts", "test", "contracts", "circuits"],
  [".ts", ".sol", ".circom"],
);
/** The mention of a document in a comment, with or without an anchor. */
const MENTION = /\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g;

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), "utf8");

/** Removes blocks of code, in which brackets are no links. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
}

/** Returns the anchors of a document's headings; a repeated heading gets a number. */
function anchorsOf(file: string): Set<string> {
  const text = read(file).replace(/^```[\s\S]*?^```/gm, "");
  const anchors = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugify(heading.replace(/[`*]/g, ""));
    for (let count = 0; ; count++) {
      const anchor = count === 0 ? slug : `${slug}-${count}`;
      if (anchors.has(anchor)) continue;
      anchors.add(anchor);
      break;
    }
  }
  return anchors;
}

/** Returns the fault of a link from a folder of the repository; undefined if it is valid. */
function fault(link: string, folder: string, self?: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? self! : posix.normalize(posix.join(folder, decodeURI(path)));
  if (!existsSync(join(PROJECT_ROOT, target))) return `${link}: no such file`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: no such heading`;
}

describe("docs: links", () => {
  it("lead to files and headings", () => {
    const faults = DOCUMENTS.flatMap((file) =>
      [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => link!)
        .filter((link) => !/^[a-z]+:/.test(link))
        .flatMap((link) => fault(link, dirname(file), file) ?? [])
        .map((problem) => `${file} → ${problem}`),
    );
    expect(DOCUMENTS.length).to.be.above(20);
    expect(faults).to.deep.equal([]);
  });

  it("of comments lead to files and headings", () => {
    const mentions = SOURCES.flatMap(({ path, text }) =>
      [...text.matchAll(MENTION)].map(([link]) => ({ path, link })),
    );
    const faults = mentions.flatMap(({ path, link }) => {
      const problem = fault(link, ".");
      return problem === undefined ? [] : [`${path} → ${problem}`];
    });
    expect(mentions.length).to.be.above(20);
    expect(faults).to.deep.equal([]);
  });
});

describe("docs: files in the README", () => {
  const blocks = [
    ...read("README.md").matchAll(/<!-- file: (\S+) -->\n+```\w*\n([\s\S]*?)```/g),
  ].map(([, file, text]) => ({ file: file!, text: text! }));

  it("are the config, the circuit and both tests", () => {
    expect(blocks.map(({ file }) => file)).to.deep.equal([
      "hardhat.config.ts",
      "test/rollup.test.ts",
      "circuits/multiplier.circom",
      "test/multiplier.test.ts",
    ]);
  });

  for (const { file, text } of blocks) {
    it(`${file} is as rollup:init writes it`, () => {
      expect(text).to.equal(read(`src/plugin/init/template/${file}`));
    });
  }
});
