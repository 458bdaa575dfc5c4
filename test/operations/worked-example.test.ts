/** The operation of docs/operations.md, added to a copy of the sources as a reader adds it. */
import { execFile } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const run = promisify(execFile);
const COPIED = [
  "src",
  "circuits",
  "contracts",
  "scripts",
  "tasks",
  "docs",
  "types",
  "test/helpers",
  "test/bench/gas.json",
  "package.json",
  "tsconfig.json",
  ".prettierrc.json",
];
/** Returns the blocks of code of the page by the file in the comment before each. */
const BLOCK = /<!-- (file|line): (\S+) -->\n+```\w+\n([\s\S]*?)```/g;
const TEST_FILE = "test/operations/donate.test.ts";

describe("docs/operations.md", () => {
  let copy: string;
  before(() => {
    copy = mkdtempSync(join(tmpdir(), "zkrollup-operation-"));
    for (const path of COPIED.filter((each) => existsSync(join(PROJECT_ROOT, each)))) {
      cpSync(join(PROJECT_ROOT, path), join(copy, path), { recursive: true });
    }
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(copy, "node_modules"));
    const page = readFileSync(join(PROJECT_ROOT, "docs/operations.md"), "utf8");
    for (const [, kind, path, text] of page.matchAll(BLOCK)) {
      const file = join(copy, path!);
      mkdirSync(dirname(file), { recursive: true });
      if (kind === "line") appendFileSync(file, text!);
      else writeFileSync(file, text!);
    }
  });
  after(() => rmSync(copy, { recursive: true }));

  /** Runs a script in the copy. @returns Its output, also if it fails. */
  async function node(...args: readonly string[]): Promise<string> {
    try {
      return (await run(process.execPath, args, { cwd: copy })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `FAILED: ${stdout}${stderr}`;
    }
  }

  it("touches a folder, a template, a line of the list and a test", () => {
    const page = readFileSync(join(PROJECT_ROOT, "docs/operations.md"), "utf8");
    expect([...page.matchAll(BLOCK)].map(([, kind, path]) => `${kind} ${path}`)).to.deep.equal([
      "file src/operations/donate/spec.ts",
      "file src/operations/donate/errors.ts",
      "file src/operations/donate/operation.ts",
      "file circuits/operations/donate.circom",
      "line src/operations/list.ts",
      `file ${TEST_FILE}`,
    ]);
  });

  it("generates what follows from the spec", async () => {
    const written = await node("scripts/generate.ts");
    for (const path of [
      "circuits/generated/operations.circom",
      "contracts/generated/PubdataReader.sol",
      "docs/pubdata.md",
      "docs/rpc.md",
      "docs/errors.md",
    ]) {
      expect(written).to.include(path);
      expect(readFileSync(join(copy, path), "utf8")).to.match(/donat/i);
    }
  });

  it("type-checks", async () => {
    const extended = { extends: "./tsconfig.json", include: ["src", TEST_FILE, "types"] };
    writeFileSync(join(copy, "tsconfig.copy.json"), JSON.stringify(extended));
    expect(await node("node_modules/typescript/bin/tsc", "-p", "tsconfig.copy.json")).to.equal("");
  });

  it("passes its tests: apply and circuit agree", async () => {
    const output = await node("node_modules/mocha/bin/mocha.js", "--timeout", "120000", TEST_FILE);
    expect(output)
      .to.match(/4 passing/)
      .and.not.match(/failing/);
  });
});
