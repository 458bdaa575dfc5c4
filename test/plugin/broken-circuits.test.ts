/** `hardhat test` of a project in which a circuit does not compile. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { startHardhatWith } from "../helpers/hardhat-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const urlOf = (path: string) => JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, path)).href);

const CONFIG = `import mocha from "@nomicfoundation/hardhat-mocha";
import zkrollup from ${urlOf("src/index.ts")};
export default {
  plugins: [mocha, zkrollup],
  rollup: { prover: "mock" },
  test: { mocha: { timeout: 100_000 } },
};`;

const TESTS = `import hre from "hardhat";
it("proves the sound circuit", async () => {
  const { ethers } = await hre.network.create();
  const circuit = await hre.circuits.get("multiplier");
  const proven = circuit.toSolidityProof(await circuit.prove({ a: 2, b: [3, 5] }));
  const verifier = await ethers.deployContract(circuit.verifierContract);
  await verifier.verifyProof(proven.a, proven.b, proven.c, proven.input);
});
it("uses a contract", async () => {
  const { ethers } = await hre.network.create();
  await ethers.deployContract("Counter");
});`;

const BROKEN_TEST = `
it("loads the broken circuit", () => hre.circuits.get("broken"));
it("builds in a test", () => hre.tasks.getTask("build").run({ quiet: true }));`;

describe("plugin: tests beside a broken circuit", () => {
  let project: Project;

  before(async () => {
    project = await createProject("circuits");
    const { write, root } = project;
    await mkdir(join(root, "test"));
    const modules = join(PACKAGE_ROOT, "node_modules");
    for (const name of ["hardhat", "@nomicfoundation", "ethers"]) {
      await symlink(join(modules, name), join(root, "node_modules", name));
    }
    await write("hardhat.config.ts", CONFIG);
    await write("test/circuits.test.ts", TESTS);
    await write(
      "circuits/broken.circom",
      "pragma circom 2.1.0;\ntemplate {}\ncomponent main = A();",
    );
  });
  after(() => project.remove());

  function run(...task: string[]) {
    // As at a terminal, and not in a test.
    const config = join(project.root, "hardhat.config.ts");
    return startHardhatWith({ HH_TEST: "" }, "--config", config, ...task).outcome;
  }

  for (const task of [["test"], ["test", "mocha"]]) {
    it(`runs with an error at the end: ${task.join(" ")}`, async () => {
      const { exitCode, stdout, stderr } = await run(...task);
      expect(stdout, stderr).to.include("2 passing").and.not.include("failing");
      expect(stderr.match(/circom does not accept .*broken\.circom:2/g)).to.have.length(2);
      expect(stderr)
        .to.match(/^CIRCUIT_SYNTAX: .*\nerror\[/m)
        .and.include("Fix:");
      expect(stderr.trim().split("\n").at(-1)).to.include("The run fails");
      expect(exitCode).to.equal(1);
    });
  }

  it("fails what needs it: a test that loads it, or builds; a script and a build", async () => {
    await project.write("test/circuits.test.ts", TESTS + BROKEN_TEST);
    const { exitCode, stdout, stderr } = await run("test", "mocha");
    expect(stdout, stderr).to.include("2 passing").and.include("2 failing");
    expect(stdout.match(/CIRCUIT_SYNTAX/g)).to.have.length.of.at.least(2);
    expect(exitCode).to.equal(1);
    await project.write("script.ts", 'console.log("has run");');
    const script = await run("run", join(project.root, "script.ts"));
    expect(script.stdout).to.not.include("has run");
    expect(script.exitCode).to.equal(1);
    const build = await run("build");
    expect(build.stderr).to.include("CIRCUIT_SYNTAX").and.not.include("The tests run");
    expect(build.exitCode).to.equal(1);
  });
});
