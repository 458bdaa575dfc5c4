import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { inputWires, wireNames } from "../helpers/weakened-circuit.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("circom: determinacy", () => {
  let workspace: Workspace;
  let circuit: Circuit;
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit(workspace.options("choices"));
  });
  after(() => workspace.remove());

  /** Inputs that determine everything but the square, which has two roots. */
  const inputs = { square: 4n, number: FIELD_MODULUS - 1n, divisor: 7n, dividend: 14n };

  /** Returns the signals that some inputs do not determine, without some constraints. */
  async function freeSignals(changes: Partial<typeof inputs>, without: number[] = []) {
    const honest = await circuit.calculateWitness({ ...inputs, ...changes });
    const check = createDeterminacyCheck(circuit.constraints(), honest);
    const { undetermined, choices } = check(inputWires(circuit), without);
    const names = wireNames(circuit);
    const nameOf = (wire: number) => names.get(wire)!.replace("main.", "").replace(/\[.*/, "");
    return {
      free: [...new Set(undetermined.map(nameOf))],
      choices: new Map([...choices].map(([wire, deviation]) => [nameOf(wire), deviation])),
    };
  }

  it("finds a second solution, far from the first", async () => {
    const { free, choices } = await freeSignals({});
    expect(free).to.deep.equal(["root"]);
    expect(choices.get("root")).to.equal(FIELD_MODULUS - 4n); // from 2 to -2
  });

  it("counts a double root as one", async () => {
    expect((await freeSignals({ square: 0n })).free).to.deep.equal([]);
  });

  it("finds numbers that have a second representation modulo r", async () => {
    const largest = (1n << 254n) - 1n - FIELD_MODULUS;
    expect((await freeSignals({ number: largest })).free).to.include("bits");
    expect((await freeSignals({ number: largest + 1n })).free).to.not.include("bits");
  });

  it("finds signals that a zero factor leaves undetermined", async () => {
    const { free } = await freeSignals({ divisor: 0n, dividend: 0n });
    expect(free).to.have.members(["root", "quotient", "left", "right"]);
  });

  it("detects each removed constraint", async () => {
    const rows = Array.from({ length: circuit.stats.constraints }, (_, row) => row);
    const reports = await Promise.all(rows.map((row) => freeSignals({}, [row])));
    // Without its square the root is no longer one of two.
    const isMissed = reports.map(({ free, choices }) => free.length > 1 || !choices.has("root"));
    expect(isMissed).to.not.include(false);
    expect(reports.filter(({ free }) => free.includes("bits"))).to.have.length(255);
  });
});
