import { expect } from "chai";
import "../../src/chai.ts";
import { circuitAssert } from "../../src/assert.ts";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";

describe("testing: determined", () => {
  let workspace: Workspace;
  before(async () => (workspace = await createWorkspace()));
  after(() => workspace.remove());

  const load = (name: string) => loadCircuit(workspace.options(`published/${name}`));
  const options = { seed: 7 };

  it("passes a circuit whose inputs determine its outputs", async () => {
    const circuit = await load("is-zero-fixed");
    await expect(circuit).to.be.determined(options);
    await circuitAssert.determined(circuit, options);
    const error: unknown = await Promise.resolve(expect(circuit).to.not.be.determined()).catch(
      (thrown: unknown) => thrown,
    );
    expect(String(error)).to.include("determine its outputs, but should not");
  });

  it("names an output that can have two values", async () => {
    const circuit = await load("is-zero-faulty");
    await expect(circuit).to.not.be.determined(options);
    await circuitAssert.not.determined(circuit, options);
    const error: unknown = await circuitAssert
      .determined(circuit, options)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).to.match(/\(seed 7\): main\.out can be \d or \d;/);
  });
});
