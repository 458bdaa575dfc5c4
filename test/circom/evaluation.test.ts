import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { toMain } from "../../src/bench/building-blocks.ts";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import { signalNames, walkComponents } from "../../src/circom/evaluation/design.ts";
import { elaborate, evaluate } from "../../src/circom/evaluation/evaluate.ts";
import { invertFast } from "../../src/circom/evaluation/inversion.ts";
import { loadPrograms } from "../../src/circom/language/load-programs.ts";
import { parse } from "../../src/circom/language/parse.ts";
import { lineOf } from "../../src/circom/language/source-text.ts";
import { readSymbols } from "../../src/circom/signals.ts";
import { createWitnessCalculator } from "../../src/circom/witness-generator.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import { FIELD_MODULUS, multiply } from "../../src/crypto/field.ts";
import { readR1cs } from "../../src/groth16/formats/r1cs.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { r1csEquations, sourceEquations } from "../helpers/equations.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import { CIRCUITS } from "../helpers/template-circuit.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const random = createRandom();
const FIXTURES = [
  ...["multiplier", "choices", "seven-inputs", "bus", "nested-inputs", "cuber", "squarer"],
  "language",
];
/** Templates of the project, whose parts are nearly all of `circuits/`. */
const TEMPLATES = [
  { file: "exit/exit.circom", instance: "Exit(2, 1)" },
  { file: "block/batches.circom", instance: "AssertBatches(3)" },
  { file: "lib/one-hot.circom", instance: "OneHot(5)" },
  { file: "lib/eddsa.circom", instance: "EdDSAPoseidonVerifier()" },
];
/** What random inputs are made of; most circuits accept only small values. */
const GENERATORS = [
  () => 0n,
  () => 1n,
  () => random.bigint(1),
  () => random.bigint(4),
  () => random.bigint(64),
  () => random.field(),
];

/** Makes a value for every input of a circuit. */
function makeInputs({ inputs }: CompiledCircuit, make: () => bigint): InputValues {
  const nest = (shape: readonly number[]): unknown =>
    shape.length === 0 ? make() : Array.from({ length: shape[0]! }, () => nest(shape.slice(1)));
  const values: Record<string, unknown> = {};
  for (const { name, shape } of inputs) {
    const path = name.replace(/\[(\d+)\]/g, ".$1").split(".");
    let target = values;
    path.forEach((part, index) => {
      if (index === path.length - 1) target[part] = nest(shape);
      else {
        const isList = /^\d+$/.test(path[index + 1]!);
        target = (target[part] ??= isList ? [] : {}) as Record<string, unknown>;
      }
    });
  }
  return values as InputValues;
}

