import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { encodeSections } from "../../src/groth16/formats/binary-file.ts";
import { withSections } from "../../src/groth16/formats/section-file.ts";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import type { ProverChoice } from "../../src/groth16/provers/prover.ts";
import { createGroth16Workers } from "../../src/groth16/provers/workers.ts";
import { startCeremony } from "../../src/groth16/setup/ceremony.ts";
import { toSolidityProof } from "../../src/groth16/verifier/verifier.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const PROGRAM =
  `"${process.execPath}" "${join(import.meta.dirname, "../helpers/external-prover.mjs")}" ` +
  "{zkey} {wtns} {proof} {public}";

/** All sections of a key, of which one is cut to its first bytes. */
function readAllSections(zkeyPath: string, cutId: number, length: number) {
  return withSections(zkeyPath, "zkey", (sections) =>
    Array.from({ length: 10 }, (_, index) => index + 1).map((id) => ({
      id,
      chunks: [id === cutId ? sections.read(id, 0, length) : sections.read(id)],
    })),
  );
}

describe("circom: loaded circuit", () => {
  let workspace: Workspace;
  let circuit: Circuit<{ root: bigint }>;
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit<{ root: bigint }>(workspace.options("squarer"));
  });
  after(async () => {
    await circuit.close();
    await workspace.remove();
  });

  it("proves inputs and verifies proofs", async () => {
    const proven = await circuit.prove({ root: 3n });
    expect(proven.publicSignals).to.deep.equal(["9"]);
    expect(await circuit.verify(proven)).to.equal(true);
    expect(await circuit.verify({ ...proven, publicSignals: ["10"] })).to.equal(false);
  });

  const choices: readonly ProverChoice[] = ["kernel", "snarkjs", { external: PROGRAM }];
  for (const prover of choices) {
    it(`proves by ${JSON.stringify(prover).slice(0, 12)}, chosen for a call or a circuit`, async () => {
      const proven = await circuit.prove({ root: 3n }, { prover });
      expect(await circuit.verify(proven)).to.equal(true);
      await using other = await loadCircuit({ ...workspace.options("squarer"), prover });
      expect(await circuit.verify(await other.prove({ root: 4n }))).to.equal(true);
    });
  }

  it("PROVER_UNKNOWN: rejects an unknown prover, and lists the known ones", async () => {
    for (const prover of ["rapidsnark", "mock", "", null, {}, { external: 1 }]) {
      const failed = () => circuit.prove({ root: 3n }, { prover } as never);
      const error = await expectRejection("PROVER_UNKNOWN", failed);
      expect(error.facts["known"]).to.deep.equal(["kernel", "snarkjs", "{ external: command }"]);
    }
  });

  it("finds signals in the witness, and checks witnesses", async () => {
    const witness = await circuit.calculateWitness({ root: 3n });
    expect(witness[circuit.wire("main.square")]).to.equal(9n);
    expect(circuit.checkWitness(witness)).to.equal(null);
    expectCode("SIGNAL_NOT_FOUND", () => circuit.wire("main.cube"));
  });

  it("proves a given witness only if it satisfies the constraints", async () => {
    const witness = await circuit.calculateWitness({ root: 3n });
    const negative = witness.with(circuit.wire("main.root"), -3n);
    expect(circuit.checkWitness(negative)).to.equal(null);
    expect(await circuit.verify(await circuit.proveWitness(witness))).to.equal(true);
    const forged = witness.with(circuit.wire("main.square"), 10n);
    await expectRejection("CONSTRAINT_VIOLATED", () => circuit.proveWitness(forged));
  });

  it("uses a given key from any folder", async () => {
    const zkeyPath = join(workspace.folder, "elsewhere.zkey");
    await copyFile(await circuit.zkeyPath(), zkeyPath);
    await using other = await loadCircuit({ ...workspace.options("squarer"), zkeyPath });
    expect(other.cached).to.equal(true);
    expect(await other.zkeyPath()).to.equal(zkeyPath);
    expect(await other.verificationKey()).to.deep.equal(await circuit.verificationKey());
    expect(await circuit.verify(await other.prove({ root: 5n }))).to.equal(true);
  });

  it("uses the keys of dev setups and of ceremonies, all provers alike", async () => {
    const ptau = join(workspace.folder, "known.ptau");
    const keysDir = join(workspace.folder, "keys");
    await writeKnownPtau(ptau, "phase 1", 5);
    await startCeremony(circuit, ptau, keysDir);
    for (const setup of [
      { type: "dev", seed: "another" },
      { type: "ceremony", keysDir },
    ] as const) {
      await using other = await loadCircuit({ ...workspace.options("squarer"), setup });
      for (const prover of ["kernel", "snarkjs"] as const) {
        const proven = await other.prove({ root: 5n }, { prover });
        expect(await other.verify(proven)).to.equal(true);
        expect(await circuit.verify(proven)).to.equal(false);
      }
    }
  });

  it("ZKEY_NOT_USABLE: rejects the key of another circuit, and a missing one", async () => {
    await using cuber = await loadCircuit(workspace.options("seven-inputs"));
    for (const zkeyPath of [await cuber.zkeyPath(), "/nowhere.zkey"]) {
      await using other = await loadCircuit({ ...workspace.options("squarer"), zkeyPath });
      await expectRejection("ZKEY_NOT_USABLE", () => other.prove({ root: 3n }));
    }
  });

  it("PROTOCOL_NOT_SUPPORTED, BINARY_FORMAT: rejects keys of other protocols, and parts", async () => {
    const bytes = await readFile(await circuit.zkeyPath());
    const zkeyPath = join(workspace.folder, "other.zkey");
    const refuse = async (code: string, content: Uint8Array) => {
      await writeFile(zkeyPath, content);
      await using other = await loadCircuit({ ...workspace.options("squarer"), zkeyPath });
      return await expectRejection(code, () => other.verificationKey());
    };
    const protocol = 12 + 12;
    expect(bytes[protocol]).to.equal(1);
    for (const [number, name] of [
      [2, "PLONK"],
      [10, "fflonk"],
      [7, "protocol 7"],
    ] as const) {
      const error = await refuse("PROTOCOL_NOT_SUPPORTED", bytes.with(protocol, number));
      expect(error.message).to.include(`${zkeyPath} is a proving key for ${name}`);
    }
    for (const [section, length] of [
      [1, 0],
      [2, 3],
      [2, 200],
      [3, 64],
      [10, 20],
      [10, 100],
    ] as const) {
      await writeFile(zkeyPath, bytes);
      const cut = encodeSections("zkey", 1, readAllSections(zkeyPath, section, length));
      await refuse("BINARY_FORMAT", Buffer.concat(cut));
    }
  });

  it("PROOF_MALFORMED: rejects what is no Groth16 proof, here and for the contract", async () => {
    const proven = await circuit.prove({ root: 3n });
    const { proof, publicSignals } = proven;
    const malformed: readonly [string, unknown][] = [
      ["plonk over bn128", { proof: { protocol: "plonk", curve: "bn128", A: [] }, publicSignals }],
      ["over bls12381", { proof: { ...proof, curve: "bls12381" }, publicSignals }],
      ["proof.pi_a", { proof: { ...proof, pi_a: ["1", "2"] }, publicSignals }],
      [
        "proof.pi_b.0.1",
        {
          proof: {
            ...proof,
            pi_b: [
              ["1", "-2"],
              ["1", "2"],
              ["1", "0"],
            ],
          },
        },
      ],
      ["proof.pi_c", { proof: { ...proof, pi_c: undefined }, publicSignals }],
      ["publicSignals.0", { proof, publicSignals: ["nine"] }],
      ["publicSignals", { proof }],
      ["proof", { publicSignals }],
    ];
    for (const [problem, value] of malformed) {
      const verify = () => circuit.verify(value as never);
      expect((await expectRejection("PROOF_MALFORMED", verify)).message).to.include(problem);
      expectCode("PROOF_MALFORMED", () => toSolidityProof(value as never));
    }
    // snarkjs would take 0 for a missing value.
    const zero = await circuit.prove({ root: 0n });
    expect(zero.publicSignals).to.deep.equal(["0"]);
    for (const signals of [[], ["0", "0"]]) {
      const counted = { proof: zero.proof, publicSignals: signals };
      await expectRejection("PROOF_MALFORMED", () => circuit.verify(counted));
    }
    const x = String(BigInt(proof.pi_a[0]!) + BASE_FIELD_MODULUS);
    const unreduced = { proof: { ...proof, pi_a: [x, ...proof.pi_a.slice(1)] }, publicSignals };
    expect(await circuit.verify(unreduced)).to.equal(false);
  });

  it("VERIFICATION_KEY_MALFORMED: rejects keys of other protocols, and parts", async () => {
    const workers = createGroth16Workers({ threads: 1 });
    const proven = await circuit.prove({ root: 3n });
    const key = await circuit.verificationKey();
    for (const [problem, changes] of [
      ["plonk over bn128", { protocol: "plonk" }],
      ["2 points for 2 public values", { nPublic: 2 }],
      ["key.vk_alpha_1", { vk_alpha_1: ["1"] }],
      ["key.IC", { IC: undefined }],
    ] as const) {
      const verify = () => workers.verify({ ...key, ...changes } as never, proven);
      const error = await expectRejection("VERIFICATION_KEY_MALFORMED", verify);
      expect(error.message).to.include(problem);
    }
    await workers.close();
  });

  it("PROVER_CLOSED: proves nothing after it is closed; shared threads go on", async () => {
    const workers = createGroth16Workers({ threads: 1 });
    const load = () => loadCircuit({ ...workspace.options("squarer"), workers });
    const [one, other] = [await load(), await load()];
    const proven = await one.prove({ root: 3n });
    await one.close();
    await one[Symbol.asyncDispose]();
    await expectRejection("PROVER_CLOSED", () => one.prove({ root: 3n }));
    await expectRejection("PROVER_CLOSED", () => one.verify(proven));
    expect(await other.verify(await other.prove({ root: 4n }))).to.equal(true);
    await workers.close();
    await expectRejection("PROVER_CLOSED", () => other.prove({ root: 3n }));
  });
});
