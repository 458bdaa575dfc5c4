import { expect } from "chai";
import type fastCheck from "fast-check";
import { loadCircuit } from "../../src/circom/circuit.ts";
import { FIELD_MODULUS, multiply, reduce } from "../../src/crypto/field.ts";
import { fuzzCircuit, type FuzzReport } from "../../src/testing/fuzz-circuit.ts";
import type { ModelFunction } from "../../src/testing/fuzz-model.ts";
import { createWorkspace, expectRejection, type Workspace } from "../circom/workspace.ts";

const SEED = 11;

/** The same as the template Mix of the fixtures, of two rounds. */
function mix(left: bigint, right: bigint): bigint {
  let state = reduce(left + 3n * right);
  for (const round of [0n, 1n]) state = reduce(multiply(state, state) * state + right + round);
  return state;
}

/** Published faults that determine every output, and what the circuit should do. */
const PUBLISHED: Readonly<Record<string, ModelFunction<never>>> = {
  range: ({ in: number, limit }: { in: bigint; limit: bigint }) =>
    number < limit && limit < 256n ? {} : null,
  ignored: ({ in: number }: { in: bigint }) => (number < 40_000n ? { out: number + 1n } : null),
  secret: ({ secret }: { secret: bigint }) => {
    if (secret >= 1009n) throw new Error("the secret is not reduced");
    return { commitment: mix(secret, 0n), nullifier: mix(secret, 1n) };
  },
};

const productModel = ({ a, b }: { a: bigint; b: bigint }) => ({ product: multiply(a, b) });

describe("testing: fuzzing against a model", () => {
  let workspace: Workspace;
  before(async () => (workspace = await createWorkspace()));
  after(() => workspace.remove());

  const load = (name: string) => loadCircuit(workspace.options(name));

  for (const [name, model] of Object.entries(PUBLISHED)) {
    it(`${name}: finds inputs that the faulty circuit should refuse`, async () => {
      const circuit = await load(`published/${name}-faulty`);
      const report = await fuzzCircuit(circuit, model, { seed: SEED });
      expect(report.passed).to.equal(false);
      expect(report.counterExample!.disagreement.kind).to.equal("accepted");
      const { inputs } = report.counterExample!;
      expect(circuit.checkWitness(await circuit.calculateWitness(inputs))).to.equal(null);
    });

    it(`${name}: finds nothing in the fixed circuit`, async () => {
      const circuit = await load(`published/${name}-fixed`);
      const report = await fuzzCircuit(circuit, model, { seed: SEED });
      expect(report).to.include({ passed: true, runs: 1000, isTimedOut: false });
      expect(report.accepted).to.be.above(20);
      expect(report.refused).to.be.above(20);
    });
  }

  it("agrees with a right model on every run", async () => {
    const report = await fuzzCircuit(await load("product"), productModel, { seed: SEED });
    const expected: FuzzReport = {
      circuit: "product",
      passed: true,
      runs: 1000,
      accepted: 1000,
      refused: 0,
      seed: SEED,
      isTimedOut: false,
    };
    expect(report).to.deep.equal(expected);
  });

  const overflowing = ({ a, b }: { a: bigint; b: bigint }) => ({ product: (a * b) % (1n << 64n) });

  it("makes inputs small, names the output, and repeats them by seed and path", async () => {
    const circuit = await load("product");
    const { seed, counterExample } = await fuzzCircuit(circuit, overflowing);
    const { inputs, disagreement, path } = counterExample!;
    const { a, b } = inputs as Record<string, bigint>;
    expect(a! * b! >= 1n << 64n).to.equal(true);
    // One step smaller, the two agree.
    expect(a! * (b! - 1n) < 1n << 64n || (a! - 1n) * b! < 1n << 64n).to.equal(true);
    expect(disagreement).to.have.nested.property("differences[0].name", "product");
    const again = await fuzzCircuit(circuit, overflowing, { seed, path });
    expect(again.counterExample!.inputs).to.deep.equal(inputs);
    expect(again.runs).to.equal(1);
  });

  it("reports a circuit that refuses what the model accepts", async () => {
    const circuit = await load("published/range-fixed");
    const report = await fuzzCircuit(circuit, () => ({}), { seed: SEED });
    const { disagreement } = report.counterExample!;
    expect(disagreement.kind).to.equal("refused");
    expect(disagreement).to.have.property("reason").that.includes("rejects these inputs");
    expect(disagreement)
      .to.have.property("reason")
      .that.matches(/range-\w*\.circom:\d+ in main/);
  });

  it("takes generators of single inputs, and of all", async () => {
    const circuit = await load("published/range-fixed");
    const seen: bigint[][] = [];
    const model = (inputs: { in: bigint; limit: bigint }) => {
      seen.push([inputs.in, inputs.limit]);
      return PUBLISHED["range"]!(inputs as never);
    };
    const report = await fuzzCircuit(
      circuit,
      {
        default: model,
        inputs: (fc) => ({ limit: fc.constant(200n) }),
        generate: (typed) => typed.map((inputs) => ({ ...inputs, in: 100n })),
      },
      { runs: 30 },
    );
    expect(report).to.include({ accepted: 30, refused: 0 });
    expect([...new Set(seen.map((pair) => pair.join()))]).to.deep.equal(["100,200"]);
  });

  it("generates the fields of a bus as objects", async () => {
    const circuit = await load("bus");
    const shapes = new Set<string>();
    const model = (inputs: object) => {
      shapes.add(Object.keys(inputs).sort().join());
      return null;
    };
    await fuzzCircuit(circuit, model as ModelFunction<never>, { runs: 5 }).catch(() => undefined);
    const members = circuit.inputs.map(({ name }) => /^[^.[]+/.exec(name)![0]);
    expect([...shapes]).to.deep.equal([[...new Set(members)].sort().join()]);
  });

  it("says nothing was accepted if the generator never fits", async () => {
    const circuit = await load("published/range-fixed");
    const none = { inputs: (fc: typeof fastCheck) => ({ in: fc.constant(300n) }) };
    const report = await fuzzCircuit(circuit, { default: () => null, ...none }, { runs: 20 });
    expect(report).to.include({ passed: true, accepted: 0, refused: 20 });
  });

  it("ends at the time limit", async () => {
    const circuit = await load("product");
    const options = { runs: 1_000_000, timeMs: 200 };
    const report = await fuzzCircuit(circuit, productModel, options);
    expect(report.isTimedOut).to.equal(true);
    expect(report.runs).to.be.below(1_000_000);
  });

  it("refuses a model with faults", async () => {
    const circuit = await load("product");
    const fuzz = (model: ModelFunction<never>) => () => fuzzCircuit(circuit, model, { runs: 5 });
    await expectRejection(
      "MODEL_OUTPUTS",
      fuzz(() => ({ prodct: 1n })),
    );
    await expectRejection(
      "MODEL_OUTPUTS",
      fuzz(() => ({})),
    );
    await expectRejection(
      "EXPECTED_NOT_A_NUMBER",
      fuzz(() => ({ product: FIELD_MODULUS })),
    );
    await expectRejection(
      "MODEL_FAILED",
      fuzz(({ c }: { c: bigint[] }) => ({ product: c.length })),
    );
    const unknown = {
      default: productModel,
      inputs: (fc: typeof fastCheck) => ({ c: fc.constant(1n) }),
    };
    await expectRejection("INPUT_UNKNOWN", () => fuzzCircuit(circuit, unknown));
  });
});
