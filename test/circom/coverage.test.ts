/** What inputs cover of circuits, and how lcov says it. */
import { expect } from "chai";
import { coverCircuit, type TestedInputs } from "../../src/circom/coverage/cover-circuit.ts";
import { createCounts } from "../../src/circom/coverage/counts.ts";
import { coverageOf } from "../../src/circom/coverage/file-coverage.ts";
import { renderLcov } from "../../src/circom/coverage/lcov.ts";
import { percentOf, totalsOf } from "../../src/circom/coverage/totals.ts";
import { parse } from "../../src/circom/language/parse.ts";
import type { Program } from "../../src/circom/language/syntax.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";

const LIB = parse(
  "lib.circom",
  `function half(value) {
  assert(value != 6);
  return value == 2 ? 1 : value \\ 2;
}
template Scale(n) {
  signal input in;
  signal output out;
  assert(n < 9);
  if (n == 1) {
    out <== in;
  } else {
    out <== in * n;
  }
}
template Unused(n) {
  signal input in;
  in * in === n;
}`,
);
const MAIN = parse(
  "main.circom",
  `template Main(n) {
  signal input a;
  signal input flags[3];
  signal output out;
  0 === 0;
  for (var i = 0; i < 3; i++) flags[i] * (flags[i] - 1) === 0;
  component scale = Scale(n);
  scale.in <== a + flags[0];
  signal h <-- half(a);
  if (a > 100) {
    log(a);
  }
  out <== scale.out * flags[1];
}
component main = Main(3);`,
);
const OTHER = parse(
  "other.circom",
  "template Other() { signal input x; component s = Scale(1); s.in <== x; }\n" +
    "component main = Other();",
);

const accepted = (a: number, flags: number[]): TestedInputs => ({
  inputs: { a, flags },
  isAccepted: true,
});
const refused = (inputs: InputValues): TestedInputs => ({ inputs, isAccepted: false });
const TESTED = [
  accepted(4, [0, 1, 1]),
  accepted(5, [1, 1, 1]),
  refused({ a: 5, flags: [1, 2, 1] }),
];
const ALL = { stepsMax: 10_000, isReported: () => true };

/** Evaluates one circuit, or several one after the other. */
async function cover(
  runs: readonly (readonly [programs: Program[], tested: TestedInputs[]])[],
  options = ALL,
) {
  const counts = createCounts();
  const circuits = [];
  for (const [programs, tested] of runs) {
    circuits.push(await coverCircuit(programs, tested, counts, options));
  }
  return { circuits, circuit: circuits[0]!, of: (program: Program) => coverageOf(program, counts) };
}

