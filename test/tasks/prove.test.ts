/** `rollup:prove`, `verify`, `calldata` and `vkey` in a project of its own. */
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { openSnarkjs } from "../../src/groth16/snarkjs.ts";
import { PROTOCOLS } from "../../src/circom/protocols.ts";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const DEFAULTS = { circuit: "multiplier", json: false };
const ADDER = `pragma circom 2.0.0;
template Adder() {
    signal input a;
    signal input b;
    signal output sums[3];
    for (var i = 0; i < 3; i++) sums[i] <== a + i * b;
}
component main = Adder();
`;

describe("tasks: rollup:prove, verify, calldata, vkey", () => {
  let project: Project;
  const snarkjs = openSnarkjs();

  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/adder.circom", ADDER);
    await mkdir(join(project.root, "inputs"));
    await project.write("inputs/multiplier.json", '{ "a": 2, "b": [3, 5] }');
    await project.write("inputs/adder.json", '{ "a": 1, "b": 1 }');
  });
  after(async () => {
    await snarkjs.close();
    await project.remove();
  });

  async function run(name: string, args: object = {}): Promise<Printed> {
    const hre = await project.createHre({ rollup: { prover: "mock" } });
    const task = hre.tasks.getTask(`rollup:${name}`);
    return printedBy(() => task.run({ ...DEFAULTS, ...args }));
  }
  const inProject = (path: string) => join(project.root, path);
  const cached = (file: string) => inProject(`cache/rollup/proofs/multiplier/${file}`);
  const readJson = async (file: string) => JSON.parse(await readFile(file, "utf8")) as never;
  const refusal = async (name: string, args: object) =>
    String(await run(name, args).catch((error: unknown) => error));

  it("proves, and snarkjs accepts the files with the printed key", async () => {
    const { stdout } = await run("prove");
    const lines = stdout.trim().split("\n");
    expect(lines.slice(0, 4)).to.deep.equal([
      "multiplier: proven by groth16, with these public values",
      "  product = 60",
      "  b[0] = 3",
      "  b[1] = 5",
    ]);
    expect(lines[4]).to.match(/cache\/rollup\/proofs\/multiplier\/proof\.json$/);
    expect(lines[5]).to.match(/public\.json$/);
    const key: never = JSON.parse((await run("vkey")).stdout) as never;
    const proof = await readJson(cached("proof.json"));
    const publicSignals: string[] = await readJson(cached("public.json"));
    expect(publicSignals).to.deep.equal(["60", "3", "5"]);
    expect(await snarkjs.verify(key, { proof, publicSignals })).to.equal(true);
  });

  it("verifies the last proof, and says so with exit code 0", async () => {
    const { stdout, exitCode } = await run("verify");
    expect(exitCode).to.equal(undefined);
    expect(stdout).to.match(/^multiplier: the proof is valid \(groth16\)\n/);
    const json = await run("verify", { json: true });
    expect(JSON.parse(json.stdout)).to.include({
      circuit: "multiplier",
      protocol: "groth16",
      isValid: true,
      proof: cached("proof.json"),
      public: cached("public.json"),
    });
  });

  it("fails with exit code 1 for other public values, and for a proof of another circuit", async () => {
    await project.write("other.json", '["61", "3", "5"]');
    const wrong = await run("verify", { public: inProject("other.json") });
    expect(wrong.exitCode).to.equal(1);
    expect(wrong.stdout).to.include("multiplier: the proof is NOT valid");
    await run("prove", { circuit: "adder", output: inProject("adder") });
    const foreign = await run("verify", { proof: inProject("adder/proof.json"), json: true });
    expect(foreign.exitCode).to.equal(1);
    expect(JSON.parse(foreign.stdout)).to.have.property("isValid", false);
  });

  it("verifies files with a given key, without a circuit", async () => {
    const vkey = inProject("keys/vkey.json");
    const { stdout } = await run("vkey", { output: vkey });
    expect(stdout).to.match(/keys\/vkey\.json\n$/);
    const args = { circuit: "", vkey, proof: cached("proof.json") };
    const { stdout: text, exitCode } = await run("verify", args);
    expect([text.split("\n")[0], exitCode]).to.deep.equal([
      "the proof is valid (groth16)",
      undefined,
    ]);
  });

  for (const protocol of PROTOCOLS) {
    it(`proves and verifies by ${protocol}, and prints arguments of its contract`, async () => {
      const output = inProject(`by-${protocol}`);
      await run("prove", { protocol, output });
      const proof = join(output, "proof.json");
      const { stdout } = await run("verify", { proof, protocol });
      expect(stdout).to.include(`the proof is valid (${protocol})`);
      const calldata = (await run("calldata", { proof })).stdout;
      const parts = JSON.parse(`[${calldata}]`) as string[][];
      expect(parts.at(-1)!.map(Number)).to.deep.equal([60, 3, 5]);
      const json = JSON.parse((await run("calldata", { proof, json: true })).stdout) as object;
      expect(json).to.include({ circuit: "multiplier", protocol });
      expect(json).to.have.deep.property("input", ["0x3c", "0x3", "0x5"]);
    });
  }

  it("prints for Groth16 what snarkjs prints", async () => {
    const zkey = await snarkjs.run(async (module) =>
      (
        module as { groth16: { exportSolidityCallData(...args: never[]): Promise<string> } }
      ).groth16.exportSolidityCallData(
        await readJson(cached("proof.json")),
        await readJson(cached("public.json")),
      ),
    );
    expect((await run("calldata")).stdout).to.equal(`${zkey}\n`);
  });

  it("proves with a chosen prover", async () => {
    const output = inProject("by-snarkjs");
    await run("prove", { prover: "snarkjs", output });
    const { stdout } = await run("verify", { proof: join(output, "proof.json") });
    expect(stdout).to.include("the proof is valid");
  });

  it("refuses provers and protocols that are not there", async () => {
    for (const [code, args] of [
      ["PROVER_UNKNOWN", { prover: "mock" }],
      ["PROVER_UNKNOWN", { prover: "magic" }],
      ["EXTERNAL_PROVER_NOT_CONFIGURED", { prover: "external" }],
      ["PROVER_NOT_OF_PROTOCOL", { prover: "kernel", protocol: "plonk" }],
      ["PROTOCOL_UNKNOWN", { protocol: "stark" }],
    ] as const) {
      expect(await refusal("prove", args), JSON.stringify(args)).to.include(`${code}: `);
    }
  });

  it("refuses files that are missing, no JSON, or of another form", async () => {
    await run("vkey", { protocol: "plonk", output: inProject("keys/plonk.json") });
    await project.write("broken.json", "{");
    await project.write("two.json", '["60", "3"]');
    await project.write("words.json", '["sixty", "3", "5"]');
    await project.write("object.json", "{}");
    const stark = { ...((await readJson(cached("proof.json"))) as object), protocol: "stark" };
    await project.write("stark.json", JSON.stringify(stark));
    const proof = (await readJson(cached("proof.json"))) as { readonly pi_a: string[] };
    const wide = [String(1n << 256n), ...proof.pi_a.slice(1)];
    await project.write("wide.json", JSON.stringify({ ...proof, pi_a: wide }));
    await copyFile(cached("public.json"), inProject("public.json"));
    for (const [code, args] of [
      ["PROOF_MALFORMED", { proof: inProject("wide.json") }],
      ["PROOF_FILE_MISSING", { circuit: "adder" }],
      ["PROOF_FILE_MISSING", { proof: inProject("none.json") }],
      ["PROOF_FILE_MISSING", { vkey: inProject("none.json") }],
      ["PROOF_FILE_INVALID", { proof: inProject("broken.json") }],
      ["PROOF_FILE_INVALID", { public: inProject("object.json") }],
      ["PROOF_FILE_INVALID", { vkey: project.root }],
      ["PROOF_FILE_INVALID", { vkey: inProject("two.json") }],
      ["PROOF_MALFORMED", { public: inProject("two.json") }],
      ["PROOF_MALFORMED", { public: inProject("words.json") }],
      ["PROOF_MALFORMED", { proof: inProject("stark.json") }],
      ["PROOF_MALFORMED", { proof: inProject("object.json") }],
      ["PROOF_OF_OTHER_PROTOCOL", { vkey: inProject("keys/plonk.json") }],
      ["PROOF_OF_OTHER_PROTOCOL", { protocol: "fflonk" }],
      ["VERIFICATION_KEY_MALFORMED", { vkey: inProject("object.json") }],
    ] as const) {
      expect(await refusal("verify", args), JSON.stringify(args)).to.include(`${code}: `);
    }
    const few = { public: inProject("two.json") };
    expect(await refusal("calldata", few)).to.include("PROOF_MALFORMED: ");
    const wideProof = { proof: inProject("wide.json") };
    expect(await refusal("calldata", wideProof)).to.include("PROOF_MALFORMED: ");
    expect(await refusal("calldata", { circuit: "adder" })).to.include("PROOF_FILE_MISSING: ");
  });

  it("refuses keys that do not say of what they are", async () => {
    for (const protocol of PROTOCOLS) {
      const output = inProject(`keys/whole-${protocol}.json`);
      await run("prove", { protocol, output: inProject(`of-${protocol}`) });
      await run("vkey", { protocol, output });
      const key = (await readJson(output)) as object;
      for (const field of ["protocol", "curve"]) {
        const part = JSON.stringify({ ...key, [field]: undefined });
        await project.write("keys/part.json", part);
        const args = {
          vkey: inProject("keys/part.json"),
          proof: inProject(`of-${protocol}/proof.json`),
        };
        expect(await refusal("verify", args)).to.include("VERIFICATION_KEY_MALFORMED: ");
      }
    }
  });

  it("refuses a read-only folder, and a file in place of one", async () => {
    const output = inProject("closed");
    await mkdir(output);
    await chmod(output, 0o500);
    // The user root may write everywhere.
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) expect(await refusal("prove", { output })).to.include("FOLDER_NOT_WRITABLE: ");
    await writeFile(inProject("file"), "");
    const inFile = inProject("file/inner");
    expect(await refusal("prove", { output: inFile })).to.include("FOLDER_NOT_WRITABLE: ");
    expect(await refusal("vkey", { output: inFile })).to.include("FOLDER_NOT_WRITABLE: ");
  });
});
