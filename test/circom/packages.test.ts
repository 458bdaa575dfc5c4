/** Circuits that include files of packages: copies, links, and the compiler's messages. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { compileCircuit } from "../../src/circom/compile.ts";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const PRAGMA = "pragma circom 2.1.0;\n";
/** A circuit that includes `path` and returns what its template `name` adds to the input. */
function mainOf(path: string, name: string): string {
  return (
    `${PRAGMA}include "${path}";\ntemplate Main() { signal input a; signal output out <== ` +
    `${name}()(a); }\ncomponent main = Main();`
  );
}
function gadget(name: string, addend: number): string {
  return `${PRAGMA}template ${name}() { signal input x; signal output y <== x + ${addend}; }`;
}
/** A file that takes the gadget of `path`. */
function signer(path: string): string {
  return `${PRAGMA}include "${path}";\ntemplate Sign() { signal input x; signal output y <== Add()(x); }`;
}

describe("circom: packages", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace();
  });
  afterEach(() => workspace.remove());

  const at = (path: string) => join(workspace.folder, path);
  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), text);
    }
  }
  async function link(from: string, target: string): Promise<void> {
    await mkdir(dirname(at(from)), { recursive: true });
    await symlink(at(target), at(from), "junction");
  }
  const optionsOf = (file: string) => ({
    file: at(file),
    optimization: 1 as const,
    cacheDir: at("cache"),
  });
  /** The public output for the input 20. */
  async function outputOf(file: string, options: object = {}): Promise<number> {
    await using circuit = await loadCircuit({ ...optionsOf(file), ...options });
    return Number((await circuit.calculateWitness({ a: 20 })).at(1));
  }

  it("include the copy of the package that includes them, nested or not", async () => {
    await write({
      "p/circuits/main.circom": mainOf("signer/sign.circom", "Sign"),
      "p/node_modules/gadgets/add.circom": gadget("Add", 5),
      "p/node_modules/signer/sign.circom": signer("gadgets/add.circom"),
    });
    expect(await outputOf("p/circuits/main.circom")).to.equal(25);
    await write({ "p/node_modules/signer/node_modules/gadgets/add.circom": gadget("Add", 6) });
    expect(await outputOf("p/circuits/main.circom")).to.equal(26);
  });

  it("include different copies in one circuit", async () => {
    await write({
      "p/main.circom":
        `${PRAGMA}include "gadgets/add.circom";\ninclude "signer/sign.circom";\n` +
        "template Main() { signal input a; signal b <== Plus()(a); signal c <== Sign()(a); " +
        "signal output out <== b * c; }\n" +
        "component main = Main();",
      "p/node_modules/gadgets/add.circom": gadget("Plus", 1),
      "p/node_modules/signer/sign.circom": signer("gadgets/add.circom"),
      "p/node_modules/signer/node_modules/gadgets/add.circom": gadget("Add", 2),
    });
    expect(await outputOf("p/main.circom")).to.equal(21 * 22);
  });

  it("are found in the layout of pnpm, through links, and by exports", async () => {
    const store = "p/node_modules/.pnpm";
    await write({
      "p/circuits/main.circom": mainOf("@zk/signer/sign.circom", "Sign"),
      [`${store}/signer@1/node_modules/@zk/signer/package.json`]: JSON.stringify({
        name: "@zk/signer",
        exports: { "./sign.circom": "./src/sign-1.circom" },
      }),
      [`${store}/signer@1/node_modules/@zk/signer/src/sign-1.circom`]: signer("gadgets/add.circom"),
      [`${store}/gadgets@2/node_modules/gadgets/add.circom`]: gadget("Add", 7),
    });
    await link("p/node_modules/@zk/signer", `${store}/signer@1/node_modules/@zk/signer`);
    await link(`${store}/signer@1/node_modules/gadgets`, `${store}/gadgets@2/node_modules/gadgets`);
    expect(await outputOf("p/circuits/main.circom")).to.equal(27);
  });

  it("that are linked take what they lack from the project", async () => {
    await write({
      "elsewhere/signer/sign.circom": signer("gadgets/add.circom"),
      "p/circuits/main.circom": mainOf("signer/sign.circom", "Sign"),
      "p/node_modules/gadgets/add.circom": gadget("Add", 8),
    });
    await link("p/node_modules/signer", "elsewhere/signer");
    expect(await outputOf("p/circuits/main.circom")).to.equal(28);
    await write({ "shared/main.circom": mainOf("signer/sign.circom", "Sign") });
    const missing = await expectRejection("INCLUDE_NOT_FOUND", () =>
      outputOf("shared/main.circom"),
    );
    expect(missing.facts["searched"]).to.deep.equal([at("shared")]);
    expect(await outputOf("shared/main.circom", { projectFolder: at("p") })).to.equal(28);
  });

  it("name the real file, line and column in the compiler's messages", async () => {
    await write({
      "p/circuits/main.circom": mainOf("gadgets/src/add.circom", "Add").replace('";', '"  // no ;'),
      "p/node_modules/gadgets/src/add.circom": gadget("Add", 5),
    });
    const compile = () => compileCircuit(optionsOf("p/circuits/main.circom"));
    const quoted = await expectRejection("CIRCUIT_SYNTAX", compile);
    expect(quoted.facts["location"]).to.match(/main\.circom:2:\d+$/);
    expect(quoted.message).to.include(`"${at("p/circuits/main.circom")}":2`);
    expect(quoted.message).to.include('include "gadgets/src/add.circom"  // no ;');
    await write({
      "p/circuits/main.circom": mainOf("gadgets/src/add.circom", "Add"),
      "p/node_modules/gadgets/src/add.circom": gadget("Add", 5).replace("x +", "z +"),
    });
    const nested = await expectRejection("CIRCUIT_SYNTAX", compile);
    const column = gadget("Add", 5).split("\n")[1]!.indexOf("x + 5") + 1;
    expect(nested.facts["location"]).to.equal(
      `${at("p/node_modules/gadgets/src/add.circom")}:2:${column}`,
    );
  });

  it("are named by warnings, from the circuit, also after they have moved", async () => {
    const files = (library: string) => ({
      "p/circuits/main.circom": mainOf("gadgets/add.circom", "Add"),
      [library]: gadget("Add", 5).replace(PRAGMA, ""),
    });
    const warning = async () => {
      const { warnings } = await compileCircuit(optionsOf("p/circuits/main.circom"));
      expect(warnings).to.have.length(1);
      return warnings[0]!;
    };
    await write(files("node_modules/gadgets/add.circom"));
    expect(await warning()).to.include("../../node_modules/gadgets/add.circom");
    await write(files("p/node_modules/gadgets/add.circom"));
    expect(await warning())
      .to.include("../node_modules/gadgets/add.circom")
      .and.not.include("../../");
  });
});
