/** The plugin `hardhat-zkrollup/circuits`, which needs neither ethers nor the rollup. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** Folders whose code runs a rollup. */
const OF_ROLLUP = /src\/(?:l1|api|operator|server|sdk|restore|exit|bench|prover|plugin\/rollup)\//;

describe("plugin: circuits alone", () => {
  let project: Project;
  let seen: Record<string, unknown> & { loaded: string[]; tasks: string[]; options: string[] };

  before(async () => {
    project = await createProject("circuits");
    const script = join(import.meta.dirname, "circuits-alone/run.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [script, project.root]);
    seen = JSON.parse(stdout.trim().split("\n").at(-1)!) as typeof seen;
  });
  after(() => project.remove());

  it("builds, proves and generates verifiers without ethers", () => {
    expect(seen["isValid"]).to.equal(true);
    expect(seen["input"]).to.deep.equal(["60", "3", "5"]);
    expect(seen["verifier"]).to.equal("MultiplierVerifier");
    expect(seen["contracts"]).to.deep.equal([
      "cache/rollup/contracts/MultiplierVerifier.sol:MultiplierVerifier",
      "contracts/Counter.sol:Counter",
    ]);
  });

  it("has the tasks of circuits, and nothing of the rollup", () => {
    expect(seen.tasks).to.include.members(["rollup:compile", "rollup:setup", "rollup:verifier"]);
    for (const name of ["init", "deploy", "demo", "devnet", "operator", "exit"]) {
      expect(seen.tasks).to.not.include(`rollup:${name}`);
    }
    expect(seen.options).to.include("circuit").and.not.include("preset");
    expect(seen["hasRollup"]).to.equal(false);
  });

  it("loads no code that runs a rollup", () => {
    const ours = seen.loaded.map((url) => url.slice(url.indexOf(PACKAGE_ROOT)));
    expect(ours.some((path) => path.includes("src/circom/"))).to.equal(true);
    expect(ours.filter((path) => OF_ROLLUP.test(path))).to.deep.equal([]);
  });

  it("adds the types of inputs to its own module", async () => {
    const types = await readFile(join(project.root, "types/circuits/index.ts"), "utf8");
    expect(types).to.include('declare module "hardhat-zkrollup/circuits"');
  });

  it("is an entry point of the package", async () => {
    const text = await readFile(join(PACKAGE_ROOT, "package.json"), "utf8");
    const { exports } = JSON.parse(text) as { exports: Record<string, string> };
    expect(exports["./circuits"]).to.equal("./dist/src/circuits.js");
  });
});
