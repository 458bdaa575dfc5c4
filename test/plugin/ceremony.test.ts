/** A project whose keys come from a ceremony. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type CeremonySteps, takeCeremonySteps } from "../../src/plugin/circuits/ceremony.ts";
import { compileCircuits } from "../../src/plugin/circuits/pipeline.ts";
import { silentProgress } from "../../src/plugin/progress.ts";
import { createPowersOfTau } from "../helpers/powers-of-tau.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** The rollup's own circuits take long, see ceremony.full.ts; the steps are the same. */
const CONFIG = {
  rollup: { prover: "mock", setup: { type: "ceremony", keysDir: "keys" } },
} as const;

/** Id of a chain that is not local. */
const LIVE = { live: { type: "edr-simulated", chainId: 12345 } } as const;

describe("plugin: keys of a ceremony", () => {
  let project: Project;
  let hre: HardhatRuntimeEnvironment;
  let ptau: string;

  before(async () => {
    project = await createProject("circuits");
    hre = await project.createHre({ ...CONFIG, networks: LIVE });
    ptau = await createPowersOfTau(join(project.root, "phase1"), 6);
  });

  after(async () => {
    await hre.circuits.close();
    await project.remove();
  });

  const build = () => hre.tasks.getTask("build").run({ quiet: true });

  async function take(steps: Partial<CeremonySteps>, environment = hre) {
    const { config } = environment;
    const { rollup, paths } = config;
    const { preset, prover } = rollup;
    const plan = { root: paths.root, config: rollup, preset, prover, progress: silentProgress };
    const [compiled] = await compileCircuits(plan);
    const [result] = await takeCeremonySteps([compiled!], { verify: false, ...steps }, plan);
    return result!;
  }

  async function verifierSource(): Promise<string> {
    const file = join(hre.config.rollup.paths.contracts, "MultiplierVerifier.sol");
    return readFile(file, "utf8");
  }

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => "accepted",
      (error: unknown) => /\b[A-Z]+(?:_[A-Z]+)+\b/.exec((error as Error).message)?.[0] ?? "",
    );
  }

  it("builds nothing without keys", async () => {
    expect(await codeOf(build())).to.equal("CEREMONY_KEY_MISSING");
    expect(await codeOf(take({ contribute: "Alice" }))).to.equal("CEREMONY_KEY_MISSING");
    expect(await codeOf(take({ verify: true }))).to.equal("PTAU_MISSING");
  });

  it("marks the verifier as insecure until somebody has contributed", async () => {
    expect(await take({ ptau })).to.include({ name: "multiplier", started: true });
    await build();
    expect(await verifierSource()).to.include("INSECURE = true");
  });

  it("takes all steps at once, and makes a verifier for every chain", async () => {
    const steps = { ptau, contribute: "Alice", beacon: "0x1234", verify: true };
    const result = await take(steps);
    const report = result.report!.join("").replace(/\s/g, "");
    expect(report).to.include(result.contribution).and.include(result.beacon);
    await build();
    expect(await verifierSource()).to.include("INSECURE = false");

    const multiplier = await hre.circuits.get("multiplier");
    const proof = multiplier.toSolidityProof(await multiplier.prove({ a: 2, b: [3, 5] }));
    const { ethers } = await hre.network.create("live");
    const verifier = await ethers.deployContract(multiplier.verifierContract);
    const verify = verifier.getFunction("verifyProof");
    expect(await verify(proof.a, proof.b, proof.c, proof.input)).to.equal(true);
  });

  it("has no ceremony for development keys", async () => {
    const dev = await project.createHre({ rollup: { prover: "mock" } });
    expect(await codeOf(take({ ptau }, dev))).to.equal("CEREMONY_NOT_CONFIGURED");
  });

  it("requires a folder for a ceremony, and accepts a seed only for dev keys", async () => {
    const setups = [
      { type: "ceremony" },
      { type: "dev", keysDir: "keys" },
      { type: "ceremony", keysDir: "keys", seed: "x" },
    ];
    for (const setup of setups) {
      const create = project.createHre({ rollup: { setup } } as never);
      const message = await create.then(String, String);
      expect(message).to.match(/keysDir|seed/);
    }
  });
});
