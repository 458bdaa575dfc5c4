/** Programs see which inputs circuits accept and refuse. */
import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import { watchWitnesses } from "../../src/circom/witness-watch.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

describe("circom: watched witnesses", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  it("sees accepted and refused inputs, neither malformed ones nor changed witnesses", async () => {
    const seen: [file: string, inputs: InputValues, isAccepted: boolean][] = [];
    const end = watchWitnesses(({ file }, inputs, isAccepted) =>
      seen.push([file, inputs, isAccepted]),
    );
    const options = { ...workspace.options("ages"), log: () => undefined };
    await using circuit = await loadCircuit(options);
    const good = { ages: [30, 25, 7], index: 2 };
    const [bad, odd] = [
      { ...good, ages: [30, 250, 7] },
      { ...good, index: 9 },
    ];
    const witness = await circuit.witness(good);
    witness.with({ "main.product": 1n }).isSatisfied();
    await circuit.compute(good);
    await expectRejection("CIRCUIT_ASSERT_FAILED", () => circuit.calculateWitness(bad));
    await expectRejection("WITNESS_GENERATOR_FAILED", () => circuit.compute(odd));
    await expectRejection("INPUT_MISSING", () => circuit.calculateWitness({ index: 1 }));
    end();
    await circuit.calculateWitness(good);
    const file = workspace.fixture("ages");
    expect(seen).to.deep.equal([
      [file, good, true],
      [file, good, true],
      [file, bad, false],
      [file, odd, false],
    ]);
  });
});
