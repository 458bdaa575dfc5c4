/** The task `rollup:export`. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { createProject, type Project } from "../helpers/project.ts";

describe("plugin: export", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
  });
  after(() => project.remove());

  async function run(args: object): Promise<string> {
    const hre = await project.createHre({ rollup: { prover: "mock" } });
    const written: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      await hre.tasks.getTask("rollup:export").run({ json: true, ...args });
    } finally {
      process.stdout.write = write;
    }
    return written.join("");
  }
  const reasonOf = (args: object) =>
    run(args).then(
      () => "exported",
      (error: unknown) => String(error),
    );

  it("writes a circuit's files and a proof of inputs, and lists them", async () => {
    const output = join(project.root, "out");
    await project.write("inputs.json", JSON.stringify({ a: "2", b: [3, 5] }));
    const input = join(project.root, "inputs.json");
    // The project has no other circuit.
    const printed = await run({ output, input });
    const { files } = JSON.parse(printed) as { files: string[] };
    expect(files.every((file) => existsSync(file))).to.equal(true);
    expect(JSON.parse(await readFile(join(output, "public.json"), "utf8"))).to.deep.equal([
      "60",
      "3",
      "5",
    ]);
    const source = await readFile(join(output, "multiplier_verifier.sol"), "utf8");
    expect(source).to.include("contract MultiplierVerifier {");
  });

  it("writes the verifier in Vyper, which is for Groth16 only", async () => {
    const output = join(project.root, "vyper");
    const args = { circuit: "multiplier", output, verifier: "vyper" };
    await run(args);
    expect(existsSync(join(output, "multiplier_verifier.sol"))).to.equal(false);
    const source = await readFile(join(output, "multiplier_verifier.vy"), "utf8");
    expect(source).to.include("for multiplier\n").and.include("input: uint256[3]");
    expect(await reasonOf({ ...args, protocol: "plonk" })).to.include("VERIFIER_LANGUAGE");
    expect(await reasonOf({ ...args, verifier: "yul" })).to.include("OPTION_VALUE_UNKNOWN");
  });

  it("refuses missing options, unknown names, and files that are no inputs", async () => {
    const output = join(project.root, "other");
    expect(await reasonOf({ circuit: "multiplier" }))
      .to.include("OPTION_MISSING")
      .and.include("--output");
    expect(await reasonOf({ circuit: "none", output })).to.include("CIRCUIT_UNKNOWN");
    const protocol = { circuit: "multiplier", output, protocol: "stark" };
    expect(await reasonOf(protocol)).to.include("PROTOCOL_UNKNOWN");
    for (const text of ["[1]", "{", "7", "[]", "[{}, {}]"]) {
      await project.write("bad.json", text);
      const input = join(project.root, "bad.json");
      expect(await reasonOf({ circuit: "multiplier", output, input })).to.include(
        "INPUT_FILE_INVALID",
      );
    }
    const missing = { circuit: "multiplier", output, input: join(project.root, "no.json") };
    expect(await reasonOf(missing)).to.include("INPUT_FILE_MISSING");
  });
});
