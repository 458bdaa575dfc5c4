import { expect } from "chai";
import ts from "typescript";
import { compileCircuit } from "../../src/circom/compile.ts";
import { generateCircuitTypes, type TypedCircuit } from "../../src/circom/input-types.ts";
import { flattenInputs, type InputValues } from "../../src/circom/witness-inputs.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { STRICT_OPTIONS, typeCheck } from "../helpers/type-check.ts";
import { createWorkspace } from "./workspace.ts";

/** A circuit with these signals and no others. */
function withSignals(name: string, signals: Partial<TypedCircuit>): TypedCircuit {
  return { name, inputs: [], outputs: [], intermediates: [], ...signals };
}

const multiplier = withSignals("multiplier", {
  inputs: [
    { name: "start", shape: [], public: true },
    { name: "grid", shape: [2, 3], public: false },
  ],
  outputs: [
    { name: "product", shape: [], public: true },
    { name: "rows", shape: [2, 3], public: true },
  ],
  intermediates: [{ name: "partial", shape: [2], public: false }],
});
const bus = withSignals("merkle-proof", {
  inputs: [
    { name: "points[0].x", shape: [], public: false },
    { name: "points[0].y", shape: [2], public: false },
    { name: "points[1].x", shape: [], public: false },
    { name: "points[1].y", shape: [2], public: false },
    { name: "deep.inner.z", shape: [], public: true },
  ],
  outputs: [
    { name: "ends[0].x", shape: [], public: true },
    { name: "ends[1].x", shape: [], public: true },
  ],
});

/** The used part of the module that the generated types augment. */
const PACKAGE_TYPES = `export type SignalValue = bigint | number | string | boolean;
export type SignalArray =
  readonly SignalValue[] | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;
export interface CircuitInputs {}
export interface CircuitOutputs {}
export interface CircuitSignalValues {}
`;

/** Returns the declared types of the generated source, printed by the compiler. */
function declaredType(source: string, name: string): string {
  const text = source.replace(/import type .*\n/, "type SignalValue = bigint;\n");
  const file = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const found = file.statements.filter(ts.isInterfaceDeclaration).find((s) => s.name.text === name);
  return found!.members.map((member) => member.getText().replace(/\s+/g, " ")).join(" ");
}

/** Compiles the generated types and code that uses them, with a strict project's options. */
function check(circuits: readonly TypedCircuit[], use = "", options = STRICT_OPTIONS): string[] {
  const files = {
    "package.ts": PACKAGE_TYPES,
    "generated.ts": generateCircuitTypes(circuits, "./package.js"),
    "use.ts": `import type { CircuitInputs, CircuitOutputs, CircuitSignalValues } from "./package.js";
import "./generated.js";
export type Names = keyof (CircuitInputs & CircuitOutputs & CircuitSignalValues);
${use}`,
  };
  return typeCheck(files, options);
}

