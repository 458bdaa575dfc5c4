import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { CIRCUITS, loadTemplate } from "../../helpers/template-circuit.ts";

/** Constraints at --O1, linear ones included. A change makes every proving key invalid. */
const BASELINE: [file: string, instance: string, constraints: number][] = [
  ["poseidon", "Poseidon(2)", 240],
  ["poseidon", "Poseidon(3)", 261],
  ["poseidon", "Poseidon(4)", 297],
  ["poseidon", "Poseidon(5)", 321],
  ["poseidon", "Poseidon(8)", 402],
  ["poseidon", "Poseidon(16)", 609],
  ["bits", "ToBits(128)", 129],
  ["comparators", "IsZero()", 2],
  ["comparators", "IsEqual()", 2],
  ["baby-jubjub", "AssertOnCurve()", 3],
  ["baby-jubjub", "EdwardsAdd()", 6],
  ["baby-jubjub", "EdwardsDouble()", 5],
  ["baby-jubjub", "EdwardsToMontgomery()", 3],
  ["baby-jubjub", "MontgomeryToEdwards()", 2],
  ["baby-jubjub", "MontgomeryAdd()", 3],
  ["baby-jubjub", "MontgomeryDouble()", 4],
  ["baby-jubjub", "MontgomeryDoubleAdd()", 5],
  ["scalar-mul-fixed", "ScalarMulFixed()", 507],
  ["scalar-mul-any", "ScalarMulAny()", 1598],
  ["eddsa", "EdDSAPoseidonVerifier()", 2456],
];

describe("Constraints of the library circuits", () => {
  for (const [file, instance, constraints] of BASELINE) {
    it(`are ${constraints} for ${instance}`, async () => {
      const circuit = await loadTemplate(`lib/${file}.circom`, instance);
      expect(circuit.stats.constraints).to.equal(constraints);
    });
  }

  it("match the comments above the templates", () => {
    for (const [file, instance, constraints] of BASELINE) {
      const source = readFileSync(join(CIRCUITS, "lib", `${file}.circom`), "utf8");
      const [template, parameter] = instance.split(/[()]/);
      const comment = source.split(`template ${template}(`)[0]!.split("/*").at(-1)!;
      const said = comment.slice(comment.indexOf("Constraints:"));
      const pattern = parameter === "" ? `: ${constraints}\\b` : `\\b${constraints} for|n \\+ 1`;
      expect(said, instance).to.match(new RegExp(pattern));
    }
  });
});
