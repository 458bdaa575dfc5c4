import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { mutateConstraints } from "../../src/circom/mutate-constraints.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

describe("circom: removed constraints", () => {
  let workspace: Workspace;
  before(async () => (workspace = await createWorkspace()));
  after(() => workspace.remove());

  const load = (name: string) => loadCircuit(workspace.options(name));
  const accepted = { in: 3, limit: 9 };

  it("notices each constraint that computes something", async () => {
    const circuit = await load("published/limbs-fixed");
    const report = await mutateConstraints(circuit, { seed: 7 });
    // The limb above limits the first carry, too: only inputs that are too large need its own bit.
    expect(report.freeSignal).to.equal(circuit.stats.constraints - 1);
    expect(report.generatedRefusal.map(({ equation }) => equation)).to.deep.equal([
      "(1 - main.carry[0]) * main.carry[0] = 0",
    ]);
    expect(report.unmissed).to.deep.equal([]);
  });

  it("needs refused inputs for a constraint that asserts something", async () => {
    const circuit = await load("published/range-fixed");
    const options = { inputs: [accepted], samples: 0 };
    const without = await mutateConstraints(circuit, options);
    expect(without.unmissed.length).to.be.above(0);
    // Without the assertion, the comparison of 9 with 9 is wrong; without the width, 256 is.
    const refused = [{ in: 9, limit: 9 }];
    const withInputs = await mutateConstraints(circuit, { ...options, refused });
    expect(withInputs.refusal).to.equal(1);
    expect(withInputs.unmissed.length).to.equal(without.unmissed.length - 1);
  });

  it("names constraints that only generated inputs need", async () => {
    const circuit = await load("published/range-fixed");
    const report = await mutateConstraints(circuit, { inputs: [accepted], seed: 7 });
    expect(report.generatedRefusal.length).to.be.above(0);
    expect(report.generatedRefusal[0]!.equation).to.include("main.");
  });

  it("lists a constraint that is there twice", async () => {
    const circuit = await load("twice");
    const { unmissed } = await mutateConstraints(circuit, { seed: 7 });
    expect(unmissed.map(({ equation }) => equation)).to.have.length(2);
  });

  it("rejects given inputs that the circuit refuses", async () => {
    const circuit = await load("published/range-fixed");
    const inputs = [{ in: 9, limit: 9 }];
    await expectRejection("CIRCUIT_ASSERT_FAILED", () => mutateConstraints(circuit, { inputs }));
  });
});
