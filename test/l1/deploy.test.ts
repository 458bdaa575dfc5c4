import { expect } from "chai";
import { artifacts, network } from "hardhat";
import { deployRollup } from "../../src/l1/deploy.ts";
import { ROLLUP_ABI } from "../../src/l1/generated/abi.ts";
import { renderAbi } from "../../src/generate/abi.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { isRollupError } from "../../src/util/errors.ts";

describe("deployRollup", () => {
  async function deployOn(chainId: number) {
    const { ethers } = await network.create({ override: { chainId } });
    const [deployer] = await ethers.getSigners();
    const contracts = {
      rollup: await artifacts.readArtifact("Rollup"),
      proxy: await artifacts.readArtifact("RollupProxy"),
      exitVerifier: await artifacts.readArtifact("ExitVerifier"),
      verifier: await artifacts.readArtifact("MockVerifier"),
    };
    const settings = { preset: PRESETS.minimal, feeAccountAddress: 7n, genesisStateRoot: 5n };
    const location = await deployRollup(deployer!, contracts, settings);
    return { ethers, deployer: deployer!, location };
  }

  it("deploys verifier and rollup, with all roles for the deployer", async () => {
    const { ethers, deployer, location } = await deployOn(1337);
    const rollup = await ethers.getContractAt("Rollup", location.rollupAddress);
    expect(await rollup.verifier()).to.equal(location.verifierAddress);
    expect(await rollup.owner()).to.equal(deployer.address);
    expect(await rollup.isValidator(deployer.address)).to.equal(true);
    expect(await rollup.accountCapacity()).to.equal(64n);
    expect(await rollup.tokenCapacity()).to.equal(32n);
    const deployed = await ethers.provider.getCode(
      location.rollupAddress,
      location.deploymentBlock,
    );
    const before = await ethers.provider.getCode(
      location.rollupAddress,
      location.deploymentBlock - 1,
    );
    expect([before, deployed === "0x"]).to.deep.equal(["0x", false]);
  });

  it("refuses insecure verifiers on live chains", async () => {
    const error: unknown = await deployOn(5).catch((reason: unknown) => reason);
    if (!isRollupError(error)) throw error;
    expect(error.facts).to.deep.equal({ code: "DEV_KEYS_ON_LIVE_CHAIN", chainId: 5n });
  });
});

describe("ROLLUP_ABI", () => {
  it("equals the ABI of the contract", async () => {
    const text = renderAbi(await artifacts.readArtifact("Rollup"));
    const fragments = [...text.matchAll(/^ {2}(".*"),$/gm)].map(
      ([, json]) => JSON.parse(json!) as string,
    );
    expect(ROLLUP_ABI).to.deep.equal(fragments);
  });
});
