import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import { withFasterRoutines } from "../../src/circom/faster-routines.ts";
import { replaceFunctions } from "../../src/circom/wasm-functions.ts";
import { loadWasmGenerator } from "../../src/circom/wasm-generator.ts";
import { createWitnessCalculator } from "../../src/circom/witness-generator.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const random = createRandom();
const COUNT = 8;
const EDGES = [1n, 2n, 3n, FIELD_MODULUS - 1n, FIELD_MODULUS - 2n, (FIELD_MODULUS + 1n) / 2n];

describe(`circom: faster routines (${random.title})`, () => {
  let workspace: Workspace;
  let circuit: CompiledCircuit;
  before(async () => {
    workspace = await createWorkspace();
    circuit = await compileCircuit(workspace.options("routines"));
  });
  after(() => workspace.remove());

  it("computes the same values as circom's own routines", async () => {
    const wasm = await readFile(circuit.wasmPath);
    const faster = await loadWasmGenerator(wasm, "bn128");
    // Of another prime of the same length, so the module stays as circom has written it.
    const own = await loadWasmGenerator(wasm, "grumpkin");
    for (let round = 0; round < 50; round++) {
      const value = () => (random.int(3) === 0 ? random.pick(EDGES) : random.field() || 1n);
      const values = () => Array.from({ length: COUNT }, value);
      const inputs = [
        { name: "dividend", values: values() },
        { name: "divisor", values: values() },
        { name: "place", values: [BigInt(random.int(COUNT))] },
      ];
      const [one, other] = [faster, own].map(({ run }) => run(inputs, () => undefined));
      if ("failure" in one! || "failure" in other!) expect.fail("a generator has failed");
      expect(Buffer.compare(one!.values, other!.values)).to.equal(0);
    }
  });

  it("divides and reads arrays exactly", async () => {
    const calculate = await createWitnessCalculator(circuit);
    const divisor = [...EDGES, random.field() || 1n, random.field() || 1n];
    for (let place = 0; place < COUNT; place++) {
      const quotients = Array.from({ length: COUNT }, () => random.field());
      const dividend = quotients.map((value, i) => (value * divisor[i]!) % FIELD_MODULUS);
      const witness = calculate({ dividend, divisor, place });
      expect(witness.slice(1, 1 + COUNT)).to.deep.equal(quotients);
      expect(witness[1 + COUNT]).to.equal(2n * (BigInt(place) ** 2n + 7n));
    }
  });

  it("still refuses places beyond an array", async () => {
    const calculate = await createWitnessCalculator(circuit);
    const ones = Array<bigint>(COUNT).fill(1n);
    for (const place of [BigInt(COUNT), FIELD_MODULUS - 1n, random.field() | (1n << 200n)]) {
      const inputs = { dividend: ones, divisor: ones, place: place % FIELD_MODULUS };
      expectCode("WITNESS_GENERATOR_FAILED", () => calculate(inputs));
    }
  });

  it("replaces both routines in a module of circom, of BN254 only", async () => {
    const wasm = await readFile(circuit.wasmPath);
    const isAsIs = (changed: Uint8Array) => Buffer.compare(changed, wasm) === 0;
    expect(isAsIs(withFasterRoutines(wasm, "bn128"))).to.equal(false);
    expect(isAsIs(withFasterRoutines(wasm, "bls12381"))).to.equal(true);
    const [i32, prologue] = [0x7f, Uint8Array.of(0x01)];
    const change = (name: string, parameters: number[], results: number[]) =>
      replaceFunctions(wasm, { [name]: { parameters, results, prologue } });
    for (const [name, parameters, results] of [
      ["Fr_int_inverseMod", [i32, i32, i32], []],
      ["Fr_toInt", [i32], [i32]],
    ] as [string, number[], number[]][]) {
      expect(isAsIs(change(name, parameters, results)), name).to.equal(false);
      expect(isAsIs(change(name, [i32, ...parameters], results)), `${name}: type`).to.equal(true);
    }
    expect(isAsIs(change("Fr_missing", [i32], [i32]))).to.equal(true);
  });
});
