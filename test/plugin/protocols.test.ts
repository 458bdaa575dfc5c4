/** Circuits of a project that prove by PLONK and fflonk. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { findPublicPtau } from "../../src/groth16/setup/public-ptau.ts";
import type { ProjectCircuit } from "../../src/plugin/circuits/project-circuits.ts";
import { readManifest } from "../../src/plugin/circuits/manifest.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createPowersOfTau } from "../helpers/powers-of-tau.ts";
import { createProject, type Project } from "../helpers/project.ts";

const CUBE =
  "pragma circom 2.1.0; template A() { signal input a; signal s <== a * a; signal output b <== s * a; }" +
  "component main = A();";
const INPUTS = { a: 2, b: [3, 5] };

describe("plugin: protocols", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/cube.circom", CUBE);
  });
  after(() => project.remove());

  async function open(rollup: object): Promise<HardhatRuntimeEnvironment> {
    return project.createHre({ rollup: { prover: "mock", ...rollup } });
  }

  it("builds contracts by the config's protocols, with types that know them", async () => {
    const hre = await open({
      circuits: { protocol: "plonk", overrides: { cube: { protocol: "fflonk" } } },
    });
    await hre.tasks.getTask("build").run({ quiet: true });
    const { ethers } = await hre.network.create();
    for (const [name, inputs, protocol] of [
      ["multiplier", INPUTS, "plonk"],
      ["cube", { a: 3 }, "fflonk"],
    ] as const) {
      // The name of a circuit is data here, so its type is not known.
      const circuit = (await hre.circuits.get(name)) as unknown as ProjectCircuit<
        object,
        object,
        object,
        "plonk"
      >;
      expect(circuit.protocol).to.equal(protocol);
      const proven = await circuit.prove(inputs);
      expect(await circuit.verify(proven)).to.equal(true);
      const { proof, input } = circuit.toSolidityProof(proven);
      const verifier = await ethers.deployContract(circuit.verifierContract);
      const verify = verifier.getFunction("verifyProof");
      expect(await verify(proof, input)).to.equal(true);
      expect(await verify(proof, input.with(0, input[0]! + 1n))).to.equal(false);
    }
    const manifest = await readManifest(hre.config.rollup);
    expect(manifest!.circuits.map(({ name, protocol }) => [name, protocol])).to.deep.equal([
      ["cube", "fflonk"],
      ["multiplier", "plonk"],
    ]);
    const { types, contracts } = hre.config.rollup.paths;
    const text = await readFile(join(types, "index.ts"), "utf8");
    expect(text).to.match(
      /interface CircuitProtocols \{\s+"cube": "fflonk";\s+"multiplier": "plonk";/,
    );
    const fflonk = await readFile(join(contracts, "CubeVerifier.sol"), "utf8");
    expect(fflonk).to.match(/^\/\/ SPDX-License-Identifier: GPL-3\.0/);
    expect(fflonk).to.include("@custom:license").and.include("INSECURE = true");
    await hre.circuits.close();
  });

  it("proves by another protocol on request, but has no contract for it", async () => {
    const hre = await open({});
    const circuit = await hre.circuits.get("cube", { protocol: "plonk" });
    const proven = await circuit.prove({ a: 2 });
    expect(proven.proof.protocol).to.equal("plonk");
    expect(circuit.toSolidityProof(proven).proof).to.have.length(24);
    expectCode("VERIFIER_OF_OTHER_PROTOCOL", () => circuit.verifierContract);
    const usual = await hre.circuits.get("cube");
    expect((await usual.prove({ a: 2 })).proof.pi_a).to.have.length(3);
    await hre.circuits.close();
  });

  it("makes secure contracts from the powers of tau that the config names", async () => {
    const phase1 = join(project.root, "phase1");
    await createPowersOfTau(phase1, 6);
    const hre = await open({
      setup: { ptau: "phase1/prepared.ptau" },
      circuits: { protocol: "plonk" },
    });
    await hre.tasks.getTask("build").run({ quiet: true });
    const { contracts } = hre.config.rollup.paths;
    expect(await readFile(join(contracts, "CubeVerifier.sol"), "utf8")).to.include(
      "INSECURE = false",
    );
    await hre.circuits.close();
  });

  it("takes powers of tau by the name of a public file, which it keeps in the cache", async () => {
    const hre = await open({ setup: { ptau: "hermez-8" }, circuits: { protocol: "plonk" } });
    const { setup, paths } = hre.config.rollup;
    expect(setup.ptau).to.equal("hermez-8");
    const { file } = findPublicPtau("hermez-8")!;
    await mkdir(paths.ptau, { recursive: true });
    await writeFile(join(paths.ptau, file), "another file");
    const circuit = await hre.circuits.get("cube");
    const reason = await circuit.zkeyPath().then(String, String);
    expect(reason).to.include("PTAU_HASH_DIFFERS").and.include(join(paths.ptau, file));
    await hre.circuits.close();
  });

  it("refuses an unknown protocol in the config by name", async () => {
    for (const circuits of [
      { protocol: "stark" },
      { overrides: { cube: { protocol: "stark" } } },
    ]) {
      const reason = await open({ circuits }).then(
        () => "accepted",
        (error: unknown) => String(error),
      );
      expect(reason).to.include("There is no proof system stark; there are groth16, plonk, fflonk");
    }
  });
});