describe("circom: coverage", () => {
  it("writes lines, templates, functions and branches as lcov does", async () => {
    const { of } = await cover([[[MAIN, LIB], TESTED]]);
    const lcov = renderLcov([of(LIB), of(MAIN)], (file) => `circuits/${file}`);
    expect(lcov.split("\n")).to.deep.equal([
      ...["TN:circuits", "SF:circuits/lib.circom", "FN:1,half", "FN:5,Scale", "FN:15,Unused"],
      ...["FNDA:2,half", "FNDA:2,Scale", "FNDA:0,Unused", "FNF:3", "FNH:2"],
      ...["BRDA:3,0,0,0", "BRDA:3,0,1,2", "BRDA:9,1,0,0", "BRDA:9,1,1,2", "BRF:4", "BRH:2"],
      ...["DA:2,2", "DA:3,2", "DA:6,2", "DA:7,2", "DA:8,2", "DA:9,2", "DA:10,0", "DA:12,2"],
      ...["DA:16,0", "DA:17,0", "LF:10", "LH:7", "end_of_record"],
      ...["TN:circuits", "SF:circuits/main.circom", "FN:1,Main", "FNDA:3,Main", "FNF:1", "FNH:1"],
      ...["BRDA:6,0,0,8", "BRDA:10,1,0,0", "BRDA:10,1,1,2", "BRF:3", "BRH:2"],
      ...["DA:2,3", "DA:3,3", "DA:4,3", "DA:5,3", "DA:6,8", "DA:7,2", "DA:8,2", "DA:9,2"],
      ...["DA:10,2", "DA:11,0", "DA:13,2", "LF:11", "LH:10", "end_of_record", ""],
    ]);
  });

  it("says of a condition that was never decided that it is not known", async () => {
    const { of } = await cover([[[OTHER, LIB], [{ inputs: { x: 1 }, isAccepted: true }]]]);
    const lcov = renderLcov([of(LIB)], (file) => file);
    expect(lcov).to.include("BRDA:3,0,0,-\nBRDA:3,0,1,-\nBRDA:9,1,0,1\nBRDA:9,1,1,0\n");
  });

  it("adds up what several circuits reach of one file", async () => {
    const other = [{ inputs: { x: 1 }, isAccepted: true }];
    const { of } = await cover([
      [[MAIN, LIB], TESTED],
      [[OTHER, LIB], other],
    ]);
    const [, onParameters] = of(LIB).branches;
    expect(onParameters).to.include({ line: 9, onSignals: false, isReached: true });
    expect(onParameters!.taken).to.deep.equal([1, 2]);
    expect(of(LIB).routines.map(({ name, runs }) => [name, runs])).to.deep.equal([
      ["half", 2],
      ["Scale", 3],
      ["Unused", 0],
    ]);
  });

  it("distinguishes what inputs decide from what parameters decide", async () => {
    const { of } = await cover([[[MAIN, LIB], TESTED]]);
    expect(of(LIB).branches.map(({ onSignals }) => onSignals)).to.deep.equal([true, false]);
    expect(of(MAIN).branches.map(({ kind, onSignals }) => [kind, onSignals])).to.deep.equal([
      ["loop", false],
      ["if", true],
    ]);
  });

  it("does not guess what decides a condition behind one on signals", async () => {
    const nested = parse(
      "nested.circom",
      "template N() { signal input a; signal output b; b <-- a == 1 ? (a > 3 ? 1 : 2) : 0; }\n" +
        "component main = N();",
    );
    const { of } = await cover([[[nested], [{ inputs: { a: 1 }, isAccepted: true }]]]);
    expect(of(nested).branches.map(({ onSignals, taken }) => [onSignals, taken])).to.deep.equal([
      [true, [1, 0]],
      [undefined, [0, 1]],
    ]);
  });

  it("counts a constraint as exercised by accepted inputs only", async () => {
    const only = await cover([[[MAIN, LIB], [refused({ a: 5, flags: [1, 1, 2] })]]]);
    expect(only.of(MAIN).lines.get(6)).to.equal(3);
    expect(only.of(MAIN).constraints.some(({ isExercised }) => isExercised)).to.equal(false);
    const { of } = await cover([[[MAIN, LIB], TESTED]]);
    expect(of(MAIN).constraints.every(({ isExercised }) => isExercised)).to.equal(true);
    expect(of(LIB).constraints.map(({ line, isExercised }) => [line, isExercised])).to.deep.equal([
      [10, false],
      [12, true],
      [17, false],
    ]);
  });

  it("separates constraints whose signals change from those that see one value only", async () => {
    const same = [accepted(4, [0, 1, 1]), accepted(4, [0, 1, 0])];
    const { of } = await cover([[[MAIN, LIB], same]]);
    const varied = of(MAIN).constraints.map(({ line, isVaried }) => [line, isVaried]);
    expect(varied).to.deep.equal([
      [6, true],
      [8, false],
      [13, false],
    ]);
  });

  it("lists the checks that refused an input, and leaves out those that cannot", async () => {
    const tested = [...TESTED, refused({ a: 6, flags: [1, 1, 1] })];
    const { of } = await cover([[[MAIN, LIB], tested]]);
    const checks = [...of(MAIN).checks, ...of(LIB).checks];
    // Neither `0 === 0` nor the assert on a parameter can refuse an input.
    expect(checks.map(({ source, refusals }) => [source, refusals])).to.deep.equal([
      ["flags[i] * (flags[i] - 1) === 0", 1],
      ["assert(value != 6)", 1],
      ["in * in === n", 0],
    ]);
  });

  it("names signals that never changed, with ranges, counts and the line", async () => {
    const { circuit } = await cover([[[MAIN, LIB], TESTED]]);
    expect(circuit.constant).to.deep.equal([
      {
        ...{ names: ["main.flags[1..2]"], count: 2, total: 3, value: 1n },
        ...{ file: "main.circom", line: 3 },
      },
      { names: ["main.h"], count: 1, total: 1, value: 2n, file: "main.circom", line: 9 },
    ]);
  });

  it("joins ranges over components, and separates what differs", async () => {
    const grid = parse(
      "grid.circom",
      `template Cell() { signal input in[2]; signal output out; out <== in[0] * in[1]; }
      template Grid() { signal input x[4]; component cells[4];
        for (var i = 0; i < 4; i++) { cells[i] = Cell(); cells[i].in <== [x[i], 1]; } }
      component main = Grid();`,
    );
    const tested = [1, 2].map((v) => ({ inputs: { x: [v, 5, 5, v] }, isAccepted: true }));
    const { circuit } = await cover([[[grid], tested]]);
    expect(circuit.constant.map(({ names, value }) => [names, value])).to.deep.equal([
      [["main.x[1..2]"], 5n],
      [["main.cells[1..2].out"], 5n],
      [["main.cells[0].in[1]", "main.cells[1..2].in[0..1]", "main.cells[3].in[1]"], undefined],
    ]);
  });

  it("knows no constant signals of a single accepted input, nor of files that do not count", async () => {
    const one = await cover([[[MAIN, LIB], [TESTED[0]!]]]);
    expect(one.circuit.constant).to.deep.equal([]);
    const none = await cover([[[MAIN, LIB], TESTED]], { ...ALL, isReported: () => false });
    expect(none.circuit.constant).to.deep.equal([]);
  });

  it("stops at the maximum of statements, after inputs of both kinds", async () => {
    const { circuit: whole } = await cover([[[MAIN, LIB], TESTED]]);
    const many = Array.from({ length: 50 }, (_, a) => accepted(a * 7, [0, 1, 1]));
    const tested = [...many, refused({ a: 5, flags: [1, 2, 1] })];
    const { circuit } = await cover([[[MAIN, LIB], tested]], { ...ALL, stepsMax: whole.steps });
    expect(circuit.refused).to.equal(1);
    expect(circuit.accepted).to.be.within(1, 3);
    expect(circuit.accepted + circuit.refused + circuit.leftOut).to.equal(51);
    expect(circuit.problems).to.deep.equal([]);
    const tooLarge = await cover([[[MAIN, LIB], TESTED]], { ...ALL, stepsMax: 5 });
    expect(tooLarge.circuit).to.include({ accepted: 0, refused: 0, leftOut: 3 });
  });

  it("says why inputs are left out, and counts nothing of them", async () => {
    const wrong = [{ ...refused({ a: 5, flags: [1, 1, 1] }) }, accepted(5, [1, 2, 1])];
    const { circuit, of } = await cover([[[MAIN, LIB], wrong]]);
    expect(circuit.leftOut).to.equal(2);
    expect(circuit.problems).to.have.members([
      "circom refuses inputs, the evaluation accepts them.",
      "circom accepts inputs, the evaluation fails: both sides differ.",
    ]);
    expect(totalsOf([of(MAIN)]).lines.covered).to.equal(0);
    const broken = parse("broken.circom", "component main = Missing();");
    const missing = await cover([[[broken], TESTED]]);
    expect(missing.circuit.leftOut).to.equal(3);
    expect(missing.circuit.problems[0]).to.include("there is no template Missing");
  });

  it("covers anonymous components, tuples, buses and while loops", async () => {
    const program = parse(
      "kinds.circom",
      `bus Point() { signal x; signal y; }
template Two() {
  input Point() p;
  signal output (s, d);
  s <== p.x + p.y;
  d <== p.x - p.y;
}
template All() {
  input Point() p;
  signal (s, d) <== Two()(p);
  Two()(p);
  var i = 3;
  while (i > 0) { i--; }
}
component main = All();`,
    );
    const tested = [1, 2].map((x) => ({ inputs: { p: { x, y: 1 } }, isAccepted: true }));
    const { circuit, of } = await cover([[[program], tested]]);
    expect(circuit.problems).to.deep.equal([]);
    const file = of(program);
    expect(file.routines.map(({ name, runs }) => [name, runs])).to.deep.equal([
      ["Two", 4],
      ["All", 2],
    ]);
    expect(file.branches.map(({ kind, taken }) => [kind, taken])).to.deep.equal([["loop", [6]]]);
    expect(file.constraints.map(({ line }) => line)).to.deep.equal([5, 6, 10, 11]);
    const totals = totalsOf([file]);
    expect(percentOf(totals.constraints)).to.equal(100);
    expect(percentOf(totals.checks)).to.equal(undefined);
  });
});
