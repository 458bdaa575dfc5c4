/** The `rollup: {…}` entry of a config, and what the plugin adds to Solidity's. */
import { join } from "node:path";
import { expect } from "chai";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import plugin from "../../src/index.ts";
import { PACKAGE_ROOT, resolveNpmSolc } from "../../src/plugin/package-root.ts";

const PROJECT = "/nowhere/project";

function createHre(
  config: HardhatUserConfig,
  root: string = PROJECT,
): Promise<HardhatRuntimeEnvironment> {
  return createHardhatRuntimeEnvironment({ ...config, plugins: [plugin] }, {}, root);
}

/** What Hardhat says about a config that is wrong. */
async function refusalOf(config: unknown): Promise<string> {
  try {
    await createHre(config as HardhatUserConfig);
  } catch (error) {
    return String(error);
  }
  throw new Error("The config was accepted");
}

describe("plugin config", () => {
  it("fills in every default, with absolute paths", async () => {
    const { rollup } = (await createHre({})).config;
    expect(rollup.preset).to.equal("minimal");
    expect(rollup.prover).to.equal("snarkjs");
    expect(rollup.setup.type).to.equal("dev");
    expect(rollup.circuits.path).to.equal(join(PROJECT, "circuits"));
    expect(Object.values(rollup.paths).every((path) => path.startsWith(PROJECT))).to.equal(true);
  });

  it("keeps what the user sets", async () => {
    const { rollup } = (
      await createHre({
        rollup: { preset: "dev", prover: "mock", circuits: { path: "zk", include: ["lib"] } },
      })
    ).config;
    expect(rollup.preset).to.equal("dev");
    expect(rollup.prover).to.equal("mock");
    expect(rollup.circuits.path).to.equal(join(PROJECT, "zk"));
    expect(rollup.circuits.include).to.deep.equal([join(PROJECT, "lib")]);
  });

  it("names the known presets when the preset is unknown", async () => {
    const message = await refusalOf({ rollup: { preset: "huge" } });
    expect(message).to.include("config.rollup.preset").and.include("PRESET_UNKNOWN");
    expect(message).to.include("minimal, dev, full");
  });

  it("refuses unknown provers, setups and keys, and values of the wrong type", async () => {
    expect(await refusalOf({ rollup: { prover: "magic" } })).to.include("PROVER_UNKNOWN");
    expect(await refusalOf({ rollup: { setup: { type: "x" } } })).to.include("SETUP_UNKNOWN");
    expect(await refusalOf({ rollup: { presett: "dev" } })).to.include("presett");
    expect(await refusalOf({ rollup: { operator: { blockTimeMs: -1 } } })).to.include(
      "config.rollup.operator.blockTimeMs",
    );
    expect(await refusalOf({ rollup: { circuits: { optimization: 3 } } })).to.include(
      "config.rollup.circuits.optimization",
    );
  });
});

describe("plugin config: Solidity", () => {
  it("compiles with the solc of npm when the user configures none", async () => {
    const { solidity } = (await createHre({})).config;
    const [compiler] = solidity.profiles["default"]!.compilers;
    expect(compiler).to.include(resolveNpmSolc());
  });

  it("leaves a configured compiler alone", async () => {
    const { solidity } = (await createHre({ solidity: "0.8.28" })).config;
    const [compiler] = solidity.profiles["default"]!.compilers;
    expect(compiler!.version).to.equal("0.8.28");
    expect(compiler!.path).to.equal(undefined);
  });

  it("refuses a version that is not that of the compiler at path", async () => {
    const { path } = resolveNpmSolc();
    const message = await refusalOf({ solidity: { version: "0.8.1", path } });
    expect(message).to.include("SOLC_VERSION_MISMATCH").and.include("0.8.1");
  });

  it("adds the generated verifiers, and our contracts where they are not sources", async () => {
    const { config } = await createHre({});
    expect(config.paths.sources.solidity).to.include(config.rollup.paths.contracts);
    expect(config.solidity.npmFilesToBuild).to.include("hardhat-zkrollup/contracts/Rollup.sol");
    const own = await createHre({}, PACKAGE_ROOT);
    expect(own.config.solidity.npmFilesToBuild).to.deep.equal([]);
  });
});
