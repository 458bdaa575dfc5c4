/** A native circom program as the compiler; a script around circom2 stands in for it. */
import { chmod, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { compileCircuit } from "../../src/circom/compile.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const CLI = join(dirname(createRequire(import.meta.url).resolve("circom2/package.json")), "cli.js");

describe("circom: native compiler", () => {
  let workspace: Workspace;
  let native: string;
  before(async () => {
    workspace = await createWorkspace();
    native = await writeScript("circom", `exec "${process.execPath}" "${CLI}" "$@"`);
  });
  after(() => workspace.remove());

  async function writeScript(name: string, body: string): Promise<string> {
    const path = join(workspace.folder, name);
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    return path;
  }
  const compile = (name: string, path = native) =>
    compileCircuit({ ...workspace.options(name), compiler: { path } });

  it("makes the files of the package's compiler, in an entry of its own", async () => {
    const ours = await compileCircuit(workspace.options("multiplier"));
    const theirs = await compile("multiplier");
    expect(theirs.digest).to.equal(ours.digest);
    expect(theirs.stats).to.deep.equal(ours.stats);
    expect([theirs.inputs, theirs.outputs]).to.deep.equal([ours.inputs, ours.outputs]);
    expect(dirname(theirs.r1csPath)).not.to.equal(dirname(ours.r1csPath));
    expect(await readdir(dirname(theirs.r1csPath))).to.have.members(
      await readdir(dirname(ours.r1csPath)),
    );
    expect((await compile("multiplier")).cached).to.equal(true);
  });

  it("reports warnings and errors with their places, as the package's compiler", async () => {
    await writeFile(
      workspace.fixture("old"),
      "template A() { signal input a; signal output b; b <== a * a; } component main = A();",
    );
    const ours = await compileCircuit(workspace.options("old"));
    expect(ours.warnings).to.have.length(1);
    expect((await compile("old")).warnings).to.deep.equal(ours.warnings);
    await writeFile(
      workspace.fixture("wrong"),
      "pragma circom 2.1.0;\ntemplate {}\ncomponent main = A();",
    );
    const place = async (work: () => Promise<unknown>) =>
      (await expectRejection("CIRCUIT_SYNTAX", work)).facts.location;
    expect(await place(() => compile("wrong"))).to.equal(
      await place(() => compileCircuit(workspace.options("wrong"))),
    );
  });

  it("compiles again with another version", async () => {
    const first = await compile("squarer");
    const other = await writeScript(
      "circom-next",
      `if [ "$1" = --version ]; then echo "circom compiler 9.9.9"; exit; fi; exec "${native}" "$@"`,
    );
    const next = await compile("squarer", other);
    expect([next.cached, next.digest]).to.deep.equal([false, first.digest]);
    expect(next.r1csPath).not.to.equal(first.r1csPath);
  });

  it("refuses another version than the configured one", async () => {
    const { version } = createRequire(import.meta.url)("circom2/package.json") as {
      version: string;
    };
    const program = await writeScript(
      "circom-2-1-9",
      `if [ "$1" = --version ]; then echo "circom compiler 2.1.9"; exit; fi; exec "${native}" "$@"`,
    );
    const compiled = (expected: string) =>
      compileCircuit({
        ...workspace.options("squarer"),
        compiler: { path: program, version: expected },
      });
    expect((await compiled("2.1.9")).cached).to.equal(false);
    for (const other of ["2.1.8", "2.1", version]) {
      const error = await expectRejection("COMPILER_VERSION", () => compiled(other));
      expect(error.facts).to.include({ expected: other, actual: "2.1.9" });
    }
  });

  it("refuses what is no circom program, and says why", async () => {
    const missing = join(workspace.folder, "none");
    const reasonOf = async (path: string) =>
      (await expectRejection("COMPILER_NOT_USABLE", () => compile("cuber", path))).facts.reason;
    expect(await reasonOf(missing)).to.include("ENOENT");
    expect(await reasonOf(await writeScript("silent", "exit 0"))).to.include("--version prints");
    expect(await reasonOf(await writeScript("failing", "echo 1.2.3; exit 3"))).to.include("1.2.3");
  });

  it("reports a crash of the program", async () => {
    const crashing = await writeScript(
      "crashing",
      'if [ "$1" = --version ]; then echo "circom compiler 2.2.2"; exit; fi; kill -SEGV $$',
    );
    const error = await expectRejection("COMPILER_CRASHED", () => compile("cuber", crashing));
    expect(error.message).to.include("SIGSEGV");
  });
});
