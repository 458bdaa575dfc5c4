/** Projects with circuits of their own: what of the rollup is built with them, and when. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { readManifest } from "../../src/plugin/circuits/manifest.ts";
import { usesRollup } from "../../src/plugin/circuits/rollup-use.ts";
import { createPowersOfTau } from "../helpers/powers-of-tau.ts";
import { createProject, type Project } from "../helpers/project.ts";

const SQUARE =
  "pragma circom 2.1.0; template A() { signal input a; signal output b <== a * a; }" +
  "component main = A();";

/** Lists the names of the cached circuits, and the generated contracts. */
function built({ config }: HardhatRuntimeEnvironment): { circuits: string[]; contracts: string[] } {
  const { circuits, contracts } = config.rollup.paths;
  const list = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const names = list(circuits).map((name) => name.replace(/-[0-9a-f]{16}.*$/, ""));
  return { circuits: [...new Set(names)].sort(), contracts: list(contracts).sort() };
}

/** Runs a task with --json, and returns the value that it prints. */
async function jsonOf<T>(hre: HardhatRuntimeEnvironment, task: string, args: object): Promise<T> {
  const { write } = process.stdout;
  let printed = "";
  process.stdout.write = (text: string | Uint8Array) => (printed += String(text)) !== "";
  try {
    await hre.tasks.getTask(task).run({ json: true, ...args });
  } finally {
    process.stdout.write = write;
  }
  return JSON.parse(printed) as T;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "accepted",
    (error: unknown) =>
      /\b[A-Z]+(?:_[A-Z]+)+\b/.exec((error as Error).message)?.[0] ?? String(error),
  );
}

