import { expect } from "chai";
import { CIRCUITS, loadBlockCircuit } from "../helpers/template-circuit.ts";
import type { OptimizationLevel } from "../../src/circom/compilation.ts";
import { compileCircuit } from "../../src/circom/compile.ts";
import { elaborate } from "../../src/circom/evaluation/evaluate.ts";
import { loadPrograms } from "../../src/circom/language/load-programs.ts";
import { attribute } from "../../src/circom/profile/attribution.ts";
import { type Counts, createTally, addCounts } from "../../src/circom/profile/counts.ts";
import type { InstanceProfile } from "../../src/circom/profile/instance-tree.ts";
import { readLabels } from "../../src/circom/profile/labels.ts";
import { assertFits } from "../../src/circom/profile/memory.ts";
import {
  type CircuitProfile,
  profileCircuit,
  type ProfileOptions,
} from "../../src/circom/profile/profile-circuit.ts";
import { shareOfProof } from "../../src/circom/profile/proving-time.ts";
import { readSubstitutions } from "../../src/circom/substitutions.ts";
import { readR1cs, readR1csHeader } from "../../src/groth16/formats/r1cs.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const FIXTURES = [
  ...["ages", "bus", "choices", "cuber", "language", "multiplier", "nested-inputs", "product"],
  ...["recursive", "seven-inputs", "squarer", "substituted", "twice"],
];

function sum(parts: readonly { readonly self: Counts }[]): Counts {
  const total = createTally();
  for (const { self } of parts) addCounts(total, self);
  return total;
}

function flatten(node: InstanceProfile): InstanceProfile[] {
  return [node, ...node.children.flatMap(flatten)];
}

/** Compares all sums of a profile with the r1cs. */
function expectWhole(profile: CircuitProfile, header: { constraints: number; wires: number }) {
  const { totals, unattributed, templates, lines, main } = profile;
  const { constraints, wires } = header;
  expect(totals).to.include({ constraints, wires });
  expect(unattributed).to.deep.equal({ constraints: 0, wires: 1 });
  const attributed = { ...totals, wires: wires - 1 };
  expect(sum(templates), "templates").to.deep.equal(attributed);
  expect(sum(lines), "lines").to.deep.equal(attributed);
  expect(sum(flatten(main)), "components").to.deep.equal(attributed);
  expect(main.total).to.deep.equal(attributed);
}

/** Hardhat's `closeTo` takes integers only. */
function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected), `${actual} and ${expected}`).to.be.below(1e-9);
}

