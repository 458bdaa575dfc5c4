import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { encodeSections } from "../../src/groth16/formats/binary-file.ts";
import { withSections } from "../../src/groth16/formats/section-file.ts";
import {
  checkConstraints,
  checkWitness,
  indexConstraints,
} from "../../src/groth16/check-witness.ts";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import { type R1cs, readR1cs } from "../../src/groth16/formats/r1cs.ts";
import { readSymbols } from "../../src/circom/signals.ts";
import { calculateWitness, createWitnessCalculator } from "../../src/circom/witness-generator.ts";
import { decodeWitness, encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const random = createRandom();
const grid = [
  [0, 2, 0],
  [6, 0, 3],
];
const honest = { start: 4, factors: [5n, "7", "0x0b"], grid };

describe(`circom: witness (${random.title})`, () => {
  let workspace: Workspace;
  let circuit: CompiledCircuit;
  let r1cs: R1cs;
  const calculateHonest = async () =>
    (await createWitnessCalculator(circuit, () => undefined))(honest);
  before(async () => {
    workspace = await createWorkspace();
    circuit = await compileCircuit(workspace.options("multiplier"));
    r1cs = readR1cs(circuit.r1csPath);
  });
  after(() => workspace.remove());

  it("computes the circuit's witness, and prints its log", async () => {
    const lines: string[] = [];
    const calculate = await createWitnessCalculator(circuit, (line) => lines.push(line));
    const witness = calculate(honest);
    expect(witness.slice(0, 3)).to.deep.equal([1n, 4n * 5n * 7n * 11n, 4n]);
    expect(lines).to.deep.equal(["product 1540"]);
    expect(checkWitness(r1cs, witness)).to.equal(null);
  });

  it("reports the place of a failed assert, and continues to work", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const error = expectCode("CIRCUIT_ASSERT_FAILED", () => calculate({ ...honest, start: 5 }));
    expect(error.message).to.match(/Multiplier_\d+ line: 12/);
    expect(calculate(honest)[1]).to.equal(1540n);
  });

  it("rejects each kind of wrong input with its code", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const refuse = (code: string, changes: object) =>
      expectCode(code, () => calculate({ ...honest, ...changes }));
    const missing = expectCode("INPUT_MISSING", () => calculate({ start: 4, grid }));
    expect(missing.facts["signals"]).to.deep.equal(["factors"]);
    refuse("INPUT_UNKNOWN", { other: 1 });
    refuse("INPUT_SHAPE", { factors: [5, 7] });
    refuse("INPUT_SHAPE", { factors: 5 });
    refuse("INPUT_SHAPE", { start: [4] });
    const shape = refuse("INPUT_SHAPE", { grid: [0, 2, 0, 6, 0, 3] });
    expect(shape.message).to.include("an array [2][3] of 6 values");
    refuse("INPUT_OUT_OF_FIELD", { start: FIELD_MODULUS });
    refuse("INPUT_OUT_OF_FIELD", { start: -1 });
    refuse("INPUT_NOT_A_NUMBER", { start: "" });
    refuse("INPUT_NOT_A_NUMBER", { start: 0.5 });
    refuse("INPUT_NOT_A_NUMBER", { start: null });
  });

  it("takes the empty array of a signal that has a dimension of length 0", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const witness = calculate(honest);
    expect(calculate({ ...honest, none: [] })).to.deep.equal(witness);
    expect(calculate({ ...honest, none: [[], []] })).to.deep.equal(witness);
    expectCode("INPUT_UNKNOWN", () => calculate({ ...honest, none: [[], [0]] }));
  });

  it("rejects arrays with missing and surplus values by index", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    calculate(honest);
    const missing = (changes: object) =>
      expectCode("INPUT_MISSING", () => calculate({ ...honest, ...changes })).facts["signals"];
    // eslint-disable-next-line no-sparse-arrays -- the hole is the case
    expect(missing({ factors: [5n, , 11n] })).to.deep.equal(["factors[1]"]);
    expect(missing({ factors: [5n, undefined, 11n] })).to.deep.equal(["factors[1]"]);
    const all = ["factors[0]", "factors[1]", "factors[2]"];
    expect(missing({ factors: new Array(3) })).to.deep.equal(all);
    // eslint-disable-next-line no-sparse-arrays -- the hole is the case
    expect(missing({ grid: [, [6, 0, undefined]] })).to.deep.equal(["grid[0]", "grid[1][2]"]);
    const shape = (changes: object) =>
      expectCode("INPUT_SHAPE", () => calculate({ ...honest, ...changes })).message;
    expect(shape({ factors: [5, 7] })).to.include("factors[2] is missing");
    expect(shape({ factors: [5, 7, 11, 13] })).to.include("factors[3] is one too many");
    const grid = [
      [0, 2, 0, 1],
      [6, 0, 3],
    ];
    expect(shape({ grid })).to.include("grid[0][3] is one too many");
  });

  it("takes typed arrays where a flat array belongs", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const witness = calculate(honest);
    for (const factors of [
      Uint8Array.of(5, 7, 11),
      Buffer.of(5, 7, 11),
      Uint32Array.of(5, 7, 11),
      BigUint64Array.of(5n, 7n, 11n),
    ]) {
      const rows = [Uint8Array.of(0, 2, 0), Uint16Array.of(6, 0, 3)];
      expect(calculate({ ...honest, factors, grid: rows })).to.deep.equal(witness);
    }
    const refuse = (code: string, changes: object) =>
      expectCode(code, () => calculate({ ...honest, ...changes }));
    refuse("INPUT_SHAPE", { factors: Uint8Array.of(5, 7) });
    refuse("INPUT_SHAPE", { start: Uint8Array.of(4) });
    refuse("INPUT_SHAPE", { grid: Uint8Array.of(0, 2, 0, 6, 0, 3) });
    refuse("INPUT_NOT_A_NUMBER", { factors: Float64Array.of(5, 0.5, 11) });
    refuse("INPUT_OUT_OF_FIELD", { factors: Int8Array.of(5, -7, 11) });
  });

  it("rejects objects that are neither arrays nor buses by their type", async () => {
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const refuse = (changes: object) =>
      expectCode("INPUT_SHAPE", () => calculate({ ...honest, ...changes })).message;
    expect(refuse({ factors: new Map([[0, 5]]) })).to.include("an object of type Map");
    expect(refuse({ factors: [5, new Date(7), 11] })).to.include("an object of type Date");
    expect(refuse({ factors: new DataView(new ArrayBuffer(3)) })).to.include("DataView");
    expect(refuse({ start: new Number(4) })).to.include("an object of type Number");
    expect(refuse({ start: Promise.resolve(4) })).to.include("an object of type Promise");
  });

  it("never returns the witness of an earlier call when an input is not set", async () => {
    const inputs = circuit.inputs.map((input) =>
      input.name === "factors" ? { ...input, shape: [2] } : input,
    );
    const wrong = { ...circuit, inputs };
    const calculate = await createWitnessCalculator(wrong, () => undefined);
    const few = { ...honest, factors: [5n, 7n] };
    const error = expectCode("WITNESS_GENERATOR_FAILED", () => calculate(few));
    expect(error.message).to.include("takes 10 input values, but is given 9");
  });

  it("rejects an index beyond an array, whatever lies in memory there", async () => {
    const file = join(workspace.folder, "lookup.circom");
    const source = `pragma circom 2.1.0;
template Lookup(n) {
  signal input index;
  signal row[n];
  signal output found;
  for (var i = 0; i < n; i++) row[i] <== 7 * i + 5;
  found <-- row[index];
  signal used <== found * index;
}
component main = Lookup(4);`;
    await writeFile(file, source);
    const lookup = await compileCircuit({ ...workspace.options("multiplier"), file });
    const calculate = await createWitnessCalculator(lookup);
    expect(calculate({ index: 3 })[1]).to.equal(26n);
    for (const index of [4, 2 ** 32 - 1, FIELD_MODULUS - 1n]) {
      const error = expectCode("WITNESS_GENERATOR_FAILED", () => calculate({ index }));
      expect(error.message).to.match(/Lookup_\d+ line: 7/);
    }
    expect(calculate({ index: 1 })[1]).to.equal(12n);
  });

  it("computes the witness of a circuit without inputs", async () => {
    const file = join(workspace.folder, "constant.circom");
    await writeFile(
      file,
      "pragma circom 2.0.0; template A() { signal output y; y <== 7; } component main = A();",
    );
    const options = { ...workspace.options("multiplier"), file };
    expect((await calculateWitness(await compileCircuit(options), {}))[1]).to.equal(7n);
  });

  it("takes buses as objects", async () => {
    const bus = await compileCircuit(workspace.options("bus"));
    const point = (x: number, y: number[]) => ({ x, y });
    const points = [point(100, [0, 0]), point(0, [1000, 0])];
    const inputs = { single: point(1, [0, 10]), points };
    expect((await calculateWitness(bus, inputs))[1]).to.equal(1111n);
    await expectRejection("INPUT_MISSING", () =>
      calculateWitness(bus, { ...inputs, points: points.slice(1) }),
    );
  });

  it("writes and reads witness files", async () => {
    const witness = await calculateHonest();
    expect(decodeWitness(encodeWitness(witness))).to.deep.equal(witness);
    expectCode("BINARY_FORMAT", () => decodeWitness(encodeWitness(witness).subarray(0, 50)));
    expectCode("BINARY_FORMAT", () => decodeWitness(new Uint8Array(100)));
  });

  it("notices every forged signal that a constraint uses", async () => {
    const witness = await calculateHonest();
    const constraintsOf = indexConstraints(r1cs);
    for (let wire = 1; wire < r1cs.wires; wire++) {
      const forged = witness.with(wire, random.field());
      const violated = checkWitness(r1cs, forged);
      const touched = constraintsOf(wire);
      expect(checkConstraints(r1cs, forged, touched)).to.equal(violated);
      if (touched.length === 0) expect(violated).to.equal(null);
    }
    const product = readSymbols(circuit.symPath).get("main.product")!;
    expect(checkWitness(r1cs, witness.with(product, 1541n))).to.not.equal(null);
  });

  it("rejects damaged constraint files", async () => {
    const bytes = await readFile(circuit.r1csPath);
    const damage = async (damaged: Uint8Array) => {
      const path = join(workspace.folder, "damaged.r1cs");
      await writeFile(path, damaged);
      return path;
    };
    for (const damaged of [bytes.subarray(0, -1), bytes.subarray(0, 5), bytes.toReversed()]) {
      const path = await damage(damaged);
      expectCode("BINARY_FORMAT", () => readR1cs(path));
    }
    const [header, constraints] = withSections(circuit.r1csPath, "r1cs", (sections) => [
      sections.read(1),
      sections.read(2),
    ]);
    const withHeader = (changed: Uint8Array) =>
      Buffer.concat(
        encodeSections("r1cs", 1, [
          { id: 1, chunks: [changed] },
          { id: 2, chunks: [constraints] },
        ]),
      );
    const wrongCount = await damage(withHeader(header.with(-4, r1cs.constraints + 1)));
    expectCode("BINARY_FORMAT", () => readR1cs(wrongCount));
    const otherPrime = await damage(withHeader(header.with(4, 3)));
    expectCode("FIELD_NOT_SUPPORTED", () => readR1cs(otherPrime));
  });

  it("rejects witnesses of another shape", async () => {
    const witness = await calculateHonest();
    expectCode("WITNESS_LENGTH", () => checkWitness(r1cs, witness.slice(1)));
    expectCode("WITNESS_CONSTANT", () => checkWitness(r1cs, witness.with(0, 2n)));
  });
});
