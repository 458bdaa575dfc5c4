import { readdirSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { compileCircuit, compilerVersion } from "../../../src/circuits/compile.ts";
import { readR1cs } from "../../../src/circuits/r1cs.ts";
import { readSymbols } from "../../../src/circuits/signals.ts";
import { createWorkspace, expectRejection, type Workspace } from "./helpers.ts";

describe("circuits: compile", () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await createWorkspace();
  });
  afterEach(() => workspace.remove());

  it("reads signals and counts from the compiler's output", async () => {
    const circuit = await compileCircuit(workspace.options("multiplier", 2));
    expect(circuit.name).to.equal("multiplier");
    expect(circuit.inputs).to.deep.equal([
      { name: "start", shape: [], public: true },
      { name: "factors", shape: [3], public: false },
      { name: "grid", shape: [2, 3], public: false },
    ]);
    expect(circuit.outputs).to.deep.equal([{ name: "product", shape: [], public: true }]);
    expect(circuit.stats).to.include({ publicOutputs: 1, publicInputs: 1, privateInputs: 9 });
    // Two products are left of the chain, the first factor being start + 1; the grid has one.
    expect(circuit.stats.constraints).to.equal(4);
    expect(readSymbols(circuit.symPath).get("main.start")).to.equal(2);
    expect(circuit.digest).to.match(/^[0-9a-f]{64}$/);
    expect(compilerVersion()).to.match(/^\d+\.\d+\.\d+$/);
  });

  it("keeps linear constraints at a lower optimization level", async () => {
    const [low, high] = [
      await compileCircuit(workspace.options("multiplier", 0)),
      await compileCircuit(workspace.options("multiplier", 2)),
    ];
    expect(low.stats.constraints).to.be.greaterThan(high.stats.constraints);
    expect(readR1cs(low.r1csPath).constraints).to.equal(low.stats.constraints);
  });

  it("names the fields of buses", async () => {
    const { inputs } = await compileCircuit(workspace.options("bus"));
    expect(inputs.map(({ name }) => name)).to.deep.equal([
      "single.x",
      "single.y",
      "points[0].x",
      "points[0].y",
      "points[1].x",
      "points[1].y",
    ]);
  });

  it("compiles once for the same content, and again when an include changes", async () => {
    const options = workspace.options("multiplier");
    const progress: string[] = [];
    const onProgress = (message: string) => progress.push(message);
    const first = await compileCircuit({ ...options, onProgress });
    expect(progress).to.have.length(2);
    const second = await compileCircuit({ ...options, onProgress });
    expect(progress).to.have.length(2);
    expect([first.cached, second.cached]).to.deep.equal([false, true]);
    expect(second).to.deep.equal({ ...first, cached: true });
    await appendFile(workspace.fixture("lib/chain"), "// a comment\n");
    const third = await compileCircuit(options);
    expect(third.cached).to.equal(false);
    expect(third.r1csPath).to.not.equal(first.r1csPath);
    expect(third.digest).to.equal(first.digest);
  });

  it("makes one entry when two builds run at once", async () => {
    const options = workspace.options("squarer");
    const both = await Promise.all([compileCircuit(options), compileCircuit(options)]);
    expect(both[0].r1csPath).to.equal(both[1].r1csPath);
    expect(readdirSync(options.cacheDir)).to.have.length(1);
  });

  it("shows circom's own message with file and line", async () => {
    const error = await expectRejection("CIRCUIT_SYNTAX", () =>
      compileCircuit(workspace.options("broken/syntax-error")),
    );
    expect(error.message).to.match(/syntax-error\.circom:4:/);
    expect(error.message).to.include("Missing semicolon");
    expect(error.message).to.not.include("\u001b");
    expect(readdirSync(workspace.options("squarer").cacheDir)).to.deep.equal([]);
  });

  it("survives a crash of the compiler", async () => {
    const error = await expectRejection("COMPILER_CRASHED", () =>
      compileCircuit(workspace.options("broken/too-large")),
    );
    expect(error.message).to.include("capacity overflow");
  });

  it("refuses a missing file and one without main", async () => {
    await expectRejection("CIRCUIT_NOT_FOUND", () => compileCircuit(workspace.options("none")));
    await expectRejection("NO_MAIN_COMPONENT", () =>
      compileCircuit(workspace.options("lib/chain")),
    );
  });

  it("passes the compiler's warnings on", async () => {
    const withoutPragma = "template A() { signal input a; } component main = A();";
    await writeFile(workspace.fixture("squarer"), withoutPragma);
    const progress: string[] = [];
    const onProgress = (message: string) => progress.push(message);
    await compileCircuit({ ...workspace.options("squarer"), onProgress });
    expect(progress.some((message) => message.startsWith("warning["))).to.equal(true);
  });
});
