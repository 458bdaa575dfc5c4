/** `rollup:witness` in a project of its own. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { decodeWitness } from "../../src/groth16/formats/wtns.ts";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { installHardhat, runInProject } from "../helpers/project-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const BITS = `pragma circom 2.0.0;
template Bits() {
    signal input value;
    signal output bits[20];
    var sum = 0;
    for (var i = 0; i < 20; i++) {
        bits[i] <-- (value >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;
        sum += bits[i] * 2 ** i;
    }
    log("value", value);
    sum === value;
}
component main = Bits();
`;
const DEFAULTS = { circuit: "multiplier", json: false };

describe("tasks: rollup:witness", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/bits.circom", BITS);
    await mkdir(join(project.root, "inputs", "multiplier"), { recursive: true });
    await project.write("inputs/multiplier.json", '{ "a": 2, "b": [3, "0x5"] }');
    await project.write("inputs/multiplier/large.json", '{ "a": 1, "b": [1, 1] }');
    await project.write("inputs/bits.json", '{ "value": 5 }');
    await installHardhat(project, {});
  });
  after(() => project.remove());

  async function witness(args: object): Promise<Printed> {
    const hre = await project.createHre();
    const task = hre.tasks.getTask("rollup:witness");
    return printedBy(() => task.run({ ...DEFAULTS, ...args }));
  }
  const inProject = (path: string) => join(project.root, path);

  it("shows the outputs and writes the witness into the cache", async () => {
    const { stdout, exitCode } = await witness({});
    expect(exitCode).to.equal(undefined);
    const [output, path] = stdout.trimEnd().split("\n");
    expect(output).to.equal("  product = 60");
    expect(path).to.match(/cache\/rollup\/proofs\/multiplier\/witness\.wtns$/);
    const bytes = await readFile(inProject("cache/rollup/proofs/multiplier/witness.wtns"));
    const values = decodeWitness(bytes);
    expect(values.slice(0, 4)).to.deep.equal([1n, 60n, 3n, 5n]);
  });

  it("shows chosen signals, arrays as lists, in the order of the command line", async () => {
    const { stdout } = await witness({ signal: "main.square, main.b" });
    expect(stdout.split("\n").slice(0, 2)).to.deep.equal([
      "  main.square = 4",
      "  main.b = [3, 5]",
    ]);
  });

  it("shortens long arrays for people, and gives programs all", async () => {
    const { stdout } = await witness({ circuit: "bits" });
    expect(stdout).to.include("value 5\n");
    expect(stdout).to.match(/bits = \[1, 0, 1, (?:0, ){13}… 20 values\]/);
    const json = await witness({ circuit: "bits", json: true });
    const parsed = JSON.parse(json.stdout) as { outputs: { bits: string[] } };
    expect(parsed.outputs.bits).to.have.length(20);
    expect(parsed.outputs.bits.slice(0, 3)).to.deep.equal(["0x1", "0x0", "0x1"]);
  });

  it("finds inputs by their name, as circomkit does, and writes where it is told", async () => {
    const output = inProject("out/deep");
    const { stdout } = await witness({ input: "large", output, json: true });
    expect(JSON.parse(stdout)).to.deep.equal({
      circuit: "multiplier",
      outputs: { product: "0x1" },
      signals: {},
      witness: join(output, "witness.wtns"),
    });
  });

  it("reads standard input, and prints paths from the working directory", async () => {
    const args = ["rollup", "witness", "multiplier", "--input", "-", "--output", "piped"];
    const { exitCode, stdout, stderr } = await runInProject(project, args, '{"a":1,"b":[2,7]}');
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.equal("  product = 14\npiped/witness.wtns\n");
  });

  it("keeps log() off the standard output of --json", async () => {
    const args = ["rollup:witness", "bits", "--json"];
    const { stdout, stderr } = await runInProject(project, args);
    expect(JSON.parse(stdout)).to.have.property("circuit", "bits");
    expect(stderr).to.include("value 5");
  });

  it("refuses a folder that is a file, files that are no inputs, and unknown names", async () => {
    await project.write("plain", "");
    await project.write("inputs/list.json", "[1]");
    await project.write("inputs/broken.json", "{");
    await project.write("inputs/two.json", "[{}, {}]");
    await project.write("inputs/short.json", '{ "a": 1, "b": [1] }');
    await project.write("inputs/half.json", '{ "a": 1 }');
    for (const [code, args] of [
      ["FOLDER_NOT_WRITABLE", { output: inProject("plain") }],
      ["INPUT_FILE_INVALID", { input: inProject("inputs/list.json") }],
      ["INPUT_FILE_INVALID", { input: inProject("inputs/broken.json") }],
      ["INPUT_FILE_INVALID", { input: inProject("inputs/two.json") }],
      ["INPUT_FILE_INVALID", { input: inProject("inputs") }],
      ["INPUT_FILE_MISSING", { input: inProject("inputs/none.json") }],
      ["INPUT_FILE_MISSING", { input: "none" }],
      ["INPUT_SHAPE", { input: inProject("inputs/short.json") }],
      ["INPUT_MISSING", { input: inProject("inputs/half.json") }],
      ["INPUT_UNKNOWN", { circuit: "bits", input: inProject("inputs/multiplier.json") }],
      ["SIGNAL_NOT_FOUND", { signal: "main.none" }],
      ["CIRCUIT_UNKNOWN", { circuit: "none" }],
      ["CIRCUIT_NOT_NAMED", { circuit: "" }],
    ] as const) {
      const refusal: unknown = await witness(args).catch((error: unknown) => error);
      expect(String(refusal), JSON.stringify(args)).to.include(`${code}: `);
    }
  });

  it("names the places in which inputs are looked up", async () => {
    await project.write("circuits/other.circom", BITS);
    const refusal: unknown = await witness({ circuit: "other" }).catch((error: unknown) => error);
    expect(String(refusal)).to.match(
      /inputs\/other\.json, \S*inputs\/other\/default\.json, \S*other\.json\./,
    );
    await project.delete("circuits/other.circom");
  });
});
