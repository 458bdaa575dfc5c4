/** Witnesses whose signals are read and changed by name. */
import { expect } from "chai";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import type { OptimizationLevel } from "../../src/circom/compilation.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const points = [
  { x: 2, y: [3, 4] },
  { x: 5, y: [6, 7] },
];
const grid = [
  [10, 11],
  [12, 13],
];
const inputs = { a: 9, grid, points };
const OUTPUTS = {
  square: 32n * 32n + 81n + 81n,
  copies: [9n, 13n * 7n + 10n],
  end: { x: 12n, y: [3n, 4n] },
};

describe("circom: circuit witness", () => {
  let workspace: Workspace;
  const levels: Circuit[] = [];
  before(async () => {
    workspace = await createWorkspace();
    for (const optimization of [0, 1, 2] as readonly OptimizationLevel[]) {
      levels.push(await loadCircuit(workspace.options("substituted", optimization)));
    }
  });
  after(async () => {
    for (const circuit of levels) await circuit.close();
    await workspace.remove();
  });

  it("computes outputs by name, nested as they are declared", async () => {
    for (const circuit of levels) {
      expect(await circuit.compute(inputs)).to.deep.equal(OUTPUTS);
      const witness = await circuit.witness(inputs);
      expect(witness.outputs).to.deep.equal(OUTPUTS);
      expect(witness.values).to.deep.equal(await circuit.calculateWitness(inputs));
    }
    await expectRejection("INPUT_MISSING", () => levels[0]!.compute({ a: 1 }));
  });

  it("has no outputs for a circuit without any", async () => {
    await using circuit = await loadCircuit(workspace.options("seven-inputs"));
    const inverse = (FIELD_MODULUS + 1n) / 2n;
    expect(await circuit.compute({ values: [2, 0, 0, 0, 0, 0, 0], inverse })).to.deep.equal({});
  });

  it("reads signals at every optimization level, also those that circom substitutes", async () => {
    for (const circuit of levels) {
      const witness = await circuit.witness(inputs);
      const expected = {
        "main.a": 9n,
        "main.same": 9n,
        "main.sum": 32n,
        "main.constant": 7n,
        "main.squares[1].in": 9n,
        "main.squares[0].out": 81n,
        "main.grid[1][0]": 12n,
        "main.points[1].y[1]": 7n,
      };
      for (const [name, value] of Object.entries(expected)) {
        expect(witness.signal(name), `${name} at ${circuit.stats.wires} wires`).to.equal(value);
      }
    }
  });

  it("nests arrays, buses and components", async () => {
    const witness = await levels[1]!.witness(inputs);
    expect(witness.signal("main.grid")).to.deep.equal([
      [10n, 11n],
      [12n, 13n],
    ]);
    expect(witness.signal("main.grid[1]")).to.deep.equal([12n, 13n]);
    expect(witness.signal("main.points")).to.deep.equal([
      { x: 2n, y: [3n, 4n] },
      { x: 5n, y: [6n, 7n] },
    ]);
    expect(witness.signal("main.end.y")).to.deep.equal([3n, 4n]);
    expect(witness.signal("main.squares[1]")).to.deep.equal({ out: 81n, in: 9n });
    expect(witness.signal("main.squares")).to.have.length(2);
  });

  it("SIGNAL_WITHOUT_WIRE: says why a signal in no constraint has no value, and what helps", async () => {
    const [unoptimized, ...optimized] = levels;
    expect((await unoptimized!.witness(inputs)).signal("main.unconstrained")).to.equal(4n);
    for (const circuit of optimized) {
      const witness = await circuit.witness(inputs);
      const error = expectCode("SIGNAL_WITHOUT_WIRE", () => witness.signal("main.unconstrained"));
      expect(error.message).to.include("main.unconstrained").and.include("in no constraint");
      expect(error.fix).to.include("optimization: 0");
      expectCode("SIGNAL_WITHOUT_WIRE", () => circuit.wire("main.unconstrained"));
    }
  });

  it("reads inputs in no constraint, as far as the inputs are known", async () => {
    const witness = await levels[2]!.witness(inputs);
    expect(witness.with({ "main.square": 1 }).signal("main.points[1].x")).to.equal(5n);
    const { values } = witness;
    const unknown = levels[2]!.toWitness(values);
    expectCode("SIGNAL_WITHOUT_WIRE", () => unknown.signal("main.points[1].x"));
  });

  it("SIGNAL_NOT_FOUND: proposes signals with that name, or else those of main", async () => {
    const witness = await levels[1]!.witness(inputs);
    const known = (name: string) =>
      expectCode("SIGNAL_NOT_FOUND", () => witness.signal(name)).facts["known"];
    expect(known("main.out")).to.deep.equal(["main.squares.out"]);
    expect(known("a")).to.deep.equal(["main.a"]);
    expect(known("main.nothing")).to.include("main.square");
    for (const name of ["main.grid[2]", "main.grid[0][0][0]", "main.squares.out", "main.", ""]) {
      expectCode("SIGNAL_NOT_FOUND", () => witness.signal(name));
    }
    expectCode("SIGNAL_NOT_FOUND", () => levels[1]!.wire("main.grid"));
  });

  it("changes signals in a copy, single ones, arrays and buses", async () => {
    const witness = await levels[0]!.witness(inputs);
    const changed = witness.with({
      "main.sum": 1,
      "main.grid": [
        [1, 2],
        [3, "0x4"],
      ],
      "main.points[1]": { x: true, y: [8n, 9n] },
    });
    expect(witness.signal("main.sum")).to.equal(32n);
    expect(changed.signal("main.sum")).to.equal(1n);
    expect(changed.signal("main.grid")).to.deep.equal([
      [1n, 2n],
      [3n, 4n],
    ]);
    expect(changed.signal("main.points[1]")).to.deep.equal({ x: 1n, y: [8n, 9n] });
    expect(changed.signal("main.a")).to.equal(9n);
    expect(changed.isSatisfied()).to.equal(false);
    expect(changed.with({ "main.sum": 32 }).with({}).signal("main.sum")).to.equal(32n);
  });

  it("changes the shared wire of signals that circom has found equal", async () => {
    const changed = (await levels[1]!.witness(inputs)).with({ "main.squares[0].in": 4n });
    for (const name of ["main.a", "main.same", "main.copies[0]", "main.squares[1].in"]) {
      expect(changed.signal(name), name).to.equal(4n);
    }
    expect(levels[1]!.wire("main.same")).to.equal(levels[1]!.wire("main.copies[0]"));
  });

  it("SIGNAL_SUBSTITUTED: refuses to change a constant or a sum, and shows it", async () => {
    const refuse = (circuit: Circuit, name: string) =>
      circuit
        .witness(inputs)
        .then((witness) => expectCode("SIGNAL_SUBSTITUTED", () => witness.with({ [name]: 1 })));
    expect((await refuse(levels[1]!, "main.constant")).message).to.include("has put 7 in its");
    const sum = await refuse(levels[2]!, "main.sum");
    expect(sum.message).to.include("5 + 3*main.copies[0]");
    expect(sum.fix).to.include("optimization: 0");
  });

  it("refuses changes outside the field or of another shape by the name of the signal", async () => {
    const witness = await levels[0]!.witness(inputs);
    const refuse = (code: string, changes: Record<string, never>) =>
      expect(expectCode(code, () => witness.with(changes)).message);
    refuse("INPUT_OUT_OF_FIELD", { "main.sum": FIELD_MODULUS as never }).to.include("main.sum");
    refuse("INPUT_SHAPE", { "main.grid": [1, 2] as never }).to.include("main.grid[0]");
    refuse("INPUT_SHAPE", { "main.sum": [1] as never }).to.include("main.sum");
    refuse("INPUT_MISSING", { "main.end": { x: 1 } as never }).to.include("main.end.y");
    refuse("SIGNAL_NOT_FOUND", { "main.nothing": 1 as never }).to.include("main.nothing");
  });

  it("shows violated constraints with names and values", async () => {
    const witness = await levels[1]!.witness(inputs);
    expect(witness.isSatisfied()).to.equal(true);
    expect(witness.violations()).to.deep.equal([]);
    const forged = witness.with({ "main.squares[0].out": 82n });
    const violations = forged.violations();
    expect(violations.map(({ equation }) => equation)).to.have.length(2);
    expect(violations.map(({ equation }) => equation)).to.include(
      "main.copies[0] * main.copies[0] = main.squares[0].out",
    );
    const own = violations.find(({ equation }) => equation.endsWith("= main.squares[0].out"))!;
    expect(own.signals).to.deep.equal({ "main.copies[0]": 9n, "main.squares[0].out": 82n });
    expect(levels[1]!.checkWitness(forged.values)).to.equal(violations[0]!.constraint);
    expect(forged.violations(1)).to.deep.equal(violations.slice(0, 1));
  });

  it("proves a witness, and refuses to prove a forged one", async () => {
    const circuit = levels[1]!;
    const witness = await circuit.witness(inputs);
    const proven = await witness.prove();
    expect(proven.publicSignals.slice(0, 3)).to.deep.equal([
      String(OUTPUTS.square),
      ...OUTPUTS.copies.map(String),
    ]);
    expect(await circuit.verify(proven)).to.equal(true);
    expect(await circuit.verify(await witness.prove({ prover: "snarkjs" }))).to.equal(true);
    const forged = witness.with({ "main.square": 1n });
    await expectRejection("CONSTRAINT_VIOLATED", () => forged.prove());
    const again = circuit.toWitness(witness.values);
    expect(again.outputs).to.deep.equal(OUTPUTS);
  });
});
