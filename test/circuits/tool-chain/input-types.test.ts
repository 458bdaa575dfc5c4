import { expect } from "chai";
import ts from "typescript";
import { generateCircuitTypes } from "../../../src/circuits/input-types.ts";
import { expectCode } from "../../helpers/expect-code.ts";

const multiplier = {
  name: "multiplier",
  inputs: [
    { name: "start", shape: [], public: true },
    { name: "grid", shape: [2, 3], public: false },
  ],
};
const bus = {
  name: "merkle-proof",
  inputs: [
    { name: "points[0].x", shape: [], public: false },
    { name: "points[0].y", shape: [2], public: false },
    { name: "points[1].x", shape: [], public: false },
    { name: "points[1].y", shape: [2], public: false },
    { name: "deep.inner.z", shape: [], public: true },
  ],
};

/** The types the generated source declares, printed by the compiler. */
function declaredType(source: string, name: string): string {
  const text = source.replace(/import type .*\n/, "type SignalValue = bigint;\n");
  const file = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const found = file.statements.filter(ts.isInterfaceDeclaration).find((s) => s.name.text === name);
  return found!.members.map((member) => member.getText().replace(/\s+/g, " ")).join(" ");
}

describe("circuits: input types", () => {
  it("has an interface for each circuit, with lengths in comments", () => {
    const source = generateCircuitTypes([multiplier, bus]);
    expect(declaredType(source, "MultiplierInputs")).to.equal(
      "readonly start: SignalValue; readonly grid: readonly readonly SignalValue[][];",
    );
    expect(source).to.include("/** Private: an array [2][3] of 6 values. */");
    expect(source).to.include('"merkle-proof": MerkleProofInputs;');
    expect(source).to.include('declare module "hardhat-zkrollup" {');
  });

  it("nests the fields of buses", () => {
    const type = declaredType(generateCircuitTypes([bus]), "MerkleProofInputs");
    expect(type.replace(/\/\*\*.*?\*\/ /g, "")).to.equal(
      "readonly points: readonly { readonly x: SignalValue; " +
        "readonly y: readonly SignalValue[]; }[]; " +
        "readonly deep: { readonly inner: { readonly z: SignalValue; }; };",
    );
  });

  it("does not depend on the order of the circuits", () => {
    expect(generateCircuitTypes([multiplier, bus])).to.equal(
      generateCircuitTypes([bus, multiplier]),
    );
  });

  it("refuses names that fall together", () => {
    expectCode("CIRCUIT_NAMES_CLASH", () =>
      generateCircuitTypes([bus, { name: "merkle_proof", inputs: [] }]),
    );
  });
});
