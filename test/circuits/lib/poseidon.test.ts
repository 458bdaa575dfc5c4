import { expect } from "chai";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { poseidon } from "../../../src/crypto/poseidon.ts";
import { findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();

describe(`Poseidon circuit, ${random.title}`, () => {
  for (const count of [2, 3, 4, 5, 8, 16]) {
    it(`equals the hash in TypeScript for ${count} inputs`, async () => {
      const circuit = await loadTemplate("lib/poseidon.circom", `Poseidon(${count})`);
      const edges = [0n, 1n, FIELD_MODULUS - 1n].map((edge) => new Array<bigint>(count).fill(edge));
      const randoms = Array.from({ length: 5 }, () =>
        Array.from({ length: count }, () => random.field()),
      );
      for (const inputs of [...edges, ...randoms]) {
        const witness = await circuit.calculateWitness({ inputs });
        expect(circuit.checkWitness(witness)).to.equal(null);
        expect(witness[circuit.wire("main.out")]).to.equal(poseidon(inputs));
      }
    });

    it(`leaves no wire free for ${count} inputs`, async () => {
      const circuit = await loadTemplate("lib/poseidon.circom", `Poseidon(${count})`);
      const inputs = Array.from({ length: count }, () => random.field());
      const witness = await circuit.calculateWitness({ inputs });
      expect(findFreeWires(circuit.constraints(), witness)).to.deep.equal([]);
    });
  }
});
