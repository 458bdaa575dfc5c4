import { expect } from "chai";
import { checkDeterminacy } from "../../src/circom/check-determinacy.ts";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { mutateConstraints } from "../../src/circom/mutate-constraints.ts";
import { fuzzCircuit } from "../../src/testing/fuzz-circuit.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { CounterExampleSearch } from "../../src/circom/determinacy/counter-examples.ts";
import { deriveForEveryInput } from "../../src/circom/determinacy/universal.ts";
import { checkConstraints, indexConstraints } from "../../src/groth16/check-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { loadTemplate } from "../helpers/template-circuit.ts";
import { constraintsOf, inputWires, wireNames } from "../helpers/weakened-circuit.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

/** Published faults by the fixtures that have them, and whether the fix is proven in general. */
const PUBLISHED: readonly (readonly [name: string, isFixProven: boolean])[] = [
  ["sponge", true],
  ["bits-alias", false],
  ["remainder", false],
  ["limbs", true],
  ["decoder", true],
  ["montgomery", true],
  ["edwards", true],
  ["reset", true],
  ["index", true],
  ["is-zero", true],
];

/** Types of a circuit as a build generates them: interfaces, which have no index signature. */
interface TypedInputs {
  readonly in: bigint;
}
interface TypedOutputs {
  readonly out: bigint;
}
interface TypedSignals {
  readonly "main.out": bigint;
}

describe("circom: check of determinacy", () => {
  let workspace: Workspace;
  before(async () => (workspace = await createWorkspace()));
  after(() => workspace.remove());

  it("takes circuits with generated types and of any proof system, as other checks do", async () => {
    const circuit = await loadCircuit<TypedInputs, TypedOutputs, TypedSignals, "plonk">({
      ...workspace.options("published/is-zero-fixed"),
      protocol: "plonk",
    });
    expect((await checkDeterminacy(circuit)).verdict).to.equal("determined");
    expect((await mutateConstraints(circuit)).unmissed).to.deep.equal([]);
    const model = (inputs: TypedInputs) => ({ out: inputs.in === 0n ? 1n : 0n });
    expect((await fuzzCircuit(circuit, model, { runs: 20 })).passed).to.equal(true);
  });

  const load = (name: string) => loadCircuit(workspace.options(`published/${name}`));

  for (const [name, isFixProven] of PUBLISHED) {
    it(`${name}: finds two witnesses of the faulty circuit`, async () => {
      const circuit = await load(`${name}-faulty`);
      const report = await checkDeterminacy(circuit, { seed: 7 });
      expect(report.verdict).to.equal("under-constrained");
      expect(report.passed).to.equal(false);
      const example = report.counterExamples.find(({ reachesOutput }) => reachesOutput)!;
      const { honest, other, differences } = example;
      expect(circuit.checkWitness(honest)).to.equal(null);
      expect(circuit.checkWitness(other)).to.equal(null);
      for (const wire of inputWires(circuit)) expect(other[wire]).to.equal(honest[wire]);
      const [first] = differences;
      expect(first!.signal).to.match(/^main\.\w+(\[\d+\])?$/);
      expect(honest[circuit.wire(first!.signal)]).to.equal(first!.honest);
      expect(other[circuit.wire(first!.signal)]).to.equal(first!.other);
      expect(first!.honest).to.not.equal(first!.other);
    });

    it(`${name}: finds nothing in the fixed circuit`, async () => {
      const report = await checkDeterminacy(await load(`${name}-fixed`), { seed: 7 });
      expect(report.passed).to.equal(true);
      expect(report.verdict).to.equal(isFixProven ? "determined" : "unknown");
      expect(report.counterExamples.filter(({ reachesOutput }) => reachesOutput)).to.have.length(0);
    });
  }

  it("reports a free hint without effect apart from the outputs", async () => {
    const report = await checkDeterminacy(await load("is-zero-fixed"), { seed: 7 });
    expect(report.outputs.map(({ verdict }) => verdict)).to.deep.equal(["determined"]);
    expect(report.intermediates).to.deep.equal([
      { signal: "main.inverse", verdict: "under-constrained", determinedWhereTried: false },
    ]);
    expect(report.counterExamples.map(({ reachesOutput }) => reachesOutput)).to.include(false);
  });

  it("says that nothing is known without an accepted input", async () => {
    const report = await checkDeterminacy(await load("bits-alias-fixed"), { samples: 0 });
    expect(report.samples).to.deep.equal({ tried: 0, accepted: 0 });
    expect(report.verdict).to.equal("unknown");
    expect(report.passed).to.equal(false);
  });

  it("repeats a run by its seed", async () => {
    const circuit = await load("reset-faulty");
    const first = await checkDeterminacy(circuit);
    const second = await checkDeterminacy(circuit, { seed: first.seed });
    expect(second).to.deep.equal(first);
  });

  it("compares witnesses that share only some inputs", async () => {
    const circuit = await load("remainder-fixed");
    const report = await checkDeterminacy(circuit, { given: ["dividend"], seed: 7 });
    expect(report.verdict).to.equal("under-constrained");
  });

  it("starts from given inputs, and rejects those that the circuit refuses", async () => {
    const circuit = await load("edwards-faulty");
    const inputs = [{ in: [0n, -1n] }, { in: [0, 1] }];
    await expectRejection("INPUT_OUT_OF_FIELD", () => checkDeterminacy(circuit, { inputs }));
    const refused = { inputs: [{ in: [0, 1] }] };
    await expectRejection("CIRCUIT_ASSERT_FAILED", () => checkDeterminacy(circuit, refused));
    await expectRejection("INPUT_UNKNOWN", () => checkDeterminacy(circuit, { given: ["x"] }));
    const tried = await checkDeterminacy(circuit, { inputs: [{ in: [1, 2] }], samples: 0 });
    expect(tried.samples).to.deep.equal({ tried: 1, accepted: 1 });
  });

  it("ends at the time limit, and says so", async () => {
    const report = await checkDeterminacy(await load("bits-alias-fixed"), { timeMs: 1 });
    expect(report.isTimedOut).to.equal(true);
    expect(report.verdict).to.equal("unknown");
  });

  it("proves the package's own Poseidon for every input", async () => {
    const circuit = await loadTemplate("lib/poseidon.circom", "Poseidon(2)");
    const report = await checkDeterminacy(circuit);
    expect(report.verdict).to.equal("determined");
    expect(report.wires.determined).to.equal(report.wires.total);
  });
});

