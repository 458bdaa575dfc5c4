import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import type { ProverChoice } from "../../src/groth16/provers/prover.ts";
import { createGroth16Workers } from "../../src/groth16/provers/workers.ts";
import { startCeremony } from "../../src/groth16/setup/ceremony.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const PROGRAM =
  `"${process.execPath}" "${join(import.meta.dirname, "../helpers/external-prover.mjs")}" ` +
  "{zkey} {wtns} {proof} {public}";

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

  it("PROVER_CLOSED: proves nothing after it is closed; shared threads continue", async () => {
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
