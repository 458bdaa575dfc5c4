import { expect } from "chai";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const values = [0n, 1n, FIELD_MODULUS - 1n, random.field(), random.field()];

describe(`Comparator circuits, ${random.title}`, () => {
  it("IsZero is 1 only for zero, and its output cannot be forged", async () => {
    const circuit = await loadTemplate("lib/comparators.circom", "IsZero()");
    for (const value of values) {
      const witness = await circuit.calculateWitness({ in: value });
      expect(circuit.checkWitness(witness)).to.equal(null);
      expect(witness[circuit.wire("main.out")]).to.equal(value === 0n ? 1n : 0n);
      const wires = [circuit.wire("main.in"), circuit.wire("main.out")];
      expect(findFreeWires(circuit.constraints(), witness, wires)).to.deep.equal([]);
    }
  });

  it("IsEqual is 1 only for equal numbers, and its output cannot be forged", async () => {
    const circuit = await loadTemplate("lib/comparators.circom", "IsEqual()");
    for (const a of values) {
      for (const b of values) {
        const witness = await circuit.calculateWitness({ in: [a, b] });
        expect(circuit.checkWitness(witness)).to.equal(null);
        expect(witness[circuit.wire("main.out")]).to.equal(a === b ? 1n : 0n);
        const out = circuit.wire("main.out");
        expect(findFreeWires(circuit.constraints(), witness, [out])).to.deep.equal([]);
      }
    }
  });
});