describe("plugin: circuits without a rollup", () => {
  let project: Project;
  beforeEach(async () => {
    project = await createProject("circuits");
  });
  afterEach(() => project.remove());

  async function place(path: string, text: string): Promise<void> {
    await mkdir(join(project.root, path, ".."), { recursive: true });
    await project.write(path, text);
  }

  it("are built without the rollup's circuits, keys and contracts", async () => {
    const hre = await project.createHre();
    await hre.tasks.getTask("build").run({ quiet: true });
    expect(built(hre)).to.deep.equal({
      circuits: ["multiplier"],
      contracts: ["MultiplierVerifier.sol"],
    });
    expect([...(await hre.artifacts.getAllFullyQualifiedNames())].sort()).to.deep.equal([
      "cache/rollup/contracts/MultiplierVerifier.sol:MultiplierVerifier",
      "contracts/Counter.sol:Counter",
    ]);
    // A deployment without a mention before, and from then on every build.
    const connection = await hre.network.create();
    await connection.rollup.deploy({ prover: "mock" });
    await connection.close();
    const next = await project.createHre();
    expect(await usesRollup(next)).to.equal(true);
    await next.artifacts.readArtifact("MockVerifier");
    await hre.tasks.getTask("clean").run({});
    expect(await usesRollup(next)).to.equal(false);
  });

  describe("use the rollup", () => {
    const uses = async (config: HardhatUserConfig = {}) =>
      usesRollup(await project.createHre(config));
    const configs: Record<string, HardhatUserConfig> = {
      preset: { rollup: { preset: "minimal" } },
      blockKinds: { rollup: { blockKinds: [{ slots: 2 }] } },
      operator: { rollup: { operator: {} } },
      npmFilesToBuild: {
        solidity: { version: "0.8.30", npmFilesToBuild: ["hardhat-zkrollup/contracts/Rollup.sol"] },
      },
    };
    for (const [name, config] of Object.entries(configs)) {
      it(`by ${name} in the config`, async () => {
        expect(await uses(config)).to.equal(true);
      });
    }
    const mentions = {
      "test/wallet.test.ts": "const { rollup } = await network.create();",
      "scripts/deploy.js": "await connection.rollup.deploy();",
      "contracts/Bridge.sol": 'import "hardhat-zkrollup/contracts/interfaces/IVerifier.sol";',
      "contracts/Mine.sol": 'import "../cache/rollup/contracts/RollupVerifier.sol";',
      "helpers/deep/token.mts": 'ethers.deployContract("TestToken")',
    };
    for (const [file, text] of Object.entries(mentions)) {
      it(`by ${file}`, async () => {
        expect(await uses()).to.equal(false);
        await place(file, text);
        expect(await uses()).to.equal(true);
      });
    }

    it("by nothing that only belongs to circuits, to packages or to generated files", async () => {
      await place("hardhat.config.ts", "export default { plugins: [zkrollup], rollup: {} };");
      await place("test/a.test.ts", 'import type { InputsOf } from "hardhat-zkrollup/types";');
      for (const folder of ["node_modules/x", "types/y", "cache", "artifacts", ".z"]) {
        await place(`${folder}/a.ts`, "rollup");
      }
      expect(await uses({ rollup: { prover: "mock", setup: { seed: "x" } } })).to.equal(false);
    });

    it("if there is no circuit", async () => {
      await rm(join(project.root, "circuits"), { recursive: true });
      expect(await uses()).to.equal(true);
    });
  });

  it("are compiled, set up and verified by name, and nothing else is", async () => {
    await place("circuits/square.circom", SQUARE);
    const hre = await project.createHre();
    const named = { circuit: "square" };
    const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
    expect(names(await jsonOf(hre, "rollup:compile", named))).to.deep.equal(["square"]);
    expect(names(await jsonOf(hre, "rollup:setup", named))).to.deep.equal(["square"]);
    expect(await jsonOf(hre, "rollup:verifier", named)).to.have.length(1);
    expect(built(hre)).to.deep.equal({ circuits: ["square"], contracts: ["SquareVerifier.sol"] });
    // A run with other names leaves what there is.
    await jsonOf(hre, "rollup:verifier", { circuit: "multiplier" });
    expect(built(hre).contracts).to.deep.equal(["MultiplierVerifier.sol", "SquareVerifier.sol"]);
    const { circuits } = (await readManifest(hre.config.rollup))!;
    expect(names([...circuits])).to.have.members(["multiplier", "square"]);
    const both = names(await jsonOf(hre, "rollup:compile", { circuit: "square, multiplier" }));
    expect(both).to.deep.equal(["multiplier", "square"]);
    expect(names(await jsonOf(hre, "rollup:compile", {}))).to.deep.equal(both);
    const unknown = jsonOf(hre, "rollup:compile", { circuit: "square,cube" });
    expect(await codeOf(unknown)).to.equal("CIRCUIT_UNKNOWN");
    expect(names(await jsonOf(hre, "rollup:compile", { circuit: "exit-minimal" }))).to.deep.equal([
      "exit-minimal",
    ]);
  });

  describe("hold a ceremony", () => {
    const CEREMONY = { setup: { type: "ceremony", keysDir: "keys" } } as const;
    let hre: HardhatRuntimeEnvironment;
    beforeEach(async () => {
      await place("circuits/square.circom", SQUARE);
      hre = await project.createHre({ rollup: CEREMONY });
    });
    const take = (steps: object) => jsonOf<{ name: string }[]>(hre, "rollup:setup", steps);
    const keys = () =>
      readdirSync(join(project.root, "keys")).filter((name) => name.endsWith(".zkey"));
    const contents = () =>
      Promise.all(keys().map((name) => readFile(join(project.root, "keys", name), "base64")));

    it("with powers that are too few for the rollup's circuits", async () => {
      const ptau = await createPowersOfTau(join(project.root, "phase1"), 6);
      const results = await take({ ptau, contribute: "Alice", beacon: "0x1234", verify: true });
      expect(results.map(({ name }) => name)).to.deep.equal(["multiplier", "square"]);
      await hre.tasks.getTask("build").run({ quiet: true, noContracts: true });
      expect(built(hre).contracts).to.deep.equal(["MultiplierVerifier.sol", "SquareVerifier.sol"]);
    });

    it("of some circuits, and refuse a step for all if one of them cannot take it", async () => {
      const ptau = await createPowersOfTau(join(project.root, "phase1"), 6);
      await take({ ptau, circuit: "square" });
      expect(keys()).to.have.length(1);
      const before = await contents();
      // The multiplier comes first, and the square after it has a key.
      const refused = {
        CEREMONY_KEY_MISSING: { contribute: "Alice" },
        CONTRIBUTION_NOT_POSSIBLE: { ptau, beacon: "0x1234" },
        CEREMONY_KEY_INVALID: { ptau, verify: true },
        PTAU_NOT_USABLE: { ptau: join(project.root, "none.ptau"), contribute: "Alice" },
      };
      for (const [code, steps] of Object.entries(refused)) {
        expect(await codeOf(take(steps)), code).to.equal(code);
        expect(await contents()).to.deep.equal(before);
      }
      await take({ circuit: "square", contribute: "Alice", beacon: "0x1234" });
      const ended = await contents();
      // The key of the multiplier could be started.
      expect(await codeOf(take({ ptau, contribute: "Bob" }))).to.equal("CONTRIBUTION_NOT_POSSIBLE");
      expect(await contents()).to.deep.equal(ended);
    });
  });
});
