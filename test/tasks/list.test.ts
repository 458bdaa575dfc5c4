/** `rollup:list` and `rollup:info` in a project of its own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const MANY = `pragma circom 2.1.0;
include "square.circom";
template Many(n) {
    signal input in[n];
    signal input unused;
    signal output out[n];
    for (var i = 0; i < n; i++) out[i] <== Square()(in[i]);
}
`;
const SILENT = `pragma circom 2.0.0;
template Silent() { signal input a; a * a === a; }
component main = Silent();
`;
const MAINS = { many: { file: "lib/many", template: "Many", params: [2], public: ["in"] } };

interface Status {
  readonly name: string;
  readonly main: string | null;
  readonly protocol: string;
  readonly constraints: number | null;
  readonly compiled: string;
  readonly key: { readonly state: string; readonly origin: string; readonly insecure?: boolean };
  readonly contract: { readonly state: string; readonly name: string };
  readonly problem: { readonly code: string } | null;
}

describe("tasks: rollup:list and rollup:info", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/lib/many.circom", MANY);
    await project.write("circuits/silent.circom", SILENT);
  });
  after(() => project.remove());

  async function run(name: string, args: object = {}, rollup: object = {}): Promise<string> {
    const circuits = { mains: MAINS };
    const hre = await project.createHre({ rollup: { prover: "mock", circuits, ...rollup } });
    const task = hre.tasks.getTask(`rollup:${name}`);
    return (await printedBy(() => task.run(args))).stdout;
  }
  async function list(rollup: object = {}): Promise<Record<string, Status>> {
    const all = JSON.parse(await run("list", { json: true }, rollup)) as Status[];
    return Object.fromEntries(all.map((status) => [status.name, status]));
  }
  const states = ({ compiled, key, contract }: Status) => [compiled, key.state, contract.state];
  it("says what is missing, then what is fresh, and what a change makes stale", async () => {
    const before = await list();
    expect(Object.keys(before)).to.deep.equal(["multiplier", "silent", "many"]);
    expect(states(before["many"]!)).to.deep.equal(["missing", "missing", "missing"]);
    expect(before["many"]).to.include({ main: "Many(2)", constraints: null, protocol: "groth16" });

    await run("compile", { circuit: "many" });
    const compiled = (await list())["many"]!;
    expect(states(compiled)).to.deep.equal(["fresh", "missing", "missing"]);
    expect(compiled.constraints).to.equal(2);

    await run("verifier");
    const built = await list();
    expect(states(built["many"]!)).to.deep.equal(["fresh", "fresh", "fresh"]);
    expect(built["many"]!.key).to.include({ origin: "dev", insecure: true });
    expect(states(built["silent"]!)).to.deep.equal(["fresh", "fresh", "none"]);

    await project.write("circuits/lib/square.circom", SQUARE_TWICE);
    const changed = await list();
    expect(states(changed["many"]!)).to.deep.equal(["stale", "stale", "stale"]);
    expect(states(changed["silent"]!)).to.deep.equal(["fresh", "fresh", "none"]);
    await run("compile");
    expect(states((await list())["many"]!)).to.deep.equal(["fresh", "missing", "stale"]);
    await run("verifier");
  });

  it("notices a damaged key and a changed contract", async () => {
    const { key } = (await list())["multiplier"] as unknown as { key: { path: string } };
    const contract = join(project.root, "cache/rollup/contracts/MultiplierVerifier.sol");
    await writeFile(contract, "contract MultiplierVerifier {}");
    expect(states((await list())["multiplier"]!)).to.deep.equal(["fresh", "fresh", "stale"]);
    await writeFile(key.path, "damaged");
    expect(states((await list())["multiplier"]!)).to.deep.equal(["fresh", "stale", "stale"]);
    await run("verifier");
    expect(states((await list())["multiplier"]!)).to.deep.equal(["fresh", "fresh", "fresh"]);
  });

  it("follows the protocol, the prime and the setup of the config", async () => {
    const plonk = await list({ circuits: { mains: MAINS, protocol: "plonk" } });
    expect(plonk["multiplier"]).to.include({ protocol: "plonk", compiled: "fresh" });
    expect(plonk["multiplier"]!.key.state).to.equal("missing");
    const ceremony = await list({ setup: { type: "ceremony", keysDir: "keys" } });
    expect(ceremony["multiplier"]!.key).to.include({ state: "missing", origin: "ceremony" });
    const circuits = { mains: MAINS, overrides: { multiplier: { prime: "goldilocks" } } };
    const other = await list({ circuits });
    expect(other["multiplier"]).to.include({ compiled: "stale" });
    // Powers of tau that are not there: nothing is downloaded for a list.
    const ptau = { type: "dev", ptau: "hermez-14" };
    const universal = await list({ setup: ptau, circuits: { mains: MAINS, protocol: "plonk" } });
    expect(universal["multiplier"]!.key).to.deep.equal({
      state: "missing",
      origin: "powers of tau",
    });
  });

  it("lists a circuit that cannot be compiled beside the others", async () => {
    await project.write("circuits/lost.circom", `include "no.circom";\n${SILENT}`);
    const { lost, multiplier } = await list();
    expect(lost!.problem!.code).to.equal("INCLUDE_NOT_FOUND");
    expect(multiplier!.problem).to.equal(null);
    const text = await run("list", {});
    expect(text).to.match(/lost: INCLUDE_NOT_FOUND: .*\nFix: /);
    expect(text).to.match(/║ many +║|│? ?many +│ .*lib\/many\.circom: Many\(2\)/);
    await project.delete("circuits/lost.circom");
  });

  it("describes a circuit", async () => {
    const text = await run("info", { circuit: "many" });
    expect(text).to.match(/^many\n {2}source +\S*circuits\/lib\/many\.circom: Many\(2\)\n/);
    for (const line of [
      /^ {2}compiled for +bn128, at --O1$/m,
      /^ {2}constraints +\d+$/m,
      /^ {2}inputs +in\[2\] {2}public$/m,
      /^ +unused {2}private$/m,
      /^ {2}public values +4: out\[0\], out\[1\], in\[0\], in\[1\]$/m,
      /^ {2}proof system +groth16$/m,
      /^ {2}key +fresh, dev, INSECURE: .*\.zkey$/m,
      /^ {2}contract +fresh, ManyVerifier: .*ManyVerifier\.sol$/m,
      /^ {2}r1cs +.*many\.r1cs, [\d,]+ bytes$/m,
      /^ {2}vkey +.*\.vkey\.json, [\d,]+ bytes$/m,
    ]) {
      expect(text).to.match(line);
    }
  });

  it("describes a circuit for programs", async () => {
    const info = JSON.parse(await run("info", { circuit: "many", json: true })) as {
      files: { kind: string; bytes: number }[];
    };
    expect(info).to.deep.include({
      name: "many",
      main: "Many(2)",
      optimization: 1,
      prime: "bn128",
      publicSignals: ["out[0]", "out[1]", "in[0]", "in[1]"],
      unusedInputs: ["unused"],
      outputs: [{ name: "out", shape: [2], public: true }],
    });
    expect(info.files.map(({ kind }) => kind)).to.deep.equal([
      "r1cs",
      "wasm",
      "sym",
      "zkey",
      "vkey",
    ]);
    expect(info.files.every(({ bytes }) => bytes > 0)).to.equal(true);
    const silent = await run("info", { circuit: "silent" });
    expect(silent)
      .to.include("none, so a proof says nothing")
      .and.match(/contract +none\n/);
    const plonk = await run("info", { circuit: "silent", protocol: "plonk" });
    expect(plonk).to.match(/proof system +plonk\n {2}key +missing, dev/);
  });

  it("says that a project has no circuits, or that a name is wrong", async () => {
    const empty = await createProject();
    const hre = await empty.createHre({ rollup: { prover: "mock" } });
    const { stdout } = await printedBy(() => hre.tasks.getTask("rollup:list").run({ json: false }));
    expect(stdout).to.match(/^There is no circuit in .*circuits\.\n$/);
    for (const [code, circuit, from] of [
      ["CIRCUITS_NONE", "", empty],
      ["CIRCUIT_UNKNOWN", "none", project],
      ["CIRCUIT_NOT_NAMED", "", project],
    ] as const) {
      const { tasks } = await from.createHre({ rollup: { prover: "mock" } });
      const refusal: unknown = await tasks
        .getTask("rollup:info")
        .run({ json: false, circuit })
        .catch((error: unknown) => error);
      expect(String(refusal)).to.include(`${code}: `);
    }
    await empty.remove();
  });
});

const SQUARE_TWICE = `pragma circom 2.1.0;
template Square() {
    signal input in;
    signal once <== in * in;
    signal output out <== once * in;
}
`;
