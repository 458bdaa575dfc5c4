/** The `rollup: {…}` entry of a config, and what the plugin adds to Solidity's. */
import { join } from "node:path";
import { expect } from "chai";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatUserConfig } from "hardhat/types/config";
import plugin from "../../src/index.ts";
import { PACKAGE_ROOT, resolveNpmSolc } from "../../src/plugin/package-root.ts";
import {
  addRollupContracts,
  restorablePresets,
  sizedPreset,
} from "../../src/plugin/config/resolve.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** Returns Hardhat's message about a wrong config. */
async function refusalOf(project: Project, config: unknown): Promise<string> {
  try {
    await project.createHre(config as HardhatUserConfig);
  } catch (error) {
    return String(error);
  }
  throw new Error("The config was accepted");
}

describe("plugin/config", () => {
  let project: Project;

  before(async () => {
    project = await createProject();
  });

  after(() => project.remove());

  describe("values", () => {
    it("fills in every default, with absolute paths", async () => {
      const { rollup } = (await project.createHre({})).config;
      expect(rollup.preset).to.equal("minimal");
      expect(rollup.prover).to.equal("kernel");
      expect(rollup.setup.type).to.equal("dev");
      expect(rollup.circuits.path).to.equal(join(project.root, "circuits"));
      for (const path of Object.values(rollup.paths)) expect(path).to.contain(project.root);
    });

    it("keeps what the user sets", async () => {
      const { rollup } = (
        await project.createHre({
          rollup: { preset: "dev", prover: "mock", circuits: { path: "zk", include: ["lib"] } },
        })
      ).config;
      expect(rollup.preset).to.equal("dev");
      expect(rollup.prover).to.equal("mock");
      expect(rollup.circuits.path).to.equal(join(project.root, "zk"));
      expect(rollup.circuits.include).to.deep.equal([join(project.root, "lib")]);
    });

    it("gives a test run of a changed circuit dev keys, which no ceremony can have", async () => {
      const setup = { type: "ceremony", keysDir: "keys" } as const;
      const keysDir = join(project.root, "keys");
      const resolved = async () => (await project.createHre({ rollup: { setup } })).config.rollup;
      expect((await resolved()).setup).to.deep.equal({ ...setup, keysDir });
      const change = { file: "/a.circom", start: 0, original: "a", replacement: "a" };
      process.env["ROLLUP_SOURCE_CHANGE"] = JSON.stringify(change);
      const changed = await resolved().finally(() => delete process.env["ROLLUP_SOURCE_CHANGE"]);
      expect(changed.setup).to.deep.equal({ type: "dev" });
    });

    it("accepts kinds of blocks other than the preset's, by default for all ids and tokens", async () => {
      const blockKinds = [{ slots: 5, levels: 3, tokens: "main" as const }, { slots: 3 }];
      const user = { preset: "dev", blockKinds } as const;
      const { rollup } = (await project.createHre({ rollup: { ...user, blockKinds } })).config;
      expect(sizedPreset(rollup, "dev")).to.deep.equal({
        ...PRESETS.dev,
        blockKinds: [blockKinds[0], { slots: 3, levels: 4, tokens: "wide" }],
      });
      const { rollup: usual } = (await project.createHre({})).config;
      expect(sizedPreset(usual, "dev")).to.deep.equal(PRESETS.dev);
    });

    it("refuses kinds of blocks out of range, and names the wrong one", async () => {
      for (const [blockKinds, path] of [
        [[], "blockKinds"],
        [[{ slots: 1 }], "blockKinds.0.slots"],
        [[{ slots: 2 ** 14 }], "blockKinds.0.slots"],
        [[{ slots: 2.5 }], "blockKinds.0.slots"],
        [[{ levels: 2 }], "blockKinds.0.slots"],
        [[{ slots: 2 }, { slots: 2, levels: 1 }], "blockKinds.1.levels"],
        [[{ slots: 2, tokens: "few" }], "blockKinds.0.tokens"],
        [[{ slots: 2, size: 2 }], "blockKinds.0"],
        [[2], "blockKinds.0"],
        [Array.from({ length: 33 }, (_, index) => ({ slots: 2 + index })), "blockKinds"],
      ] as const) {
        const message = await refusalOf(project, { rollup: { blockKinds } });
        expect(message, JSON.stringify(blockKinds)).to.include(`config.rollup.${path}:`);
      }
    });

    it("refuses kinds of blocks that do not suit the preset, by their names", async () => {
      const narrow = { slots: 4, levels: 2, tokens: "main" };
      for (const [blockKinds, problem] of [
        [
          [{ slots: 4 }, { slots: 8, levels: 5 }],
          "the kind 8-wide-5 has 5 levels, and this preset takes 2 to 4.",
        ],
        [[{ slots: 4 }, { slots: 4, levels: 4 }], "the kind 4-wide-4 is listed twice"],
        [[narrow, { slots: 8, levels: 3 }], "none of 4-main-2, 8-wide-3 holds every account"],
        [[{ slots: 4, tokens: "main" }], "none of 4-main-4 holds every account and token"],
      ] as const) {
        const message = await refusalOf(project, { rollup: { preset: "dev", blockKinds } });
        expect(message).to.include("config.rollup.blockKinds").and.include(problem);
        expect(message).to.include("BLOCK_KINDS_UNSUITABLE");
      }
    });

    it("refuses kinds of blocks for another preset than theirs, except to restore it", async () => {
      const blockKinds = [{ slots: 4, levels: 3 }, { slots: 6 }];
      const user = { preset: "dev", blockKinds } as const;
      const { rollup } = (await project.createHre({ rollup: { ...user, blockKinds } })).config;
      expectCode("BLOCK_KINDS_UNSUITABLE", () => sizedPreset(rollup, "minimal"));
      const [minimal, dev, full] = restorablePresets(rollup);
      expect(minimal).to.deep.equal(PRESETS.minimal);
      expect(dev!.blockKinds.map(blockKindName)).to.deep.equal(["4-wide-3", "6-wide-4"]);
      expect(full!.blockKinds.map(blockKindName)).to.deep.equal(["4-wide-3", "6-wide-8"]);
    });

    it("names the levels of a preset whose kinds all have the same", async () => {
      const blockKinds = [{ slots: 4, levels: 3 }, { slots: 2 }];
      const message = await refusalOf(project, { rollup: { preset: "minimal", blockKinds } });
      expect(message).to.include("the kind 4-wide-3 has 3 levels, and this preset takes 2.");
    });

    it("says what a kind looks like where a number or a name is listed", async () => {
      for (const kind of [4, "4-main-2"]) {
        const message = await refusalOf(project, { rollup: { blockKinds: [kind] } });
        expect(message).to.include("blockKinds.0: A kind of block is { slots, levels?, tokens? }");
      }
    });

    it("says what replaces the block sizes of earlier versions", async () => {
      for (const [blockSlots, kinds] of [
        [[3, 5], "[{ slots: 3 }, { slots: 5 }]"],
        [4, "[{ slots: 4 }]"],
        [[], "[{ slots: 2 }]"],
        ["large", "[{ slots: 2 }]"],
      ] as const) {
        const message = await refusalOf(project, { rollup: { blockSlots } });
        expect(message).to.include("config.rollup.blockSlots").and.include("BLOCK_SLOTS_REPLACED");
        expect(message).to.include(`write blockKinds: ${kinds} instead`);
      }
    });

    it("accepts what a block costs besides its proof, by default its gas", async () => {
      const overheadOf = async (operator: { blockOverhead?: number }) =>
        (await project.createHre({ rollup: { operator } })).config.rollup.operator.blockOverhead;
      expect(await overheadOf({})).to.equal(200_000);
      expect(await overheadOf({ blockOverhead: 0 })).to.equal(0);
      for (const blockOverhead of [-1, 0.5, 1e12]) {
        const message = await refusalOf(project, { rollup: { operator: { blockOverhead } } });
        expect(message).to.include("config.rollup.operator.blockOverhead");
      }
    });

    it("accepts a number of threads, by default 0", async () => {
      const { rollup } = (await project.createHre({ rollup: { operator: { threads: 3 } } })).config;
      expect(rollup.operator.threads).to.equal(3);
      expect((await project.createHre({})).config.rollup.operator.threads).to.equal(0);
      for (const threads of [-1, 1.5, 257, "2"]) {
        const message = await refusalOf(project, { rollup: { operator: { threads } } });
        expect(message, String(threads)).to.include("config.rollup.operator.threads");
      }
    });

    it("takes a chain id of L2 that wallets hold, by default none", async () => {
      const resolve = async (l2ChainId: number) =>
        (await project.createHre({ rollup: { node: { l2ChainId } } })).config.rollup.node.l2ChainId;
      expect(await resolve(4242)).to.equal(4242);
      expect((await project.createHre({})).config.rollup.node).not.to.have.property("l2ChainId");
      for (const l2ChainId of [0, 1.5, 2 ** 53]) {
        const refusal = await refusalOf(project, { rollup: { node: { l2ChainId } } });
        expect(refusal).to.include("l2ChainId");
      }
    });

    it("reads the node's store from its name, by default sqlite", async () => {
      const storeOf = async (node: object) =>
        (await project.createHre({ rollup: { node } })).config.rollup.node.store;
      expect(await storeOf({})).to.deep.equal({ type: "sqlite" });
      expect(await storeOf({ store: "memory" })).to.deep.equal({ type: "memory" });
      expect(await storeOf({ store: "sqlite:kept/node.db" })).to.deep.equal({
        type: "sqlite",
        path: join(project.root, "kept/node.db"),
      });
      const url = "postgres://rollup@127.0.0.1:5432/rollup";
      expect(await storeOf({ store: url })).to.deep.equal({ type: "postgres", url });
      for (const store of ["", "sqlite:", "mysql://x", 7]) {
        const message = await refusalOf(project, { rollup: { node: { store } } });
        expect(message, String(store)).to.include("config.rollup.node.store");
      }
    });

    it("takes fees as they are, and refuses prices from nowhere or without bounds", async () => {
      const feesOf = async (node: object) =>
        (await project.createHre({ rollup: { node } })).config.rollup.node.fees;
      expect(await feesOf({})).to.equal(undefined);
      const http = { url: "https://prices.example/", path: "price" };
      const fees = {
        target: { kind: "2-main-2" },
        tokens: { TST: { eth: "0.5" }, USD: { http, min: "0.1", max: "2" } },
        subsidised: [3, `0x${"ab".repeat(20)}`],
      };
      expect(await feesOf({ fees })).to.deep.equal(fees);
      for (const price of [{}, { eth: "-1" }, { http }, { eth: "1", http, min: "1", max: "2" }]) {
        const message = await refusalOf(project, {
          rollup: { node: { fees: { tokens: { price } } } },
        });
        expect(message, JSON.stringify(price)).to.include("config.rollup.node.fees.tokens.price");
      }
      for (const wrong of [
        { tolerancePercent: 100 },
        { target: { fillPercent: 0 } },
        { free: true },
      ]) {
        const message = await refusalOf(project, { rollup: { node: { fees: wrong } } });
        expect(message, JSON.stringify(wrong)).to.include("config.rollup.node.fees");
      }
    });

    it("names the known presets when the preset is unknown", async () => {
      const message = await refusalOf(project, { rollup: { preset: "huge" } });
      expect(message).to.include("config.rollup.preset").and.include("PRESET_UNKNOWN");
      expect(message).to.include("minimal, dev, full");
    });

    it("accepts the command of an external prover, and refuses an incomplete one", async () => {
      const externalProver = { command: "rapidsnark {zkey} {wtns} {proof} {public}" };
      const { rollup } = (
        await project.createHre({ rollup: { prover: "external", externalProver } })
      ).config;
      expect(rollup.externalProver).to.deep.equal(externalProver);
      expect(await refusalOf(project, { rollup: { prover: "external" } })).to.include(
        "rollup.externalProver",
      );
      const command = "rapidsnark {zkey} {wtns}";
      const message = await refusalOf(project, { rollup: { externalProver: { command } } });
      expect(message).to.include("config.rollup.externalProver.command");
      expect(message).to.include("lacks {proof}, {public}");
    });

    it("refuses unknown provers, setups and keys, and values of the wrong type", async () => {
      expect(await refusalOf(project, { rollup: { prover: "magic" } })).to.include(
        "PROVER_UNKNOWN",
      );
      expect(await refusalOf(project, { rollup: { setup: { type: "x" } } })).to.include(
        "SETUP_UNKNOWN",
      );
      expect(await refusalOf(project, { rollup: { presett: "dev" } })).to.include("presett");
      expect(await refusalOf(project, { rollup: { operator: { blockTimeMs: -1 } } })).to.include(
        "config.rollup.operator.blockTimeMs",
      );
      expect(await refusalOf(project, { rollup: { circuits: { optimization: 3 } } })).to.include(
        "config.rollup.circuits.optimization",
      );
    });
  });

  describe("Solidity", () => {
    it("compiles with the solc of npm when the user configures none", async () => {
      const { solidity } = (await project.createHre({})).config;
      const [compiler] = solidity.profiles["default"]!.compilers;
      expect(compiler).to.include(resolveNpmSolc());
    });

    it("compiles with the same settings in the profile production", async () => {
      // Without the overrides by which the projects of the tests share solc's output.
      const user = { plugins: [plugin] };
      const hre = await createHardhatRuntimeEnvironment(user, {}, project.root);
      const { profiles } = hre.config.solidity;
      const [compiler] = profiles["default"]!.compilers;
      expect(compiler!.settings).to.deep.include({ evmVersion: "cancun" });
      expect(profiles["production"]!.compilers).to.deep.equal([compiler]);
      for (const { overrides } of Object.values(profiles)) expect(overrides).to.deep.equal({});
    });

    it("compiles its own contracts with its own settings, unless the user overrides them", async () => {
      const mine = { ...resolveNpmSolc(), settings: { viaIR: true } };
      const file = "hardhat-zkrollup/contracts/Rollup.sol";
      const solidity = {
        profiles: {
          default: { compilers: [resolveNpmSolc()], overrides: { [file]: mine } },
          lean: resolveNpmSolc(),
        },
      };
      const { profiles } = (await project.createHre({ solidity })).config.solidity;
      expect(profiles["default"]!.overrides[file]!.settings).to.include({ viaIR: true });
      for (const profile of ["lean", "production"]) {
        const override = profiles[profile]!.overrides[file]!;
        const settings = override.settings as Record<string, unknown>;
        expect(override.path, profile).to.equal(resolveNpmSolc().path);
        expect(settings["optimizer"], profile).to.deep.equal({ enabled: true, runs: 200 });
        expect(settings["outputSelection"], profile).to.be.an("object");
      }
    });

    it("excludes generated files from coverage, for any folder name", async () => {
      const { coverage } = (await project.createHre({ coverage: { skipFiles: ["a.sol"] } })).config;
      expect(coverage.skipFiles).to.deep.equal(["a.sol", "cache/rollup/contracts/**"]);
      const odd = (await project.createHre({ paths: { cache: "odd[1]{2}" } })).config.coverage;
      expect(odd.skipFiles).to.deep.equal(["odd[[]1][{]2}/rollup/contracts/**"]);
    });

    it("keeps a configured compiler", async () => {
      const { solidity } = (await project.createHre({ solidity: "0.8.28" })).config;
      const [compiler] = solidity.profiles["default"]!.compilers;
      expect(compiler!.version).to.equal("0.8.28");
      expect(compiler!.path).to.equal(undefined);
    });

    it("refuses a version that differs from the compiler at path", async () => {
      const { path } = resolveNpmSolc();
      const message = await refusalOf(project, { solidity: { version: "0.8.1", path } });
      expect(message).to.include("SOLC_VERSION_MISMATCH").and.include("0.8.1");
      const overrides = { "contracts/A.sol": { version: "0.8.2", path } };
      const override = { compilers: [resolveNpmSolc()], overrides };
      const profiles = { default: resolveNpmSolc(), lean: { version: "0.8.3", path } };
      const elsewhere = { version: "0.8.4", path: "/opt/solc-linux-amd64-v0.8.24+commit.e11b9ed9" };
      for (const [version, solidity] of Object.entries({
        "0.8.2": override,
        "0.8.3": { profiles },
        "0.8.4": elsewhere,
      })) {
        const message = await refusalOf(project, { solidity });
        expect(message).to.include("SOLC_VERSION_MISMATCH").and.include(version);
      }
      await project.createHre({ solidity: { ...elsewhere, version: "0.8.24" } });
    });

    it("adds the generated verifiers, and our contracts where they are not sources", async () => {
      const { config } = await project.createHre({});
      expect(config.paths.sources.solidity).to.include(config.rollup.paths.contracts);
      expect(config.solidity.npmFilesToBuild).to.include("hardhat-zkrollup/contracts/Rollup.sol");
      const own = addRollupContracts(
        {},
        {
          ...config,
          paths: { ...config.paths, root: PACKAGE_ROOT },
          solidity: { ...config.solidity, npmFilesToBuild: [] },
        },
      );
      expect(own.solidity.npmFilesToBuild).to.deep.equal([]);
    });
  });
});
