import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { expect } from "chai";
import { declaresMain } from "../../src/circom/source-text.ts";
import { collectSources, findCircuits } from "../../src/circom/sources.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("circom: sources", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  it("finds the files that declare a main component", () => {
    const folder = join(workspace.folder, "circuits");
    const found = findCircuits(folder).map((file) => relative(folder, file));
    expect(found.filter((file) => dirname(file) !== "published")).to.deep.equal([
      "ages.circom",
      "broken/missing-include.circom",
      "broken/syntax-error.circom",
      "broken/too-large.circom",
      "bus.circom",
      "choices.circom",
      "cuber.circom",
      "language.circom",
      "multiplier.circom",
      "nested-inputs.circom",
      "product.circom",
      "recursive.circom",
      "routines.circom",
      "seven-inputs.circom",
      "squarer.circom",
      "substituted.circom",
      "twice.circom",
    ]);
  });

  it("finds no circuit in a package", async () => {
    const folder = join(workspace.folder, "with-packages");
    await mkdir(join(folder, "node_modules/package"), { recursive: true });
    await mkdir(join(folder, "my_node_modules"));
    for (const path of ["node_modules/package/a.circom", "my_node_modules/b.circom"]) {
      await writeFile(join(folder, path), "component main = A();");
    }
    expect(findCircuits(folder)).to.deep.equal([join(folder, "my_node_modules/b.circom")]);
  });

  it("rejects a missing folder", () => {
    expectCode("CIRCUIT_DIRECTORY_NOT_FOUND", () => findCircuits(join(workspace.folder, "none")));
  });

  it("ignores comments and strings", () => {
    expect(declaresMain('log("component main"); // component main\n/* component main */')).to.equal(
      false,
    );
    expect(declaresMain('log("// no comment"); component\n main = A();')).to.equal(true);
  });

  it("follows includes, and changes its digest with any of them", async () => {
    const before = collectSources(workspace.fixture("multiplier"));
    expect(before.files.map(({ file }) => basename(file))).to.deep.equal([
      "multiplier.circom",
      "chain.circom",
    ]);
    await writeFile(workspace.fixture("lib/chain"), "// other\n");
    expect(collectSources(workspace.fixture("multiplier")).digest).to.not.equal(before.digest);
  });

  it("looks beside the file first, then in the include paths; survives cycles", async () => {
    const library = join(workspace.folder, "library");
    await mkdir(library);
    await writeFile(join(library, "a.circom"), 'include "b.circom";');
    await writeFile(join(library, "b.circom"), 'include "a.circom";');
    const file = join(workspace.folder, "user.circom");
    await writeFile(file, 'include "a.circom"; component main = A();');
    const { files } = collectSources(file, {
      includePaths: [join(workspace.folder, "none"), library],
    });
    expect(files).to.have.length(3);
  });

  it("does not take strings of a log for includes", async () => {
    const file = join(workspace.folder, "log.circom");
    const log = 'log("items to include", a, "of the list"); log("include ", a, "//");';
    await writeFile(file, `include"library/a.circom"; ${log}\ncomponent main = A();`);
    await mkdir(join(workspace.folder, "library"), { recursive: true });
    await writeFile(join(workspace.folder, "library/a.circom"), "");
    const { files } = collectSources(file);
    expect(files.map(({ file: path }) => basename(path))).to.deep.equal(["log.circom", "a.circom"]);
  });

  it("says which include is missing, and where", () => {
    const error = expectCode("INCLUDE_NOT_FOUND", () =>
      collectSources(workspace.fixture("broken/missing-include")),
    );
    expect(error.facts["include"]).to.equal("nowhere.circom");
    expect(error.facts["line"]).to.equal(4);
  });
});
