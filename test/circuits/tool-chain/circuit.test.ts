import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../../src/circom/circuit.ts";
import { releaseProver } from "../../../src/groth16/snarkjs.ts";
import { expectCode } from "../../helpers/expect-code.ts";
import { createWorkspace, expectRejection, type Workspace } from "./helpers.ts";

describe("circuits: loaded circuit", () => {
  let workspace: Workspace;
  let circuit: Circuit<{ root: bigint }>;
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit<{ root: bigint }>(workspace.options("squarer"));
  });
  after(async () => {
    await releaseProver();
    await workspace.remove();
  });

  it("proves inputs and verifies proofs", async () => {
    const proven = await circuit.prove({ root: 3n });
    expect(proven.publicSignals).to.deep.equal(["9"]);
    expect(await circuit.verify(proven)).to.equal(true);
    expect(await circuit.verify({ ...proven, publicSignals: ["10"] })).to.equal(false);
  });

  it("finds signals in the witness, and checks witnesses", async () => {
    const witness = await circuit.calculateWitness({ root: 3n });
    expect(witness[circuit.wire("main.square")]).to.equal(9n);
    expect(circuit.checkWitness(witness)).to.equal(null);
    expectCode("SIGNAL_NOT_FOUND", () => circuit.wire("main.cube"));
  });

  it("proves a given witness only if it is one", async () => {
    const witness = await circuit.calculateWitness({ root: 3n });
    const negative = witness.with(circuit.wire("main.root"), -3n);
    expect(circuit.checkWitness(negative)).to.equal(null);
    expect(await circuit.verify(await circuit.proveWitness(witness))).to.equal(true);
    const forged = witness.with(circuit.wire("main.square"), 10n);
    await expectRejection("CONSTRAINT_VIOLATED", () => circuit.proveWitness(forged));
  });

  it("uses the key it is given", async () => {
    const zkeyPath = await circuit.zkeyPath();
    const other = await loadCircuit({ ...workspace.options("squarer"), zkeyPath });
    expect(other.cached).to.equal(true);
    expect(await other.zkeyPath()).to.equal(zkeyPath);
    expect(await other.verificationKey()).to.deep.equal(await circuit.verificationKey());
  });
});
