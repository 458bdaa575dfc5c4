/** Settings of circuits: inspection, verifiers in a folder of the project, witnesses in C++. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { HardhatUserConfig } from "hardhat/types/config";
import { buildCppGenerator } from "../../src/circom/cpp/build.ts";
import { missingTools } from "../../src/circom/cpp/tools.ts";
import { printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const ADDER = `pragma circom 2.1.0;
template Adder() {
  signal input a;
  signal input b;
  signal input spare;
  signal output sum <== a + b;
  signal square <== a * b;
}
component main = Adder();
`;

describe("plugin: settings of circuits", () => {
  let project: Project;
  beforeEach(async () => {
    project = await createProject();
    await mkdir(join(project.root, "circuits"));
    await mkdir(join(project.root, "contracts", "verifiers"), { recursive: true });
    await project.write("circuits/adder.circom", ADDER);
  });
  afterEach(() => project.remove());
  type Circuits = NonNullable<NonNullable<HardhatUserConfig["rollup"]>["circuits"]>;
  const createHre = (circuits: Circuits) =>
    project.createHre({ rollup: { prover: "mock", circuits } });
  const build = async (circuits: Circuits) => {
    const hre = await createHre(circuits);
    await printedBy(() => hre.tasks.getTask("build").run({ quiet: true }));
    return hre;
  };

  it("writes verifiers with another suffix into a folder of the project, beside other contracts", async () => {
    const verifiers = { path: "contracts/verifiers", suffix: "Groth16Check" };
    const own = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;\ncontract Own {}\n";
    await project.write("contracts/verifiers/Own.sol", own);
    await project.write("circuits/doubler.circom", ADDER.replaceAll("Adder", "Doubler"));
    const hre = await build({ verifiers });
    const folder = join(project.root, verifiers.path);
    expect(readdirSync(folder)).to.have.members([
      "AdderGroth16Check.sol",
      "DoublerGroth16Check.sol",
      "Own.sol",
    ]);
    const adder = await hre.circuits.get("adder");
    expect(adder.verifierContract).to.equal("AdderGroth16Check");
    const full = "contracts/verifiers/AdderGroth16Check.sol:AdderGroth16Check";
    expect([...(await hre.artifacts.getAllFullyQualifiedNames())]).to.include(full);
    await hre.circuits.close();
    await project.delete("circuits/doubler.circom");
    await (await build({ verifiers })).circuits.close();
    expect(readdirSync(folder)).to.have.members(["AdderGroth16Check.sol", "Own.sol"]);
    expect(await readFile(join(folder, "Own.sol"), "utf8")).to.equal(own);
  });

  it("replaces no contract of the user", async () => {
    const own =
      "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;\ncontract AdderVerifier {}\n";
    await project.write("contracts/verifiers/AdderVerifier.sol", own);
    const hre = await createHre({ verifiers: { path: "contracts/verifiers" } });
    const running = hre.tasks.getTask("build").run({ quiet: true });
    const error: unknown = await running.catch((reason: unknown) => reason);
    expect((error as Error).message).to.match(/^VERIFIER_FILE_TAKEN/);
    const file = join(project.root, "contracts/verifiers/AdderVerifier.sol");
    expect(await readFile(file, "utf8")).to.equal(own);
  });

  it("shows what --inspect finds, on request or in each build", async () => {
    const findings = async (circuits: Circuits, args: object) => {
      const hre = await createHre(circuits);
      const task = hre.tasks.getTask("rollup:compile");
      const { write } = process.stderr;
      let printed = "";
      process.stderr.write = (text: string | Uint8Array) => (printed += String(text)) !== "";
      try {
        await printedBy(() => task.run({ json: false, inspect: false, ...args }));
      } finally {
        process.stderr.write = write;
      }
      return printed.match(/circuits\/adder\.circom:\d+: warning\[CA\d+\]/g) ?? [];
    };
    const shown = ["circuits/adder.circom:5: warning[CA01]"];
    expect(await findings({}, {})).to.deep.equal([]);
    expect(await findings({}, { inspect: true })).to.deep.equal(shown);
    expect(await findings({ inspect: true }, {})).to.deep.equal(shown);
  });

  it("builds the C++ generator with the circuit, and proves with it", async function () {
    if ((await missingTools()).length > 0) return this.skip();
    const hre = await build({ overrides: { adder: { witness: "cpp" } } });
    const { paths } = hre.config.rollup;
    const built = readdirSync(paths.circuits).filter((name) => /^adder-.*-cpp$/.test(name));
    expect(built).to.have.length(1);
    const adder = await hre.circuits.get("adder");
    const messages: string[] = [];
    const program = await buildCppGenerator({
      file: adder.file,
      cacheDir: paths.circuits,
      optimization: 1,
      onProgress: (text) => void messages.push(text),
    });
    expect([existsSync(program), messages]).to.deep.equal([true, []]);
    const proven = await adder.prove({ a: 6, b: 7, spare: 0 });
    expect(proven.publicSignals).to.deep.equal(["13"]);
    expect(await adder.verify(proven)).to.equal(true);
    await hre.circuits.close();
  });

  it("refuses settings without a meaning, by their names", async () => {
    for (const [circuits, name] of [
      [{ witness: "rust" }, "circuits.witness"],
      [{ verifiers: { suffix: "a b" } }, "circuits.verifiers.suffix"],
      [{ optimizationRounds: 0 }, "circuits.optimizationRounds"],
      [{ compiler: { path: "circom", version: "2.1" } }, "circuits.compiler.version"],
      [{ cpp: { timeoutMs: -1 } }, "circuits.cpp.timeoutMs"],
    ] as const) {
      const error: unknown = await createHre(circuits as Circuits).catch(
        (reason: unknown) => reason,
      );
      expect((error as Error).message).to.include(name);
    }
  });
});
