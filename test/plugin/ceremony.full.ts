/**
 * A rollup whose keys all come from a ceremony, on a chain that is not local: from the powers of
 * tau, which are known here, to a withdrawal that L1 pays. Run it by `npm run test:ceremony`, in a
 * minute or two.
 */
import { join } from "node:path";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { takeCeremonySteps } from "../../src/plugin/circuits/ceremony.ts";
import { compileCircuits } from "../../src/plugin/circuits/pipeline.ts";
import { silentProgress } from "../../src/plugin/progress.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { createProject, type Project } from "../helpers/project.ts";

const ETHER = 10n ** 18n;
/** 2^15 powers: the largest circuit of the preset `minimal` has fewer rows. */
const POWERS_EXPONENT = 15;
const CONFIG = {
  rollup: { preset: "minimal", setup: { type: "ceremony", keysDir: "keys" } },
  networks: { live: { type: "edr-simulated", chainId: 12345 } },
} as const;

describe("plugin: a rollup with the keys of a ceremony", () => {
  let project: Project;
  let hre: HardhatRuntimeEnvironment;

  before(async () => {
    project = await createProject();
    hre = await project.createHre(CONFIG);
  });

  after(async () => {
    await project.remove();
  });

  it("holds the ceremony of every circuit, with two contributors and a beacon", async () => {
    const ptau = join(project.root, "powers.ptau");
    await writeKnownPtau(ptau, "phase 1", POWERS_EXPONENT);
    const { paths, rollup } = hre.config;
    const { preset, prover } = rollup;
    const plan = { root: paths.root, config: rollup, preset, prover, progress: silentProgress };
    const compiled = await compileCircuits(plan);
    expect(compiled.map(({ circuit }) => circuit.name)).to.deep.equal([
      "block-minimal-2-main-2",
      "block-minimal-2-wide-2",
      "exit-minimal",
    ]);
    for (const circuit of compiled) {
      const take = async (steps: object) =>
        (await takeCeremonySteps([circuit], { verify: false, ...steps }, plan))[0]!;
      await take({ ptau });
      const alice = await take({ contribute: "Alice" });
      const bob = await take({ contribute: "Bob" });
      const { beacon, report } = await take({ beacon: "0x1234", ptau, verify: true });
      const hashes = report!.join("").replace(/\s/g, "");
      expect(hashes).to.include(alice.contribution).and.include(bob.contribution);
      expect(hashes).to.include(beacon);
    }
  });

  it("runs on a chain that refuses development keys", async () => {
    await hre.tasks.getTask("build").run({ quiet: true });
    const { rollup, ethers, close } = await hre.network.create("live");
    const [deployer] = await ethers.getSigners();
    const { address } = deployer!;
    await rollup.deploy({ governance: { proposers: [address], governor: address } });
    const [, alice] = await rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: 2n * ETHER })).wait();
    await alice!.setSigningKey();
    const to = "0x00000000000000000000000000000000000a11ce";
    const withdrawal = await alice!.withdraw({ to, token: "ETH", amount: ETHER });
    expect((await withdrawal.wait()).status).to.equal("executed");
    expect(await ethers.provider.getBalance(to)).to.equal(ETHER);
    const { proven } = await rollup.contracts.rollup.blockCounts();
    expect(proven).to.equal(2n);
    await close();
  });
});