describe("circom: profile", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  const profile = (
    name: string,
    optimization: OptimizationLevel,
    options: Partial<ProfileOptions> = {},
  ) => profileCircuit({ ...workspace.options(name, optimization), ...options });

  for (const optimization of [0, 1, 2] as const) {
    it(`attributes every constraint and wire at --O${optimization}`, async () => {
      for (const name of FIXTURES) {
        const { r1csPath } = await compileCircuit(workspace.options(name, optimization));
        expectWhole(await profile(name, optimization), readR1csHeader(r1csPath));
      }
    });
  }

  it("attributes every constraint and wire of the rollup's block circuit", async () => {
    const { file, stats } = await loadBlockCircuit(PRESETS.minimal, PRESETS.minimal.blockKinds[0]!);
    const cacheDir = `${CIRCUITS}/../cache/rollup/circuits`;
    const options = { includePaths: [CIRCUITS], optimization: 1, cacheDir } as const;
    const block = await profileCircuit({ file, ...options });
    expectWhole(block, stats);
    expect(block.totals.constraints).to.be.above(20_000);
    const poseidon = block.templates.find(({ template }) => template === "Poseidon");
    expect(poseidon!.components).to.be.above(10);
  });

  it("has every constraint of the source without simplification", async () => {
    const { templates, lines } = await profile("language", 0);
    for (const { self } of [...templates, ...lines]) {
      expect(self.constraints).to.equal(self.sourceConstraints);
      expect(self.wires).to.equal(self.signals);
    }
  });

  it("counts by statement what is left, and what a substitution has used up", async () => {
    const countsOf = async (optimization: OptimizationLevel) => {
      const { lines } = await profile("recursive", optimization);
      return Object.fromEntries(
        lines
          .filter(({ self }) => self.sourceConstraints > 0)
          .map(({ source, self }) => [source, [self.sourceConstraints, self.constraints]]),
      );
    };
    const squares = [2 + 3 + 4, 2 + 3 + 4];
    expect(await countsOf(1)).to.deep.equal({
      "signal square <== in * in;": squares,
      "below.in <== square + 1;": [1 + 2 + 3, 1 + 2 + 3],
      "out <== square;": [3, 0],
      "out <== below.out;": [1 + 2 + 3, 0],
      "towers[i].in <== in[i];": [3, 0],
      "out[i] <== towers[i].out;": [3, 0],
      "in[0] * in[1] === out[0];": [1, 1],
    });
    const full = await countsOf(2);
    expect(full["signal square <== in * in;"]).to.deep.equal(squares);
    expect(full["below.in <== square + 1;"]).to.deep.equal([6, 0]);
  });

  it("counts a template that contains itself once in totals", async () => {
    const { templates, lines, main, totals } = await profile("recursive", 1);
    const tower = templates.find(({ template }) => template === "Tower")!;
    expect(tower.components).to.equal(9);
    expect(tower.self.constraints).to.equal(15);
    expect(tower.total).to.deep.equal(tower.self);
    const made = lines.find(({ source }) => source === "towers[i] = Tower(i + 2);")!;
    expect([made.self.constraints, made.total.constraints]).to.deep.equal([0, 15]);
    const nested = lines.find(({ source }) => source.startsWith("component below"))!;
    // Of each tower all levels but the first, which no tower creates.
    expect(nested.total.constraints).to.equal(1 + 3 + 5);
    expect(main.total.constraints).to.equal(totals.constraints);
  });

  it("lists arrays of components as one, or one by one", async () => {
    const collapsed = await profile("recursive", 1);
    const [towers] = collapsed.main.children;
    expect(towers).to.include({ label: "towers[0..2]", template: "Tower(…)", components: 3 });
    const expanded = await profile("recursive", 1, { arrays: "expanded" });
    expect(expanded.main.children.map(({ label, template }) => [label, template])).to.deep.equal([
      ["towers[2]", "Tower(4)"],
      ["towers[1]", "Tower(3)"],
      ["towers[0]", "Tower(2)"],
    ]);
    expect(expanded.main.total).to.deep.equal(collapsed.main.total);
  });

  it("attributes a constraint that equals none of the source to nothing", async () => {
    const compiled = await compileCircuit(workspace.options("recursive", 1));
    const { main } = elaborate(loadPrograms(compiled.file));
    const r1cs = readR1cs(compiled.r1csPath);
    const labels = readLabels(main, compiled.symPath);
    const substitutions = readSubstitutions(compiled.substitutionsPath);
    const run = (system: typeof r1cs) =>
      attribute(main, system, labels, substitutions, () => Promise.resolve());
    const rowsOf = ({ hasRow }: { hasRow: Uint8Array }) => hasRow.reduce((all, has) => all + has);
    const honest = await run(r1cs);
    expect([rowsOf(honest), honest.otherRows]).to.deep.equal([r1cs.constraints, 0]);
    const wire = r1cs.a.wire.with(0, (r1cs.a.wire[0]! % (r1cs.wires - 1)) + 1);
    const changed = await run({ ...r1cs, a: { ...r1cs.a, wire } });
    expect([rowsOf(changed), changed.otherRows]).to.deep.equal([r1cs.constraints - 1, 1]);
    // A constraint is the same whatever it is multiplied by.
    const negative = r1cs.coefficients.map((value) => -value);
    const scaled = await run({ ...r1cs, coefficients: negative });
    const isLinear = (row: number) => r1cs.a.rowStart[row] === r1cs.a.rowStart[row + 1];
    const linear = Array.from({ length: r1cs.constraints }, (_, row) => row).filter(isLinear);
    expect(rowsOf(scaled)).to.equal(linear.length);
  });

  it("shares the time of a proof out, and nothing is lost", async () => {
    const { templates, unattributed, totals } = await profile("language", 1);
    const time = { threads: 2, proofMs: 30, constraintsMs: 6, wiresMs: 14 };
    const parts = [...templates.map(({ self }) => self), unattributed];
    const all = parts.reduce((ms, part) => ms + shareOfProof(time, part, totals), 0);
    expectClose(all, 30);
    const constraint = shareOfProof(time, { constraints: 1, wires: 0 }, totals);
    expectClose(constraint, (30 * 6) / 20 / totals.constraints);
    const none = { constraints: 0, wires: 4 };
    expectClose(shareOfProof(time, none, none), 30);
  });

  it("fails by its code where the memory would not do", () => {
    assertFits(1_000_000, 600_000_000);
    const error = expectCode("EVALUATION_TOO_LARGE", () => assertFits(1_000_001, 600_000_000));
    expect(error.facts["max"]).to.equal(1_000_000);
  });

  it("refuses what cannot be evaluated by its code", async () => {
    await expectRejection("CIRCUIT_NOT_UNDERSTOOD", () =>
      profile("squarer", 1, { prime: "goldilocks" }),
    );
    const file = workspace.fixture("nothing");
    await expectRejection("CIRCUIT_NOT_FOUND", () => profile("squarer", 1, { file }));
  });
});
