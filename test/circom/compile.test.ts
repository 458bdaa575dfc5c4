import { readdirSync, readFileSync } from "node:fs";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { type OptimizationLevel } from "../../src/circom/compilation.ts";
import { compileCircuit } from "../../src/circom/compile.ts";
import { compilerVersion } from "../../src/circom/compiler.ts";
import { packEntry } from "../../src/circom/compile-cache.ts";
import { readR1cs } from "../../src/groth16/formats/r1cs.ts";
import { readSymbols } from "../../src/circom/signals.ts";
import { cutOff, emptyOut, flipBit } from "../helpers/damage.ts";
import { createRandom } from "../helpers/random.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const random = createRandom();

describe(`circom: compile ${random.title}`, () => {
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

  it("creates one entry when two builds run in parallel", async () => {
    const options = workspace.options("squarer");
    const both = await Promise.all([compileCircuit(options), compileCircuit(options)]);
    expect(both[0].r1csPath).to.equal(both[1].r1csPath);
    expect(readdirSync(options.cacheDir)).to.have.length(1);
  });

  it("recreates an entry if any of its files is damaged or missing", async () => {
    const options = workspace.options("squarer");
    const circuit = await compileCircuit(options);
    const [entry] = readdirSync(options.cacheDir);
    const files = readdirSync(join(options.cacheDir, entry!)).map((file) =>
      join(options.cacheDir, entry!, file),
    );
    expect(files).to.have.length(6);
    const made = files.filter((file) => !file.endsWith("SHA256SUMS"));
    const contents = made.map((file) => readFileSync(file));
    for (const [index, file] of files.entries()) {
      const damage = [flipBit, cutOff, emptyOut, (path: string) => rm(path)][index % 4]!;
      await damage(file, random);
      const { cached } = await compileCircuit(options);
      // A changed bit in the list of digests may stay unnoticed, because the files are whole.
      if (!file.endsWith("SHA256SUMS")) expect(cached, file).to.equal(false);
      expect(await compileCircuit(options)).to.deep.equal({ ...circuit, cached: true });
      expect(made.map((path) => readFileSync(path))).to.deep.equal(contents);
      expect(readdirSync(options.cacheDir)).to.deep.equal([entry]);
    }
  });

  it("repairs a damaged entry in two parallel builds", async () => {
    const options = workspace.options("squarer");
    const made = await compileCircuit(options);
    await flipBit(made.wasmPath, random);
    const repaired = await Promise.all([1, 2, 3].map(() => compileCircuit(options)));
    for (const circuit of repaired) expect(circuit).to.deep.equal({ ...made, cached: false });
    expect((await compileCircuit(options)).cached).to.equal(true);
    expect(readdirSync(options.cacheDir)).to.have.length(1);
  });

  it("uses a package's compiled circuit, unless the sources differ or it is damaged", async () => {
    const options = workspace.options("squarer");
    const made = await compileCircuit(options);
    const entry = dirname(made.r1csPath);
    const precompiledDir = join(workspace.folder, "precompiled");
    await packEntry(entry, "squarer", precompiledDir);
    const fresh = { ...options, cacheDir: join(workspace.folder, "fresh"), precompiledDir };
    const taken = await compileCircuit(fresh);
    expect(taken.cached).to.equal(true);
    expect(readFileSync(taken.wasmPath).equals(readFileSync(made.wasmPath))).to.equal(true);
    expect((await compileCircuit({ ...fresh, optimization: 2 })).cached).to.equal(false);

    const packed = join(precompiledDir, readdirSync(precompiledDir)[0]!);
    const damages = readdirSync(packed).map((file) => join(packed, file));
    for (const [index, file] of damages.entries()) {
      const good = readFileSync(file);
      await [flipBit, cutOff][index % 2]!(file, random);
      const cacheDir = join(workspace.folder, `fresh-${index}`);
      const compiled = await compileCircuit({ ...fresh, cacheDir });
      expect(readFileSync(compiled.r1csPath).equals(readFileSync(made.r1csPath))).to.equal(true);
      expect(readdirSync(cacheDir)).to.have.length(1);
      await writeFile(file, good);
    }
    await appendFile(workspace.fixture("squarer"), "// another comment\n");
    expect((await compileCircuit(fresh)).cached).to.equal(false);
  });

  it("names a folder that is not writable", async () => {
    await writeFile(join(workspace.folder, "file"), "");
    const options = { ...workspace.options("squarer"), cacheDir: join(workspace.folder, "file/x") };
    const error = await expectRejection("FOLDER_NOT_WRITABLE", () => compileCircuit(options));
    expect(error.message).to.include(options.cacheDir);
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

  it("rejects a missing file and one without main", async () => {
    await expectRejection("CIRCUIT_NOT_FOUND", () => compileCircuit(workspace.options("none")));
    await expectRejection("NO_MAIN_COMPONENT", () =>
      compileCircuit(workspace.options("lib/chain")),
    );
  });

  it("rejects custom gates by name, which are in no constraint", async () => {
    const source = `pragma circom 2.1.0;
pragma custom_templates;
template custom Cube() { signal input x; signal output y; y <-- x * x * x; }
template Main() {
  signal input x;
  signal output y;
  component cube = Cube();
  cube.x <== x;
  y <== cube.y * x;
}
component main = Main();`;
    await writeFile(workspace.fixture("squarer"), source);
    const compile = () => compileCircuit(workspace.options("squarer"));
    const error = await expectRejection("CUSTOM_GATES", compile);
    expect(error.message).to.include(`${workspace.fixture("squarer")} has custom gates`);
    expect(error.facts["gates"]).to.deep.equal(["Cube"]);
    // The pragma alone does no harm.
    const unused = source.replace("cube.y", "x").replace(/.*(?:custom |cube\b).*\n/g, "");
    await writeFile(workspace.fixture("squarer"), unused);
    expect((await compile()).stats.constraints).to.equal(1);
  });

  it("limits the rounds of the simplification at level 2, and only there", async () => {
    // Each product is linear only once the one before is substituted.
    const body =
      "signal input a; signal output out; signal s[6]; s[0] <== 3; " +
      "for (var i = 0; i < 5; i++) s[i + 1] <== s[i] * s[i]; out <== s[5] * a;";
    const options = workspace.options("rounds");
    await writeFile(
      options.file,
      `pragma circom 2.1.0; template A() { ${body} } component main = A();`,
    );
    const count = async (optimization: OptimizationLevel, optimizationRounds?: number) => {
      const rounds = optimizationRounds === undefined ? {} : { optimizationRounds };
      const circuit = await compileCircuit({ ...options, optimization, ...rounds });
      return circuit.stats.constraints;
    };
    const [all, one, two] = [await count(2), await count(2, 1), await count(2, 2)];
    expect(one).to.be.greaterThan(two).and.greaterThan(all);
    expect(two).to.be.greaterThan(all);
    expect(await count(1, 1)).to.equal(await count(1));
  });

  it("passes the compiler's warnings on, also those of a circuit in the cache", async () => {
    const withoutPragma = "template A() { signal input a; } component main = A();";
    await writeFile(workspace.fixture("squarer"), withoutPragma);
    for (const cached of [false, true]) {
      const progress: string[] = [];
      const onProgress = (message: string) => progress.push(message);
      const circuit = await compileCircuit({ ...workspace.options("squarer"), onProgress });
      expect(circuit.cached).to.equal(cached);
      const warnings = progress.filter((message) => message.startsWith("warning["));
      expect(warnings).to.have.length(1);
      expect(circuit.warnings).to.deep.equal(warnings);
      expect(warnings[0]).to.include("squarer.circom").and.not.include(workspace.folder);
    }
  });
});
