/** Circuits whose names are not unique: by path, with contracts and types of their own. */
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, posix, win32 } from "node:path";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { findByName, nameCircuits } from "../../src/plugin/circuits/names.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** A circuit whose output is its input times `factor`, squared. */
function circuit(factor: number): string {
  return (
    "pragma circom 2.1.0; template A() { signal input a; " +
    `signal output b <== a * ${factor} * a * ${factor}; } component main = A();`
  );
}

const FLAVOURS = {
  posix: { path: posix, at: (file: string) => `/${file}` },
  win32: { path: win32, at: (file: string) => `D:\\${file.replaceAll("/", "\\")}` },
};

for (const [flavour, { path, at }] of Object.entries(FLAVOURS)) {
  describe(`plugin: names of circuits with paths of ${flavour}`, () => {
    const folders = { root: at("p"), folder: at("p/circuits") };
    const name = (...circuits: string[]) => {
      const files = circuits.map((file) => at(`p/circuits/${file}.circom`));
      return nameCircuits(files, folders.folder, path);
    };
    const find = (given: string, ...circuits: string[]) =>
      findByName(given, name(...circuits), folders, path).path;

    it("are those of files, or paths of files with one name", () => {
      const names = name("mint/note", "note", "spend/note", "spend/vote").map((one) => one.name);
      expect(names).to.deep.equal(["mint/note", "./note", "spend/note", "vote"]);
    });

    it("give each contract a file in the same folder", () => {
      const named = name("3d", "a/note", "b/note", "merkle-path", "merkle_path", "rollup", "mock");
      expect(
        named.map(({ contract, contractFile }) => `${contractFile}:${contract}`),
      ).to.deep.equal([
        "_3dVerifier.sol:_3dVerifier",
        "a/NoteVerifier.sol:NoteVerifier",
        "b/NoteVerifier.sol:NoteVerifier",
        "merkle-path.sol:MerklePathVerifier",
        "merkle_path.sol:MerklePathVerifier",
        "rollup.sol:RollupVerifier",
        "MockVerifier.sol:MockVerifier",
      ]);
    });

    it("clash if files differ only in the case of letters", () => {
      const error = expectCode("CIRCUIT_NAMES_CLASH", () => name("Note", "note"));
      const { first, second } = error.facts;
      expect([first, second]).to.deep.equal(
        ["Note", "note"].map((file) => at(`p/circuits/${file}.circom`)),
      );
    });

    it("are found by name, by path in the folder and in the project, and on disk", () => {
      const circuits = ["mint/note", "note", "spend/note", "spend/vote", "circuits/note"];
      const given = {
        "spend/vote": ["vote", "vote.circom", "spend/vote", "circuits/spend/vote.circom"],
        "mint/note": ["mint/note", "./mint/note", "circuits/mint/note", "mint/note.circom"],
        note: ["./note", "./note.circom"],
        // The folder of circuits comes first.
        "circuits/note": ["circuits/note", "circuits/circuits/note"],
      };
      for (const [expected, names] of Object.entries(given)) {
        for (const one of [...names, at(`p/circuits/${expected}.circom`)]) {
          expect(find(one, ...circuits), one).to.equal(expected);
        }
      }
      if (flavour === "win32") expect(find("mint\\note", ...circuits)).to.equal("mint/note");
      const error = expectCode("CIRCUIT_AMBIGUOUS", () => find("note", ...circuits));
      expect(error.facts["paths"]).to.deep.equal([
        "mint/note",
        "./note",
        "spend/note",
        "circuits/note",
      ]);
      for (const unknown of ["vot", "mint/vote", "../note", "other/spend/note"]) {
        expectCode("CIRCUIT_UNKNOWN", () => find(unknown, ...circuits));
      }
    });
  });
}

