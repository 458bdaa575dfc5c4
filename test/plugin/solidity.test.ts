/** Effects of the plugin on builds, coverage and gas statistics of the user's contracts. */
import { expect } from "chai";
import type { HardhatUserConfig } from "hardhat/types/config";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import plugin from "../../src/index.ts";
import { resolveNpmSolc } from "../../src/plugin/package-root.ts";
import { sharedSolc } from "../helpers/solc-cache.ts";
import { createProject, type Project } from "../helpers/project.ts";

const MOCK = { prover: "mock" } as const;
/** Config of a user without the optimizer, which the rollup's size needs. */
const BARE: HardhatUserConfig["solidity"] = {
  profiles: { default: resolveNpmSolc(), lean: resolveNpmSolc() },
};

/** Hardhat's data of coverage and of gas. */
interface Internals {
  readonly _coverage?: { readonly filesMetadata: ReadonlyMap<string, unknown> };
  readonly _gasAnalytics?: { readonly gasMeasurements: readonly { contractFqn: string }[] };
}

describe("plugin/solidity", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write(
      "contracts/Careless.sol",
      "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;\n" +
        "contract Careless { function f() external pure { uint256 unused; } }",
    );
  });
  after(async () => {
    await project.remove();
  });

  /** Builds everything, and returns the warnings. */
  async function warningsOf(hre: HardhatRuntimeEnvironment): Promise<string> {
    const { warn, log } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => void warnings.push(text);
    console.log = () => undefined;
    try {
      await hre.tasks.getTask("build").run({ quiet: true });
    } finally {
      Object.assign(console, { warn, log });
    }
    return warnings.join("\n");
  }

  it("shows the warnings of the user's contracts, and none of OpenZeppelin's", async () => {
    // With the rollup's contracts, which import OpenZeppelin's.
    const rollup = { ...MOCK, preset: "minimal" } as const;
    const user = { plugins: [plugin], rollup };
    const hre = await createHardhatRuntimeEnvironment(user, {}, project.root);
    const warnings = await warningsOf(hre);
    await hre.artifacts.readArtifact("Rollup");
    expect(warnings).to.include("Careless.sol").and.include("Unused local variable");
    expect(warnings).to.not.include("openzeppelin").and.not.include("Transient storage");
  });

  it("excludes generated verifiers from coverage and gas statistics", async () => {
    const hre = await createHardhatRuntimeEnvironment(
      { plugins: [plugin, sharedSolc], rollup: MOCK },
      { coverage: true, gasStats: true },
      project.root,
    );
    await warningsOf(hre);
    const { ethers } = await hre.network.create();
    const { verifierContract } = await hre.circuits.get("multiplier");
    await ethers.deployContract(verifierContract);
    await ethers.deployContract("Counter");
    const { _coverage: coverage, _gasAnalytics: gas } = hre as Internals;
    const covered = [...coverage!.filesMetadata.keys()];
    expect(covered).to.include("contracts/Careless.sol");
    expect(covered.filter((file) => !file.startsWith("contracts/"))).to.deep.equal([]);
    const measured = new Set(gas!.gasMeasurements.map(({ contractFqn }) => contractFqn));
    expect([...measured]).to.deep.equal(["project/contracts/Counter.sol:Counter"]);
  });

  it("compiles the rollup small enough in every profile of the user's", async () => {
    const hre = await project.createHre({ rollup: MOCK, solidity: BARE });
    const { profiles } = hre.config.solidity;
    expect(Object.keys(profiles)).to.have.members(["default", "lean", "production"]);
    for (const { overrides } of Object.values(profiles)) {
      const names = Object.keys(overrides);
      expect(names).to.include("hardhat-zkrollup/contracts/Rollup.sol");
      expect(names).to.include("cache/rollup/contracts/RollupVerifier.sol");
    }
    await warningsOf(hre);
    const connection = await hre.network.create();
    await connection.rollup.deploy();
    await connection.close();
  });
});
