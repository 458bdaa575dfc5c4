/** `hardhat build` and `hre.circuits` for a project with a circuit of its own. */
import { existsSync, readdirSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { hintIfSlow } from "../../src/plugin/circuits/compile-hint.ts";
import { readManifest } from "../../src/plugin/circuits/manifest.ts";
import { verifierName } from "../../src/plugin/circuits/verifier-name.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** Mock prover, because these tests need no circuits of the rollup. */
const CONFIG = { rollup: { prover: "mock" } } as const;

function build(hre: HardhatRuntimeEnvironment): Promise<unknown> {
  return hre.tasks.getTask("build").run({ quiet: true });
}

/** Returns the error of a build of a broken circuit. */
async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("Nothing was refused");
}

/** The warnings about circuits that are printed during `work`. */
async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { write } = process.stderr;
  const written: string[] = [];
  process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return written.filter((text) => text.startsWith("circuits/"));
}

describe("plugin/circuits", () => {
  let project: Project;
  let hre: HardhatRuntimeEnvironment;

  before(async () => {
    project = await createProject("circuits");
    hre = await project.createHre(CONFIG);
    await build(hre);
  });

  after(async () => {
    await hre.circuits.close();
    await project.remove();
  });

  it("proves a circuit and verifies the proof in its generated contract", async () => {
    const multiplier = await hre.circuits.get("multiplier");
    const proof = multiplier.toSolidityProof(await multiplier.prove({ a: 2, b: [3, 5] }));
    const { ethers } = await hre.network.create();
    const verifier = await ethers.deployContract(multiplier.verifierContract);
    const verify = (input: readonly bigint[]) =>
      verifier.getFunction("verifyProof")(proof.a, proof.b, proof.c, input);
    expect(proof.input).to.deep.equal([60n, 3n, 5n]);
    expect(await verify([60n, 3n, 5n])).to.equal(true);
    expect(await verify([61n, 3n, 5n])).to.equal(false);
  });

  it("proves by the config's prover, or by the chosen one", async () => {
    const environment = await project.createHre({
      rollup: {
        prover: "external",
        externalProver: { command: "no-such-program {zkey} {wtns} {proof} {public}" },
      },
    });
    const inputs = { a: 2, b: [3, 5] };
    const byDefault = await environment.circuits.get("multiplier");
    expect(await refusalOf(byDefault.prove(inputs))).to.include("EXTERNAL_PROVER_FAILED");
    expect(await byDefault.verify(await byDefault.prove(inputs, { prover: "kernel" }))).to.equal(
      true,
    );
    const chosen = await environment.circuits.get("multiplier", { prover: "snarkjs" });
    expect(await byDefault.verify(await chosen.prove(inputs))).to.equal(true);
    await environment.circuits.close();
  });

  it("accepts a key from another folder", async () => {
    const seeded = await project.createHre({
      rollup: { ...CONFIG.rollup, setup: { type: "dev", seed: "elsewhere" } },
    });
    const zkeyPath = await (await seeded.circuits.get("multiplier")).zkeyPath();
    const own = await hre.circuits.get("multiplier");
    const other = await hre.circuits.get("multiplier", { zkeyPath });
    const proven = await other.prove({ a: 2, b: [3, 5] });
    expect(await other.verify(proven)).to.equal(true);
    expect(await own.verify(proven)).to.equal(false);
  });

  it("rejects unknown options", async () => {
    for (const options of [{ zkey: "a.zkey" }, { provers: "snarkjs" }]) {
      const message = await refusalOf(hre.circuits.get("multiplier", options as object));
      expect(message).to.include("CIRCUIT_OPTION_UNKNOWN").and.include("zkeyPath");
    }
  });

  it("gives a hint about a circuit that compiles for long", async () => {
    const hints = async (optimization: 1 | 2, workMs: number) => {
      const shown: string[] = [];
      const warn = (text: string) => shown.push(text);
      const slow = { name: "spend/note", optimization, warn, patienceMs: 20 };
      expect(await hintIfSlow(slow, () => setTimeout(workMs, "compiled"))).to.equal("compiled");
      return shown;
    };
    expect(await hints(2, 0)).to.deep.equal([]);
    const [faster] = await hints(2, 100);
    expect(faster).to.include('overrides: { "spend/note": { optimization: 1 } }');
    expect((await hints(1, 100)).join())
      .to.include("--O1")
      .and.not.include("overrides");
  });

  it("closes loaded circuits, and loads them again", async () => {
    const first = await hre.circuits.get("multiplier");
    await first.prove({ a: 2, b: [3, 5] });
    await hre.circuits.close();
    expect(await refusalOf(first.prove({ a: 2, b: [3, 5] }))).to.include("PROVER_CLOSED");
    const again = await hre.circuits.get("multiplier");
    expect(await again.verify(await again.prove({ a: 2, b: [3, 5] }))).to.equal(true);
  });

  it("finds circuits with a main component only, and names them when one is missing", async () => {
    expect(await hre.circuits.names()).to.deep.equal(["multiplier"]);
    const message = await refusalOf(hre.circuits.get("square"));
    expect(message).to.include("CIRCUIT_UNKNOWN").and.include("multiplier");
  });

  it("registers the matchers of Chai, and verifies on chain with them", async () => {
    const multiplier = await hre.circuits.get("multiplier");
    const { ethers } = await hre.network.create();
    const verifier = await ethers.deployContract(multiplier.verifierContract);
    const witness = multiplier.witness({ a: 2, b: [3, 5] });
    await expect(witness).to.have.strict.witnessOutputs({ product: 60 });
    await expect(witness).to.be.verifiedOnChain(verifier);
    const proven = await multiplier.prove({ a: 2, b: [3, 5] });
    const wrong = { ...proven, publicSignals: ["61", "3", "5"] };
    await expect(wrong).to.not.be.verifiedOnChain(verifier);
    await expect(wrong).to.not.be.provenBy(multiplier);
  });

  it("writes the types of inputs, outputs and signals", async () => {
    const types = await readFile(join(hre.config.rollup.paths.types, "index.ts"), "utf8");
    expect(types).to.match(/interface MultiplierInputs \{[^}]*readonly a: SignalValue;/);
    expect(types).to.match(/readonly b: SignalArray;/);
    expect(types).to.match(/interface MultiplierOutputs \{\s*readonly product: bigint;/);
    expect(types).to.include('readonly "main.square": bigint;');
  });

  it("changes no file when nothing has changed", async () => {
    const { contracts } = hre.config.rollup.paths;
    const file = join(contracts, "MultiplierVerifier.sol");
    const { mtimeMs } = await stat(file);
    await build(await project.createHre(CONFIG));
    expect((await stat(file)).mtimeMs).to.equal(mtimeMs);
  });

  it("removes the verifier of a removed circuit", async () => {
    const other = join("circuits", "adder.circom");
    await project.write(
      other,
      "pragma circom 2.1.0; template A() { signal input a; signal output b <== a * a; }" +
        "component main = A();",
    );
    await build(await project.createHre(CONFIG));
    const file = join(hre.config.rollup.paths.contracts, "AdderVerifier.sol");
    expect(existsSync(file)).to.equal(true);
    await project.delete(other);
    await build(await project.createHre(CONFIG));
    expect(existsSync(file)).to.equal(false);
  });

  it("reports the place of a syntax error, and a missing include", async () => {
    const broken = join("circuits", "broken.circom");
    await project.write(broken, "pragma circom 2.1.0;\ntemplate {}\ncomponent main = A();");
    const syntax = await refusalOf(build(await project.createHre(CONFIG)));
    expect(syntax).to.include("CIRCUIT_SYNTAX").and.include("broken.circom:2").and.include("Fix:");
    await project.write(broken, 'include "none.circom";\ncomponent main = A();');
    const include = await refusalOf(build(await project.createHre(CONFIG)));
    expect(include).to.include("INCLUDE_NOT_FOUND").and.include("none.circom");
    await project.delete(broken);
  });

  it("builds all but broken circuits, and says what is wrong with each", async () => {
    const partial = await createProject("circuits");
    const verifierOf = (name: string, of: HardhatRuntimeEnvironment) =>
      join(of.config.rollup.paths.contracts, `${name}Verifier.sol`);
    const square = "template A() { signal input a; signal output b <== a * a; }";
    const sound = `pragma circom 2.1.0; ${square} component main = A();`;
    await partial.write("circuits/later.circom", sound);
    await build(await partial.createHre(CONFIG));
    await partial.write("circuits/aaa-bad.circom", "template {}\ncomponent main = A();");
    await partial.write("circuits/later.circom", 'include "none.circom"; component main = A();');
    await partial.write("circuits/zzz.circom", sound);
    const environment = await partial.createHre(CONFIG);
    const message = await refusalOf(build(environment));
    expect(message).to.include("CIRCUITS_BROKEN").and.include("2 circuits do not compile");
    expect(message).to.include("CIRCUIT_SYNTAX").and.include("aaa-bad.circom:1");
    expect(message).to.include("INCLUDE_NOT_FOUND").and.include("none.circom");
    // Contracts are built, too, with the earlier verifier of what no longer compiles.
    for (const name of ["Multiplier", "Zzz", "Later"]) {
      expect(existsSync(verifierOf(name, environment)), name).to.equal(true);
      await environment.artifacts.readArtifact(`${name}Verifier`);
    }
    const manifest = await readManifest(environment.config.rollup);
    expect(manifest!.circuits.map(({ name }) => name)).to.deep.equal(["multiplier", "zzz"]);
    const circuit = await environment.circuits.get("zzz");
    expect(await circuit.verify(await circuit.prove({ a: 3 }))).to.equal(true);
    await environment.circuits.close();
    await partial.delete("circuits/aaa-bad.circom");
    const other = await partial.createHre(CONFIG);
    expect(await refusalOf(build(other))).to.match(/^INCLUDE_NOT_FOUND/);
    await partial.remove();
  });

  it("names the verifier of a circuit whose name begins with a digit", () => {
    expect(verifierName("3d")).to.equal("_3dVerifier");
    expect(verifierName("merkle-path")).to.equal("MerklePathVerifier");
  });

  it("has no verifier for a circuit without a public value, and says so", async () => {
    const secret = join("circuits", "secret.circom");
    await project.write(
      secret,
      "pragma circom 2.1.0; template A() { signal input a; signal b <== a * a; b * a === 8; }" +
        "component main = A();",
    );
    const environment = await project.createHre(CONFIG);
    await build(environment);
    const circuit = await environment.circuits.get("secret");
    expect(await circuit.verify(await circuit.prove({ a: 2 }))).to.equal(true);
    expectCode("CIRCUIT_WITHOUT_PUBLIC_VALUE", () => circuit.verifierContract);
    // Nobody has asked for the contract who copies, prints or compares the circuit.
    expect({ ...circuit }).to.include({ name: "secret" });
    expect(inspect(circuit)).to.include("secret");
    expect(circuit)
      .to.deep.equal(circuit)
      .and.not.deep.equal({ ...circuit, name: "other" });
    const manifest = await readManifest(environment.config.rollup);
    const verifiers = manifest!.circuits.map(({ name, verifier }) => [name, verifier]);
    expect(verifiers).to.deep.equal([
      ["multiplier", "MultiplierVerifier"],
      ["secret", undefined],
    ]);
    expect(readdirSync(environment.config.rollup.paths.contracts)).to.deep.equal([
      "MultiplierVerifier.sol",
    ]);
    await environment.circuits.close();
    await project.delete(secret);
  });

  it("shows circom's warnings in each build while they hold", async () => {
    const old = join("circuits", "old.circom");
    const source = "template A() { signal input a; signal output b <== a * a; }";
    await project.write(old, `${source} component main = A();`);
    const shown = await warningsOf(async () => build(await project.createHre(CONFIG)));
    expect(shown).to.have.length(1);
    expect(shown[0]).to.match(/^circuits\/old\.circom: warning\[\w+\]: .*pragma/s);
    expect(await warningsOf(async () => build(await project.createHre(CONFIG)))).to.deep.equal(
      shown,
    );
    await project.write(old, `pragma circom 2.1.0; ${source} component main = A();`);
    expect(await warningsOf(async () => build(await project.createHre(CONFIG)))).to.deep.equal([]);
    await project.delete(old);
  });

  it("warns of patterns that have often been faults, unless the config says not to", async () => {
    const hint = join("circuits", "hint.circom");
    await project.write(
      hint,
      "pragma circom 2.1.0;\ntemplate A() {\n signal input a;\n signal output b;\n" +
        " signal output c <== a * a;\n b <-- a;\n}\ncomponent main = A();",
    );
    for (let builds = 0; builds < 2; builds++) {
      const shown = await warningsOf(async () => build(await project.createHre(CONFIG)));
      expect(shown).to.deep.equal([
        "circuits/hint.circom:6: warning[unchecked-hint]: " +
          "b is assigned by <-- and is in no constraint of its template\n",
      ]);
    }
    const silent = { rollup: { ...CONFIG.rollup, circuits: { patternWarnings: false } } } as const;
    expect(await warningsOf(async () => build(await project.createHre(silent)))).to.deep.equal([]);
    await project.delete(hint);
  });

  it("warns of a circuit that has no constraint in each build", async () => {
    // At --O1, circom keeps linear constraints.
    const linear = { rollup: { ...CONFIG.rollup, circuits: { optimization: 2 } } } as const;
    const hint = join("circuits", "hint.circom");
    const source = (output: string) =>
      `pragma circom 2.1.0; template A() { signal input a; signal output b; ${output}; }` +
      "component main = A();";
    for (const output of ["b <-- a * a", "b <== 2 * a"]) {
      await project.write(hint, source(output));
      for (let builds = 0; builds < 2; builds++) {
        const shown = await warningsOf(async () => build(await project.createHre(linear)));
        expect(shown.join()).to.match(/^circuits\/hint\.circom: warning: 0 constraints/);
      }
    }
    await project.write(hint, source("b <== a * a"));
    expect(await warningsOf(async () => build(await project.createHre(linear)))).to.deep.equal([]);
    await project.delete(hint);
  });

  it("warns of inputs in no constraint, by name", async () => {
    const unused = join("circuits", "unused.circom");
    const source =
      "template A() { signal input a; signal input b[12]; signal output c <== a * a; }";
    await project.write(
      unused,
      `pragma circom 2.1.0; ${source} component main {public [b]} = A();`,
    );
    const shown = await warningsOf(async () => build(await project.createHre(CONFIG)));
    expect(shown.join("")).to.equal(
      "circuits/unused.circom: warning: the inputs b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] " +
        "and 4 more are in no constraint: a proof says nothing about the value.\n",
    );
    await project.write(unused, `pragma circom 2.1.0; ${source.replace("A()", "A(n)")}`);
    const mains = { wide: { file: "unused", template: "A", params: [3] } };
    const config = { rollup: { ...CONFIG.rollup, circuits: { mains } } } as const;
    const ofTemplate = await warningsOf(async () => build(await project.createHre(config)));
    expect(ofTemplate.join("")).to.match(/^circuits\/unused\.circom: A\(3\): warning: the inputs /);
    await project.delete(unused);
  });

  it("warns of a verifier that is too large for L1, with its size", async () => {
    const large = join("circuits", "large.circom");
    const source =
      "template A(n) { signal input a[n]; signal input b; var s = 0; " +
      "for (var i = 0; i < n; i++) { s += a[i]; } b * b === s; }";
    await project.write(
      large,
      `pragma circom 2.1.0; ${source} component main {public [a]} = A(400);`,
    );
    const shown: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = (text: string | Uint8Array) => shown.push(String(text)) > 0;
    try {
      await build(await project.createHre(CONFIG));
    } finally {
      process.stderr.write = write;
    }
    expect(shown.join("")).to.match(
      /warning: LargeVerifier of the circuit large has 2\d,\d{3} bytes for 400 public values, and L1 takes 24,576/,
    );
    await project.delete(large);
  });

  it("optimizes as circom does by default, as configured, and for a circuit by name", async () => {
    const sums = join("circuits", "sums.circom");
    await project.write(
      sums,
      "pragma circom 2.1.0; template A() { signal input a; signal s; signal output b; " +
        "s <== 3 * a + 5; b <== s * s; } component main = A();",
    );
    const constraints = async (circuits: object) => {
      const environment = await project.createHre({ rollup: { ...CONFIG.rollup, circuits } });
      return (await environment.circuits.get("sums")).stats.constraints;
    };
    expect(await constraints({})).to.equal(2);
    expect(await constraints({ optimization: 2 })).to.equal(1);
    expect(await constraints({ overrides: { sums: { optimization: 2 } } })).to.equal(1);
    const others = { optimization: 2, overrides: { sums: { optimization: 1 } } } as const;
    expect(await constraints(others)).to.equal(2);
    const message = await refusalOf(constraints({ overrides: { sum: { optimization: 2 } } }));
    expect(message).to.include("CIRCUIT_UNKNOWN").and.include("sums");
    const level = constraints({ overrides: { sums: { optimization: 3 } } });
    expect(await refusalOf(level)).to.include("circuits.overrides.sums.optimization");
    await project.delete(sums);
  });

  it("rejects a configured folder that is not there", async () => {
    const elsewhere = await project.createHre({
      rollup: { ...CONFIG.rollup, circuits: { path: "nowhere" } },
    });
    expect(await refusalOf(build(elsewhere))).to.include("CIRCUIT_DIRECTORY_NOT_FOUND");
  });

  it("skips circuits on request, and cleans up its files", async () => {
    const fresh = await createProject("circuits");
    const environment = await fresh.createHre(CONFIG);
    const buildWith = (flags: object) =>
      environment.tasks.getTask("build").run({ quiet: true, noContracts: true, ...flags });
    await buildWith({ noCircuits: true });
    const { cache, types } = environment.config.rollup.paths;
    expect(existsSync(cache)).to.equal(false);
    await buildWith({});
    expect(existsSync(types)).to.equal(true);
    await environment.tasks.getTask("clean").run({});
    expect(existsSync(cache) || existsSync(types)).to.equal(false);
    await fresh.remove();
  });
});