describe("plugin: circuits of one name", () => {
  let project: Project;
  let hre: HardhatRuntimeEnvironment;

  async function place(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(project.root, path)), { recursive: true });
    await project.write(path, text);
  }
  const createHre = (overrides = {}) =>
    project.createHre({ rollup: { prover: "mock", circuits: { overrides } } });
  const build = (environment = hre) => environment.tasks.getTask("build").run({ quiet: true });

  /** Deploys the verifier of a circuit, and verifies its proof for the input 3. */
  async function outputOf(name: string): Promise<bigint> {
    const loaded = await hre.circuits.get(name);
    const { a, b, c, input } = loaded.toSolidityProof(await loaded.prove({ a: 3 }));
    const { ethers, close } = await hre.network.create();
    const verifier = await ethers.deployContract(loaded.verifierContract);
    expect(await verifier.getFunction("verifyProof")(a, b, c, input)).to.equal(true);
    await close();
    return input[0]!;
  }

  before(async () => {
    project = await createProject("circuits");
    await place("circuits/spend/note.circom", circuit(2));
    await place("circuits/mint/note.circom", circuit(3));
    await place("circuits/rollup.circom", circuit(4));
    await place("circuits/mock.circom", circuit(5));
    await place("circuits/mine.circom", circuit(6));
    await place("circuits/lone/vote.circom", circuit(7));
    await place(
      "contracts/MineVerifier.sol",
      "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;\ncontract MineVerifier {}",
    );
    hre = await createHre();
    await build();
  });
  after(async () => {
    await hre.circuits.close();
    await project.remove();
  });

  it("are listed, loaded, proven and verified by path", async () => {
    expect(await hre.circuits.names()).to.deep.equal([
      "mine",
      "mint/note",
      "mock",
      "multiplier",
      "rollup",
      "spend/note",
      "vote",
    ]);
    expect(await outputOf("spend/note")).to.equal(36n);
    expect(await outputOf("circuits/mint/note.circom")).to.equal(81n);
    const error = await hre.circuits.get("note").catch((thrown: unknown) => thrown);
    expect((error as Error).message).to.include("CIRCUIT_AMBIGUOUS");
    expect((error as Error).message).to.include("mint/note, spend/note");
  });

  it("have verifiers beside the rollup's and the user's of the same names", async () => {
    // With the contracts of the rollup.
    await build(await project.createHre({ rollup: { prover: "mock", preset: "minimal" } }));
    await hre.artifacts.clearCache();
    expect(await outputOf("rollup")).to.equal(144n);
    expect(await outputOf("mock")).to.equal(225n);
    expect(await outputOf("mine")).to.equal(324n);
    const { contracts } = hre.config.rollup.paths;
    const names = async (name: string) => (await hre.circuits.get(name)).verifierContract;
    const prefix = "cache/rollup/contracts";
    expect(await names("rollup")).to.equal(`${prefix}/rollup.sol:RollupVerifier`);
    expect(await names("mine")).to.equal(`${prefix}/MineVerifier.sol:MineVerifier`);
    expect(await names("spend/note")).to.equal(`${prefix}/spend/NoteVerifier.sol:NoteVerifier`);
    expect(await names("vote")).to.equal("VoteVerifier");
    expect(await names("multiplier")).to.equal("MultiplierVerifier");
    expect(existsSync(join(contracts, "lone/VoteVerifier.sol"))).to.equal(true);
  });

  it("have types by name and by path", async () => {
    const types = await readFile(join(hre.config.rollup.paths.types, "index.ts"), "utf8");
    expect(types).to.include('"spend/note": SpendNoteInputs;');
    expect(types).to.include('"mint/note": MintNoteInputs;');
    expect(types).to.include('"vote": VoteInputs;').and.include('"lone/vote": VoteInputs;');
    expect(types).to.not.include('"note"');
  });

  it("have overrides by path, and no common one", async () => {
    const levels = { "spend/note": { optimization: 0 }, vote: { optimization: 0 } };
    const names = async (overrides: object) => {
      const environment = await createHre(overrides);
      return environment.circuits.names().then(String, String);
    };
    expect(await names(levels)).to.include("spend/note");
    expect(await names({ "circuits/mint/note": { optimization: 2 } })).to.include("mint/note");
    expect(await names({ note: { optimization: 0 } })).to.include("CIRCUIT_AMBIGUOUS");
    expect(await names({ "other/note": {} })).to.include("CIRCUIT_UNKNOWN");
  });

  it("lose their contract with their file", async () => {
    const folder = join(hre.config.rollup.paths.contracts, "mint");
    await project.delete("circuits/mint/note.circom");
    await build(await createHre());
    expect(existsSync(join(folder, "NoteVerifier.sol"))).to.equal(false);
    expect(existsSync(join(folder, "../spend/NoteVerifier.sol"))).to.equal(true);
  });
});
