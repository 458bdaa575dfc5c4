/** Exported files, in the hands of snarkjs's own command line. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { exportCircuit } from "../../src/circom/export-circuit.ts";
import { PROTOCOLS } from "../../src/circom/protocols.ts";
import { toSolidityCalldata } from "../../src/circom/solidity-proof.ts";
import { compileSolidity } from "../../src/plugin/bench/verifier-gas.ts";
import { createWorkspace, runSnarkJs, type Workspace } from "./workspace.ts";

const INPUTS = {
  start: 2,
  factors: [3n, "4", 5],
  grid: [
    [1, 2, 6],
    [6, 1, 3],
  ],
};

describe("circom: export", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  for (const protocol of PROTOCOLS) {
    it(`writes what snarkjs proves and verifies by ${protocol}`, async () => {
      const options = { ...workspace.options("multiplier"), protocol, log: () => undefined };
      await using circuit = await loadCircuit(options);
      const output = join(workspace.folder, "exported", protocol);
      const path = (name: string) => join(output, name);
      const files = await exportCircuit(circuit, { output, inputs: INPUTS });
      const names = files.map((file) => relative(output, file)).sort();
      expect(names).to.deep.equal(
        [
          "calldata.txt",
          "input.json",
          "multiplier.json",
          "multiplier.r1cs",
          "multiplier.sym",
          "multiplier.wtns",
          "multiplier.zkey",
          join("multiplier_js", "multiplier.wasm"),
          "multiplier_substitutions.json",
          "multiplier_verifier.sol",
          "proof.json",
          "public.json",
          "verification_key.json",
        ].sort(),
      );
      const written = (await readdir(output, { recursive: true })).filter(
        (name) => name !== "multiplier_js",
      );
      expect(written.sort()).to.deep.equal(names);
      const verify = (...proof: [string, string]) =>
        runSnarkJs(protocol, "verify", path("verification_key.json"), ...proof);
      expect(await verify(path("public.json"), path("proof.json"))).to.match(/OK|SUCCESS/);
      // Their witness is ours, byte for byte; their proof from these files verifies, too.
      const wasm = path("multiplier_js/multiplier.wasm");
      await runSnarkJs("wtns", "calculate", wasm, path("input.json"), path("their.wtns"));
      const [ours, theirs] = [
        await readFile(path("multiplier.wtns")),
        await readFile(path("their.wtns")),
      ];
      expect(ours.equals(theirs)).to.equal(true);
      const made = [path("their-proof.json"), path("their-public.json")] as const;
      await runSnarkJs(protocol, "prove", path("multiplier.zkey"), path("their.wtns"), ...made);
      expect(await verify(made[1], made[0])).to.match(/OK|SUCCESS/);
      const read = async (name: string) => JSON.parse(await readFile(path(name), "utf8")) as never;
      const proven = {
        proof: await read("their-proof.json"),
        publicSignals: await read("public.json"),
      };
      expect(await circuit.verify(proven)).to.equal(true);
      const source = await readFile(path("multiplier_verifier.sol"), "utf8");
      compileSolidity(source, "Verifier");
    });
  }

  it("writes constraints and calldata as snarkjs does", async () => {
    await using circuit = await loadCircuit({
      ...workspace.options("multiplier"),
      log: () => undefined,
    });
    const output = join(workspace.folder, "exported", "texts");
    const path = (name: string) => join(output, name);
    await exportCircuit(circuit, { output, inputs: INPUTS });
    await runSnarkJs("r1cs", "export", "json", path("multiplier.r1cs"), path("their.json"));
    const [ours, theirs] = [path("multiplier.json"), path("their.json")];
    const parse = async (file: string) => JSON.parse(await readFile(file, "utf8")) as object;
    expect(await parse(ours)).to.deep.equal(await parse(theirs));
    const printed = await runSnarkJs(
      "zkey",
      "export",
      "soliditycalldata",
      path("public.json"),
      path("proof.json"),
    );
    expect(await readFile(path("calldata.txt"), "utf8")).to.equal(`${printed.trim()}\n`);
  });

  it("renders calldata of PLONK and fflonk as arrays of words that JSON readers take", async () => {
    for (const protocol of ["plonk", "fflonk"] as const) {
      await using circuit = await loadCircuit({ ...workspace.options("squarer"), protocol });
      const text = toSolidityCalldata(protocol, (await circuit.prove({ root: 3 })) as never);
      const [proof, input] = JSON.parse(`[${text}]`) as [string[], string[]];
      expect([proof.length, input.map(BigInt)]).to.deep.equal([24, [9n]]);
    }
  });

  it("writes no contract for a circuit without public values", async () => {
    const { writeFile } = await import("node:fs/promises");
    const options = workspace.options("secret");
    await writeFile(
      options.file,
      "pragma circom 2.1.0; template A() { signal input a; a * a === 9; } component main = A();",
    );
    await using circuit = await loadCircuit(options);
    const output = join(workspace.folder, "exported", "secret");
    const files = await exportCircuit(circuit, { output });
    expect(files.some((file) => file.endsWith(".sol"))).to.equal(false);
  });
});