describe(`circom: evaluation (${random.title})`, () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  /** Compares constraints and witnesses with those of circom. @returns Accepted inputs. */
  async function compare(file: string, includePaths: readonly string[]): Promise<number> {
    const cacheDir = join(workspace.folder, "cache");
    const circuit = await compileCircuit({ file, includePaths, optimization: 0, cacheDir });
    const design = elaborate(loadPrograms(file, { includePaths }));
    const names = signalNames(design.main);
    const symbols = readSymbols(circuit.symPath);
    expect(new Set(names)).to.deep.equal(new Set(symbols.keys()));
    const wires = names.map((name) => symbols.get(name)!);
    const equations = r1csEquations(readR1cs(circuit.r1csPath));
    expect(sourceEquations(design.main, wires)).to.deep.equal(equations);
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    let accepted = 0;
    for (const make of GENERATORS) {
      const inputs = makeInputs(circuit, make);
      const { values, failure } = evaluate(design, inputs);
      try {
        const witness = calculate(inputs);
        expect(failure, file).to.equal(undefined);
        expect(values.map((value) => value ?? 0n)).to.deep.equal(wires.map((w) => witness[w]));
        accepted++;
      } catch (error) {
        if (!isRollupError(error)) throw error;
        expect(failure, `${file}: ${error.message}`).to.not.equal(undefined);
      }
    }
    return accepted;
  }

  for (const name of FIXTURES) {
    it(`has the constraints and witnesses of circom: ${name}`, async () => {
      await compare(workspace.fixture(name), []);
    });
  }

  for (const template of TEMPLATES) {
    it(`has the constraints and witnesses of circom: ${template.instance}`, async () => {
      const { name, source } = toMain(template);
      const file = join(workspace.folder, "mains", `${name}.circom`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, source);
      await compare(file, [CIRCUITS]);
    });
  }

  it("accepts what circom accepts in a circuit of the whole language", async () => {
    expect(await compare(workspace.fixture("language"), [])).to.be.greaterThan(2);
  });

  it("names instances, and shares those with the same parameters", () => {
    const design = elaborate(loadPrograms(workspace.fixture("language")));
    const components = [...walkComponents(design.main)];
    const choices = components.filter(({ path }) => path.startsWith("main.choose["));
    expect(choices.map(({ path }) => path)).to.include("main.choose[1][0]");
    expect(new Set(choices.map(({ instance }) => instance)).size).to.equal(1);
    const padded = components.find(({ instance }) => instance.template.name === "Padded");
    expect(padded?.instance.children.map(({ instance }) => instance.name)).to.deep.equal([
      "Bits(11)",
    ]);
  });

  it("stops at the statement that does not hold", () => {
    const source = `
      template Range(n) { signal input in; signal bits; assert(in < n);
        bits <-- in; bits * bits === in; }
      template A() { signal input a[2]; component r[2];
        for (var i = 0; i < 2; i++) { r[i] = Range(5); r[i].in <== a[i]; } }
      component main = A();`;
    const design = elaborate([parse("range.circom", source)]);
    const where = (a: number[]) => {
      const { failure, main } = evaluate(design, { a });
      const line = failure && lineOf(failure.statement.span);
      return [failure?.kind, line, failure?.frame.activation === main.children[1]];
    };
    expect(where([1, 1])).to.deep.equal([undefined, undefined, false]);
    expect(where([1, 5])).to.deep.equal(["assert", 2, true]);
    expect(where([0, 3])).to.deep.equal(["constraint", 3, true]);
    expect(where([2, 3])).to.deep.equal(["constraint", 3, false]);
  });

  it("stops where an operation has no result", () => {
    const source = `template A() { signal input a, b; signal output c[2]; var x[3] = [1, 2, 3];
      c[0] <-- a \\ b; c[1] <-- x[a]; }
      component main = A();`;
    const design = elaborate([parse("problem.circom", source)]);
    const reason = (inputs: InputValues) => evaluate(design, inputs).failure?.reason;
    expect(reason({ a: 2, b: 1 })).to.equal(undefined);
    expect(reason({ a: 2, b: 0 })).to.equal("an integer is divided by 0");
    expect(reason({ a: 3, b: 1 })).to.equal("index 3 is beyond an array of 3");
  });

  it("rejects what it does not know, and what is too large, by their codes", () => {
    const refuse = (code: string, body: string) =>
      expectCode(code, () =>
        elaborate([parse("bad.circom", `template A() {\n${body}\n}\ncomponent main = A();`)], {
          stepsMax: 1000,
        }),
      ).message;
    const place = "bad.circom:2:";
    expect(refuse("CIRCUIT_NOT_UNDERSTOOD", "signal input a; a * a * a === 1;")).to.include(place);
    expect(refuse("CIRCUIT_NOT_UNDERSTOOD", "x = 1;")).to.include("x is not declared");
    expect(refuse("CIRCUIT_NOT_UNDERSTOOD", "component b = B();")).to.include("no template B");
    expect(refuse("CIRCUIT_NOT_UNDERSTOOD", "var x = f(1);")).to.include("no function f");
    const gate = "template custom G() {} template A() { component g = G(); } component main = A();";
    const custom = () => elaborate([parse("gate.circom", gate)]);
    expect(expectCode("CIRCUIT_NOT_UNDERSTOOD", custom).message).to.include("G is a custom gate");
    refuse("EVALUATION_TOO_LARGE", "var i = 0; while (1) i++;");
    expectCode("CIRCUIT_NOT_UNDERSTOOD", () => elaborate([parse("none.circom", "")]));
  });

  it("inverts as the reference does", () => {
    const fixed = [1n, 2n, 3n, FIELD_MODULUS - 1n, 1n << 50n, (1n << 50n) - 1n, 1n << 253n];
    const values = [...fixed, ...Array.from({ length: 200 }, () => random.field())];
    for (const value of values.filter((candidate) => candidate > 0n)) {
      expect(multiply(value, invertFast(value))).to.equal(1n);
    }
  });
});