describe("circom: input types", () => {
  it("has an interface for each circuit, with lengths in comments", () => {
    const source = generateCircuitTypes([multiplier, bus]);
    expect(declaredType(source, "MultiplierInputs")).to.equal(
      "readonly start: SignalValue; readonly grid: readonly SignalArray[];",
    );
    expect(source).to.include("/** Private: an array [2][3] of 6 values. */");
    expect(source).to.include('"merkle-proof": MerkleProofInputs;');
    expect(source).to.include('declare module "hardhat-zkrollup" {');
  });

  it("nests the fields of buses", () => {
    const type = declaredType(generateCircuitTypes([bus]), "MerkleProofInputs");
    expect(type.replace(/\/\*\*.*?\*\/ /g, "")).to.equal(
      "readonly points: readonly { readonly x: SignalValue; " +
        "readonly y: SignalArray; }[]; " +
        "readonly deep: { readonly inner: { readonly z: SignalValue; }; };",
    );
  });

  it("compiles in a strict project for every nesting of arrays and buses", async () => {
    const workspace = await createWorkspace();
    try {
      const circuit = await compileCircuit(workspace.options("nested-inputs"));
      const { name, inputs } = circuit;
      const point = {
        x: 1,
        y: [
          ["1", 2, 3],
          [4, 5, 6],
        ],
      };
      const tags = [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, true],
        ],
      ];
      const segment = { ends: [point, point], tags };
      const values = {
        ...{
          single: 1,
          row: [1, "2"],
          grid: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
        cube: [[[1, 2, 3]], [[4, 5, 6]]],
        point,
        points: [point, point],
        pointGrid: [
          [point, point],
          [point, point],
        ],
        segment,
        segments: [[segment], [segment]],
      };
      const use = (given: InputValues) =>
        `export const inputs: CircuitInputs["nested-inputs"] = ${JSON.stringify(given)};`;
      for (const skipLibCheck of [false, true]) {
        const options = { ...STRICT_OPTIONS, skipLibCheck };
        expect(check([circuit], use(values), options)).to.deep.equal([]);
      }
      // The witness generator accepts the same values.
      expect(flattenInputs(name, inputs, values)).to.have.length(inputs.length);
      const flat = use({ ...values, grid: [1, 2, 3, 4, 5, 6] });
      expect(check([circuit], flat).join()).to.include("is not assignable");
    } finally {
      await workspace.remove();
    }
  });

  it("types outputs, and all signals of the main component by full name, as bigints", () => {
    const source = generateCircuitTypes([multiplier, bus]);
    expect(declaredType(source, "MultiplierOutputs").replace(/\/\*\*.*?\*\/ /g, "")).to.equal(
      "readonly product: bigint; readonly rows: readonly (readonly bigint[])[];",
    );
    const use = `type Signals = CircuitSignalValues["multiplier"];
export const names: readonly (keyof Signals)[] = ["main.start", "main.grid", "main.partial"];
export const partial: Signals["main.partial"] = [1n, 2n];
export const rows: CircuitOutputs["multiplier"]["rows"] = [[1n, 2n, 3n], [4n, 5n, 6n]];
export const ends: CircuitOutputs["merkle-proof"] = { ends: [{ x: 1n }, { x: 2n }] };
export const same: CircuitSignalValues["merkle-proof"]["main.ends"] = ends.ends;`;
    expect(check([multiplier, bus], use)).to.deep.equal([]);
    const wrong = `export const name: keyof CircuitSignalValues["multiplier"] = "main.parts";
export const product: CircuitOutputs["multiplier"]["product"] = 1;`;
    const errors = check([multiplier], wrong);
    expect(errors).to.have.length(2);
    expect(errors[0]).to.include('"main.parts"');
  });

  it("takes typed arrays where the last dimension of an array belongs", () => {
    const use = `export const inputs: CircuitInputs["multiplier"] = {
  start: 1,
  grid: [Uint8Array.of(1, 2, 3), BigUint64Array.of(4n, 5n, 6n)],
};`;
    expect(check([multiplier], use)).to.deep.equal([]);
  });

  it("compiles for arrays of up to five dimensions, of values and of buses", () => {
    const indices = ["", "[0]", "[0][0]", "[0][0][0]", "[0][0][0][0]", "[0][0][0][0][0]"];
    const inputs = indices.flatMap((index, depth) => [
      { name: `value${depth}`, shape: Array.from({ length: depth }, () => 2), public: false },
      ...indices.map((inner, innerDepth) => ({
        name: `bus${depth}_${innerDepth}${index}.inner${inner}.leaf`,
        shape: Array.from({ length: depth }, () => 1),
        public: true,
      })),
    ]);
    expect(check([withSignals("deep", { inputs, outputs: inputs })])).to.deep.equal([]);
  });

  it("compiles for a circuit without inputs, and for names and signals of any form", () => {
    expect(check([withSignals("nothing", {})])).to.deep.equal([]);
    const odd = ["$value", "_", "class", "constructor", "readonly"];
    const inputs = odd.map((name) => ({ name, shape: [2, 2], public: false }));
    const names = ["3d", "a.b", "with space", 'quote"', "größe", "a*", "電"];
    expect(
      check(names.map((name) => withSignals(name, { inputs, intermediates: inputs }))),
    ).to.deep.equal([]);
  });

  it("does not depend on the order of the circuits", () => {
    expect(generateCircuitTypes([multiplier, bus])).to.equal(
      generateCircuitTypes([bus, multiplier]),
    );
  });

  it("numbers types whose names become equal, and adds a circuit by all of its names", () => {
    const note = { ...withSignals("note", {}), aliases: ["spend/note"] };
    const circuits = ["merkle_proof", "merkle/proof", "a/note"].map((name) =>
      withSignals(name, {}),
    );
    const types = generateCircuitTypes([bus, note, ...circuits]);
    for (const entry of [
      '"merkle-proof": MerkleProofInputs;',
      '"merkle/proof": MerkleProof_2Inputs;',
      '"merkle_proof": MerkleProof_3Inputs;',
      '"a/note": ANoteInputs;',
      '"note": NoteInputs;',
      '"spend/note": NoteInputs;',
    ]) {
      expect(types).to.include(entry);
    }
    expect(check([bus, note, ...circuits])).to.deep.equal([]);
  });

  it("rejects two circuits of one name", () => {
    expectCode("CIRCUIT_NAMES_CLASH", () => generateCircuitTypes([bus, bus]));
  });
});
