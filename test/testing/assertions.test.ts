/** Assertions about circuits in the style of `node:assert`, and what their messages say. */
import { AssertionError } from "node:assert";
import { expect } from "chai";
import { circuitAssert } from "../../src/assert.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import type { SignalArray, SignalValue } from "../../src/circom/witness-inputs.ts";
import { createWitnessTester, createZkitCircuit } from "../../src/compat.ts";
import "../../src/chai.ts";
import { createWorkspace, expectRejection, type Workspace } from "../circom/workspace.ts";

const grid = [
  [10, 11],
  [12, 13],
];
const points = [
  { x: 2, y: [3, 4] },
  { x: 5, y: [6, 7] },
];
const inputs = { a: 9, grid, points };
const OUTPUTS = { square: 1186, copies: [9n, "101"], end: { x: "0xc", y: [3, 4] } };

/** Awaits the failure of an assertion. */
async function failureOf(assertion: () => Promise<unknown>): Promise<AssertionError> {
  try {
    await assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  expect.fail("the assertion holds");
}

describe("testing: assertions", () => {
  let workspace: Workspace;
  let circuit: Circuit;
  let multiplier: Circuit;
  const honest = { start: 4, factors: [5, 7, 11], grid: [Uint8Array.of(0, 2, 0), [6, 0, 3]] };
  const refused = () => multiplier.witness({ ...honest, start: 5 });
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit(workspace.options("substituted"));
    multiplier = await loadCircuit({ ...workspace.options("multiplier"), log: () => undefined });
  });
  after(async () => {
    await circuit.close();
    await multiplier.close();
    await workspace.remove();
  });

  it("compares outputs, partly or strictly, written as inputs are", async () => {
    const witness = circuit.witness(inputs);
    await circuitAssert.witnessOutputs(witness, OUTPUTS);
    await circuitAssert.witnessOutputs(witness, OUTPUTS, { strict: true });
    await circuitAssert.witnessOutputs(await witness, { end: { x: 12n } });
    await circuitAssert.witnessOutputs(witness, { copies: BigUint64Array.of(9n, 101n) });
    await circuitAssert.not.witnessOutputs(witness, { end: { x: 12n } }, { strict: true });
    await circuitAssert.not.witnessOutputs(witness, { square: 1186 }, { strict: true });
    await circuitAssert.not.witnessOutputs(witness, { square: 1187 });
  });

  it("names the outputs that differ, with both values", async () => {
    const { message, expected, actual, operator } = await failureOf(() =>
      circuitAssert.witnessOutputs(circuit.witness(inputs), {
        square: 1187,
        copies: [9, 102],
        end: { x: 12, y: [3, 5] },
      }),
    );
    expect(message).to.equal(
      [
        "outputs of circuit substituted differ:",
        "    square",
        "  - expected  1187",
        "  + actual    1186",
        "    copies[1]",
        "  - expected  102",
        "  + actual    101",
        "    end.y[1]",
        "  - expected  5",
        "  + actual    4",
      ].join("\n"),
    );
    expect(expected).to.have.property("square", 1187);
    expect(actual).to.have.property("square", 1186n);
    expect(operator).to.equal("witnessOutputs");
  });

  it("names shapes that differ, missing outputs, and what should have differed", async () => {
    const messageOf = async (expected: object, strict = false) => {
      const witness = circuit.witness(inputs);
      const assertion = () => circuitAssert.witnessOutputs(witness, expected, { strict });
      return (await failureOf(assertion)).message;
    };
    expect(await messageOf({ copies: [9] })).to.include("an array of 1");
    expect(await messageOf({ copies: 9 })).to.include(
      "  - expected  9\n  + actual    an array of 2",
    );
    expect(await messageOf({ square: [1186] })).to.include("expected  an array of 1");
    expect(await messageOf({ end: 12 })).to.include("actual    { x, y }");
    expect(await messageOf({ end: { z: 12 } }))
      .to.include("end.z")
      .and.include("nothing");
    expect(await messageOf({ square: 1186 }, true))
      .to.include("copies")
      .and.include("end");
    expect(await messageOf({ ...OUTPUTS, end: { x: 12 } }, true)).to.include("end.y");
    const negated = () =>
      circuitAssert.not.witnessOutputs(circuit.witness(inputs), { square: 1186 });
    const { message, operator } = await failureOf(negated);
    expect(message).to.include("should differ: square");
    expect(operator).to.equal("not.witnessOutputs");
  });

  it("refuses unknown outputs and values that are no field elements, also if negated", async () => {
    const witness = circuit.witness(inputs);
    for (const to of [circuitAssert, circuitAssert.not]) {
      const unknown = () => to.witnessOutputs(witness, { sqare: 1 });
      const error = await expectRejection("OUTPUT_UNKNOWN", unknown);
      expect(error.message).to.include("square, copies, end");
      for (const value of ["one", 0.5, -1n, null, undefined]) {
        const odd = () => to.witnessOutputs(witness, { square: value } as object);
        const { message } = await expectRejection("EXPECTED_NOT_A_NUMBER", odd);
        expect(message).to.include("square");
      }
      await expectRejection("SIGNAL_NOT_FOUND", () => to.witnessSignals(witness, { sum: 1 }));
    }
  });

  it("compares signals by full name, also substituted ones", async () => {
    const witness = circuit.witness(inputs);
    await circuitAssert.witnessSignals(witness, {
      "main.sum": 32,
      "main.constant": 7n,
      "main.squares[1].out": "81",
      "main.grid": grid,
      "main.points": points,
    });
    await circuitAssert.not.witnessSignals(witness, { "main.sum": 33 });
    const { message } = await failureOf(() =>
      circuitAssert.witnessSignals(witness, { "main.sum": 33, "main.grid[1]": [12, 14] }),
    );
    expect(message).to.include("main.sum\n  - expected  33\n  + actual    32");
    expect(message).to.include("main.grid[1][1]\n  - expected  14\n  + actual    13");
  });

  it("types inputs, outputs and signals by the circuit", async () => {
    interface Inputs {
      readonly a: SignalValue;
      readonly grid: readonly SignalArray[];
      readonly points: readonly { readonly x: SignalValue; readonly y: SignalArray }[];
    }
    interface Outputs {
      readonly square: bigint;
      readonly copies: readonly bigint[];
      readonly end: { readonly x: bigint; readonly y: readonly bigint[] };
    }
    interface Signals {
      readonly "main.grid": readonly (readonly bigint[])[];
    }
    const typed = circuit as unknown as Circuit<Inputs, Outputs, Signals>;
    const witness = await typed.witness(inputs);
    const row: readonly bigint[] | undefined = witness.signal("main.grid")[1];
    const square: bigint = (await typed.compute(inputs)).square;
    expect([row, square]).to.deep.equal([[12n, 13n], 1186n]);
    await circuitAssert.witnessOutputs(witness, { copies: [9, "101"], end: { y: [3, 4] } });
    // @ts-expect-error -- the name is wrong
    const misspelt = () => circuitAssert.witnessOutputs(witness, { sqare: 1 });
    await expectRejection("OUTPUT_UNKNOWN", misspelt);
    // @ts-expect-error -- the shape is wrong
    await circuitAssert.not.witnessOutputs(witness, { copies: 9 });
    // @ts-expect-error -- an input is missing
    await expectRejection("INPUT_MISSING", () => typed.compute({ a: 1, grid }));
    await createWitnessTester(typed).expectPass({ a: 9, grid, points }, { square: 1186 });
    expect(createZkitCircuit(typed).getCircuitName()).to.equal("substituted");
    await expect(witness).to.be.satisfied;
    circuitAssert.constraintCount(typed, { min: 1 });
  });

  it("limits the differences that it shows", async () => {
    await using choices = await loadCircuit(workspace.options("choices"));
    const zeros = Object.fromEntries(choices.inputs.map(({ name }) => [name, 0]));
    const bits = Array.from({ length: 254 }, () => 1);
    const wrong = () => circuitAssert.witnessSignals(choices.witness(zeros), { "main.bits": bits });
    const { message } = await failureOf(wrong);
    expect(message).to.include("main.bits[19]").and.not.include("main.bits[20]");
    expect(message).to.match(/… and 234 more$/);
  });

  it("satisfied: holds for honest witnesses, and fails with constraints or the trace", async () => {
    const witness = await circuit.witness(inputs);
    await circuitAssert.satisfied(witness);
    const forged = witness.with({ "main.square": 1 });
    await circuitAssert.not.satisfied(forged);
    const { message, actual } = await failureOf(() => circuitAssert.satisfied(forged));
    expect(message).to.match(/violates constraints of circuit substituted:\n {2}constraint \d+: /);
    expect(message).to.include("main.square = 1").and.include("main.sum = 32");
    expect(actual).to.have.length(1);
    await circuitAssert.not.satisfied(refused());
    const trace = await failureOf(() => circuitAssert.satisfied(refused()));
    expect(trace.message)
      .to.include("CIRCUIT_ASSERT_FAILED")
      .and.include("multiplier.circom:12 in main");
    const negated = await failureOf(() => circuitAssert.not.satisfied(witness));
    expect(negated.message).to.include("satisfies all constraints of circuit substituted");
  });

  it("refused: distinguishes the failed assertion, the constraint, and the signal", async () => {
    await circuitAssert.refused(refused());
    for (const by of [
      { template: "Multiplier", line: 12 },
      { line: 12 },
      { template: "Multiplier" },
      "multiplier.circom:12",
      /factors\[0\] === start \+ 1/,
    ]) {
      await circuitAssert.refused(refused(), by);
    }
    for (const by of [
      { template: "Multiplier", line: 13 },
      { template: "Chain" },
      { constraint: 0 },
      { signal: "main.product" },
      "line: 13",
      /Chain/,
    ]) {
      await circuitAssert.not.refused(refused(), by);
      const { message } = await failureOf(() => circuitAssert.refused(refused(), by));
      expect(message).to.include("refuses otherwise").and.include("multiplier.circom:12");
    }
    const forged = (await multiplier.witness(honest)).with({ "main.product": 1 });
    const [{ constraint } = { constraint: -1 }] = forged.violations();
    const { signals } = forged.violations()[0]!;
    for (const by of [{ constraint }, { signal: "main.product" }, "main.product = 1", /product/]) {
      await circuitAssert.refused(forged, by);
    }
    for (const by of [{ constraint: 99 }, { signal: "main.none" }, { template: "Multiplier" }]) {
      await circuitAssert.not.refused(forged, by);
    }
    expect(signals).to.have.property("main.product", 1n);
    const { message } = await failureOf(() => circuitAssert.refused(multiplier.witness(honest)));
    expect(message).to.include("should refuse, but the witness satisfies all constraints");
  });

  it("counts a broken test as neither satisfied nor refused", async () => {
    for (const to of [circuitAssert, circuitAssert.not]) {
      for (const use of [to.satisfied, to.refused]) {
        const missing = () => use(multiplier.witness({ start: 4 }));
        await expectRejection("INPUT_MISSING", missing);
      }
    }
  });

  it("constraintCount: takes an exact number and limits", async () => {
    const { constraints } = circuit.stats;
    circuitAssert.constraintCount(circuit, constraints);
    circuitAssert.constraintCount(circuit, { min: constraints, max: constraints });
    circuitAssert.constraintCount(circuit, { min: 1 });
    circuitAssert.not.constraintCount(circuit, { max: constraints - 1 });
    const messageOf = async (limits: Parameters<typeof circuitAssert.constraintCount>[1]) =>
      (
        await failureOf(() =>
          Promise.resolve().then(() => circuitAssert.constraintCount(circuit, limits)),
        )
      ).message;
    const but = `, but has ${constraints}`;
    expect(await messageOf(1)).to.equal(`circuit substituted should have 1 constraints${but}`);
    expect(await messageOf({ min: 99 })).to.include(`at least 99 constraints${but}`);
    expect(await messageOf({ max: 2 })).to.include(`at most 2 constraints${but}`);
    expect(await messageOf({ min: 98, max: 99 })).to.include("98 to 99");
  });

  it("provenBy: verifies a proof, or that of a witness, by the circuit's key", async () => {
    const proven = await circuit.prove(inputs);
    await circuitAssert.provenBy(proven, circuit);
    await circuitAssert.provenBy(circuit.witness(inputs), circuit);
    const [, ...others] = proven.publicSignals;
    const other = { ...proven, publicSignals: ["1", ...others] };
    await circuitAssert.not.provenBy(Promise.resolve(other), circuit);
    const { message } = await failureOf(() => circuitAssert.provenBy(other, circuit));
    expect(message).to.include("not valid for circuit substituted with the public values 1, ");
    const negated = await failureOf(() => circuitAssert.not.provenBy(proven, circuit));
    expect(negated.message).to.include("should not be");
    const forged = (await circuit.witness(inputs)).with({ "main.square": 1 });
    for (const to of [circuitAssert, circuitAssert.not]) {
      await expectRejection("CONSTRAINT_VIOLATED", () => to.provenBy(forged, circuit));
    }
  });

  it("verifiedOnChain: calls verifyProof of contracts of ethers and viem", async () => {
    const proven = await circuit.prove(inputs);
    const calls: unknown[][] = [];
    const answer = (args: readonly unknown[], value: unknown) => {
      calls.push([...args]);
      return Promise.resolve(value);
    };
    const ethers = (value: unknown) => ({
      verifyProof: (...args: unknown[]) => answer(args, value),
    });
    const viem = { read: { verifyProof: (args: unknown[]) => answer(args, true) } };
    await circuitAssert.verifiedOnChain(proven, ethers(true));
    await circuitAssert.verifiedOnChain(circuit.witness(inputs), viem);
    await circuitAssert.not.verifiedOnChain(proven, ethers(false));
    expect(calls.map((args) => args.length)).to.deep.equal([4, 4, 4]);
    expect(calls[0]![3]).to.deep.equal(proven.publicSignals.map(BigInt));
    const rejected = await failureOf(() => circuitAssert.verifiedOnChain(proven, ethers(false)));
    expect(rejected.message).to.include(
      "the contract rejects the proof with the public values 1186",
    );
    const negated = await failureOf(() => circuitAssert.not.verifiedOnChain(proven, viem));
    expect(negated.message).to.include("should reject it");
    for (const contract of [{}, { read: {} }, undefined]) {
      const use = () => circuitAssert.verifiedOnChain(proven, contract as object);
      await expectRejection("VERIFY_PROOF_MISSING", use);
    }
    const broken = { verifyProof: () => Promise.reject(new Error("no connection")) };
    const thrown = await circuitAssert.not
      .verifiedOnChain(proven, broken)
      .catch((error: unknown) => error);
    expect(thrown).to.be.an("error").with.property("message", "no connection");
  });

  it("provenBy and verifiedOnChain take proofs of PLONK", async () => {
    const options = { ...workspace.options("squarer"), protocol: "plonk" } as const;
    await using squarer = await loadCircuit(options);
    const proven = await squarer.prove({ root: 3 });
    await circuitAssert.provenBy(proven, squarer);
    await circuitAssert.not.provenBy({ ...proven, publicSignals: ["8"] }, squarer);
    const calls: unknown[][] = [];
    const verifyProof = (...args: unknown[]) => Promise.resolve(calls.push(args) > 0);
    await circuitAssert.verifiedOnChain(proven, { verifyProof });
    expect(calls[0]).to.have.length(2);
    expect(calls[0]![1]).to.deep.equal([9n]);
  });

  it("ASSERTION_SUBJECT: says what each is about", async () => {
    const proven = await circuit.prove(inputs);
    for (const to of [circuitAssert, circuitAssert.not]) {
      for (const use of [
        () => to.witnessOutputs(proven as never, {}),
        () => to.witnessSignals(circuit as never, {}),
        () => to.satisfied([1n] as never),
        () => to.refused(undefined as never),
        () => to.provenBy({} as never, circuit),
        () => to.provenBy(proven, proven as never),
        () => to.verifiedOnChain(circuit as never, { verifyProof: () => true }),
        async () => to.constraintCount(proven as never, await Promise.resolve(1)),
      ]) {
        await expectRejection("ASSERTION_SUBJECT", use);
      }
    }
  });
});