const random = createRandom();
const REMOVED_PER_CIRCUIT = 8;

/** The derivations must never say that a wire is determined which a counter-example changes. */
describe(`circom: derivations against counter-examples, ${random.title}`, () => {
  const gadgets = [
    ["lib/bits.circom", "ToBits(12)", () => ({ in: random.bigint(12) })],
    ["lib/comparators.circom", "IsZero()", () => ({ in: random.int(3) })],
    ["lib/one-hot.circom", "OneHot(6)", () => ({ index: random.int(6) })],
    ["lib/bits.circom", "ToBits(5)", () => ({ in: random.bigint(5) })],
  ] as const;
  for (const [file, instance, inputs] of gadgets) {
    it(`${instance} with constraints removed`, async () => {
      const circuit = await loadTemplate(file, instance);
      const r1cs = circuit.constraints();
      const all = indexConstraints(r1cs);
      const names = wireNames(circuit);
      const given = inputWires(circuit);
      const rows = random.shuffle([...constraintsOf(r1cs)]).slice(0, REMOVED_PER_CIRCUIT);
      let found = 0;
      for (const removed of [undefined, ...rows]) {
        const without = new Set(removed === undefined ? [] : [removed]);
        const rowsOf = (wire: number) => all(wire).filter((row) => !without.has(row));
        const known = deriveForEveryInput({ r1cs, rowsOf: all, given, without });
        const honest = await circuit.calculateWitness(inputs());
        const options = { looksFurther: true };
        const open = createDeterminacyCheck(r1cs, honest, options)(given, without).undetermined;
        const free = [...honest.keys()].filter((wire) => ![0, ...given].includes(wire));
        const search = new CounterExampleSearch({
          r1cs,
          rowsOf,
          rows: [...constraintsOf(r1cs)].filter((row) => !without.has(row)),
          honest,
          free,
          isOver: () => false,
        });
        for (const wire of free) {
          const other = search.find(wire);
          if (other === undefined) continue;
          found++;
          const kept = [...constraintsOf(r1cs)].filter((row) => !without.has(row));
          expect(checkConstraints(r1cs, other, kept)).to.equal(null);
          const changed = free.filter((index) => other[index] !== honest[index]);
          const wrong = changed.filter((index) => known[index] === 1 || !open.includes(index));
          expect(wrong.map((index) => `${names.get(index)} without ${removed}`)).to.deep.equal([]);
        }
      }
      expect(found).to.be.above(0);
    });
  }
});
