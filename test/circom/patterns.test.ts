import { expect } from "chai";
import { findCircuitPatterns } from "../../src/circom/patterns/circuit-patterns.ts";
import { findPatterns } from "../../src/circom/patterns/find-patterns.ts";
import { parse } from "../../src/circom/language/parse.ts";
import { createWorkspace } from "./workspace.ts";

/** A template around statements, and gadgets by the names of circomlib. */
function patternsIn(statements: string): string[] {
  const text = `pragma circom 2.0.0;
template LessThan(n) { signal input in[2]; signal output out; out <== in[0] + in[1]; }
template Num2Bits(n) { signal input in; signal output out[n]; for (var i = 0; i < n; i++) { out[i] <== in; } }
template T() {
${statements}
}`;
  return findPatterns([parse("t.circom", text)])
    .filter(({ template }) => template === "T")
    .map(({ pattern, line }) => `${line - 4} ${pattern}`);
}

describe("circom: patterns", () => {
  const CASES: readonly (readonly [title: string, text: string, patterns: readonly string[]])[] = [
    [
      "a hint in no constraint",
      "signal input a;\nsignal b <-- a * a;\na === 1;",
      ["2 unchecked-hint"],
    ],
    ["a hint in a constraint", "signal input a;\nsignal b <-- a * a;\nb === a;", []],
    [
      "a hint that variables take to a constraint",
      "signal input a;\nsignal b <-- a;\nvar s = 0;\ns += b * 2;\nvar t = s;\nt === a;",
      [],
    ],
    [
      "a quotient",
      "signal input a;\nsignal input b;\nsignal q <-- a / b;\nq * b === a;",
      ["3 division-in-hint"],
    ],
    ["an inverse", "signal input a;\nsignal q <-- 1 / a;\nq * a === 1;", []],
    ["a guarded quotient", "signal input a;\nsignal q <-- a != 0 ? a / a : 0;\nq * a === a;", []],
    ["an unused input", "signal input a;\nsignal input b;\na === 1;", ["2 unused-input"]],
    [
      "an unused comparison",
      "signal input a;\ncomponent bits = Num2Bits(8);\nbits.in <== a;\n" +
        "component less = LessThan(8);\nless.in[0] <== a;\nless.in[1] <== 7;",
      ["4 unused-result"],
    ],
    [
      "a comparison of a number of any size",
      "signal input a;\nsignal output o;\ncomponent less = LessThan(8);\nless.in[0] <== a;\n" +
        "less.in[1] <== 7;\no <== less.out;",
      ["4 comparison-without-range"],
    ],
    [
      "a comparison of a number of limited size",
      "signal input a;\nsignal output o;\ncomponent less = LessThan(8);\nless.in[0] <== a;\n" +
        "component bits = Num2Bits(8);\nbits.in <== a;\nless.in[1] <== 7;\no <== less.out;",
      [],
    ],
    [
      "bits with an alias",
      "signal input a;\ncomponent bits = Num2Bits(254);\nbits.in <== a;",
      ["2 bits-alias"],
    ],
    [
      "bits of a small number",
      "signal input a;\ncomponent bits = Num2Bits(253);\nbits.in <== a;",
      [],
    ],
  ];
  for (const [title, text, patterns] of CASES) {
    it(`${title}: ${patterns.join() || "nothing"}`, () => {
      expect(patternsIn(text)).to.deep.equal(patterns);
    });
  }

  it("names file and line in the sources of a circuit", async () => {
    const workspace = await createWorkspace();
    try {
      const { own, inPackages } = findCircuitPatterns(workspace.fixture("published/sponge-faulty"));
      expect(inPackages).to.equal(0);
      expect(own).to.have.length(1);
      expect(own[0]).to.include({
        pattern: "unchecked-hint",
        template: "Sponge",
        line: 10,
        source: "out <-- mix.out",
      });
      expect(own[0]!.file).to.match(/sponge-faulty\.circom$/);
    } finally {
      await workspace.remove();
    }
  });
});
