/** The names of circomkit and hardhat-zkit: each method in a good and in a bad case. */
import { AssertionError } from "node:assert";
import { expect } from "chai";
import {
  createProofTester,
  createWitnessTester,
  createZkitCircuit,
  type WitnessTester,
} from "../../src/compat.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { createWorkspace, expectRejection, type Workspace } from "../circom/workspace.ts";

const inputs = { start: 4, factors: [5, 7, 11], grid: [Uint8Array.of(0, 2, 0), [6, 0, 3]] };

async function expectFailure(assertion: () => Promise<unknown>): Promise<void> {
  const error = await assertion().catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(AssertionError);
}

describe("testing: names of neighbours", () => {
  let workspace: Workspace;
  let circuit: Circuit;
  let tester: WitnessTester<["start", "factors", "grid"], ["product"]>;
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit({ ...workspace.options("multiplier"), log: () => undefined });
    tester = createWitnessTester(circuit);
  });
  after(async () => {
    await circuit.close();
    await workspace.remove();
  });

  it("expectPass, expectFail", async () => {
    await tester.expectPass(inputs);
    await tester.expectPass(inputs, { product: 1540 });
    await expectFailure(() => tester.expectPass(inputs, { product: 1 }));
    await expectFailure(() => tester.expectPass({ ...inputs, start: 5 }));
    expect(await tester.expectFail({ ...inputs, start: 5 })).to.include("CIRCUIT_ASSERT_FAILED");
    expect(await tester.expectFail({ ...inputs, factors: [5] })).to.include("INPUT_SHAPE");
    expect(await tester.expectFail({ start: 4 } as never)).to.include("INPUT_MISSING");
    await expectFailure(() => tester.expectFail(inputs));
    const misspelt = () => tester.expectFail({ ...inputs, strat: 5 } as never);
    await expectRejection("INPUT_UNKNOWN", misspelt);
  });

  it("calculateWitness, readWitness, editWitness, expectConstraintPass and -Fail", async () => {
    const witness = await tester.calculateWitness(inputs);
    await tester.expectConstraintPass(witness);
    await expectFailure(() => tester.expectConstraintFail(witness));
    const edited = await tester.editWitness(witness, { "main.product": 1n });
    expect(await tester.readWitness(edited, ["main.product", "main.factors[1]"])).to.deep.equal({
      "main.product": 1n,
      "main.factors[1]": 7n,
    });
    await tester.expectConstraintFail(edited);
    await expectFailure(() => tester.expectConstraintPass(edited));
    await expectRejection("SIGNAL_NOT_FOUND", () => tester.editWitness(witness, { product: 1 }));
    await expectRejection("SIGNAL_NOT_FOUND", async () => tester.readWitness(witness, ["main.x"]));
  });

  it("compute, readWitnessSignals", async () => {
    const signals = ["product", "factors", "chain.product"];
    const expected = { product: 1540n, factors: [5n, 7n, 11n], "chain.product": 1540n };
    expect(await tester.compute(inputs, signals)).to.deep.equal(expected);
    const witness = await tester.calculateWitness(inputs);
    expect(await tester.readWitnessSignals(witness, signals)).to.deep.equal(expected);
    await expectRejection("SIGNAL_NOT_FOUND", () => tester.compute(inputs, ["main.product"]));
  });

  it("getConstraintCount, expectConstraintCount", async () => {
    const count = await tester.getConstraintCount();
    expect(count).to.equal(circuit.stats.constraints);
    await tester.expectConstraintCount(count - 1);
    await tester.expectConstraintCount(count, true);
    await expectFailure(() => tester.expectConstraintCount(count + 1));
    await expectFailure(() => tester.expectConstraintCount(count - 1, true));
  });

  it("the proof tester", async () => {
    const proofs = createProofTester<["start", "factors", "grid"]>(circuit);
    const { proof, publicSignals } = await proofs.prove(inputs);
    expect(publicSignals).to.deep.equal(["1540", "4"]);
    expect(await proofs.verify(proof, publicSignals)).to.equal(true);
    await proofs.expectPass(proof, publicSignals);
    await proofs.expectFail(proof, ["1", "4"]);
    await expectFailure(() => proofs.expectPass(proof, ["1", "4"]));
    await expectFailure(() => proofs.expectFail(proof, publicSignals));
  });

  it("the circuit object of hardhat-zkit", async () => {
    const zkit = createZkitCircuit(circuit);
    expect(zkit.getCircuitName()).to.equal("multiplier");
    expect(zkit.getProvingSystemType()).to.equal("groth16");
    const overrides = { "main.product": 1 };
    const [, product] = await zkit.calculateWitness(inputs, overrides);
    expect(product).to.equal(1n);
    expect(await zkit.calculateWitness(inputs)).to.deep.equal(
      await circuit.calculateWitness(inputs),
    );
    const proof = await zkit.generateProof(inputs);
    expect(await zkit.verifyProof(proof)).to.equal(true);
    const calldata = await zkit.generateCalldata(proof);
    expect(Object.keys(calldata.proofPoints)).to.deep.equal(["a", "b", "c"]);
    expect(calldata.publicSignals).to.deep.equal([1540n, 4n]);
    await expectRejection("CONSTRAINT_VIOLATED", () => zkit.generateProof(inputs, overrides));
  });
});
