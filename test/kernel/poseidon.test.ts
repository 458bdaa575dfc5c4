import { expect } from "chai";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createPoseidonKernel } from "../../src/kernel/poseidon-kernel.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const EDGES = [0n, 1n, 2n, FIELD_MODULUS - 1n, FIELD_MODULUS / 2n, (1n << 51n) - 1n, 1n << 203n];

describe(`kernel: Poseidon (${random.title})`, () => {
  const kernel = createPoseidonKernel();
  const sample = () => (random.int(3) === 0 ? random.pick(EDGES) : random.field());

  for (let count = 1; count <= 16; count++) {
    it(`hashes ${count} elements like the reference`, () => {
      const lists = Array.from({ length: 9 }, () => Array.from({ length: count }, sample));
      lists.push(...EDGES.map((value) => Array<bigint>(count).fill(value)));
      const expected = lists.map(poseidon);
      expect(kernel.hashMany(lists)).to.deep.equal(expected);
      expect(lists.map((list) => kernel.hash(list))).to.deep.equal(expected);
    });
  }

  it("refuses invalid inputs with the codes of the reference", () => {
    expectCode("POSEIDON_INPUT_COUNT", () => kernel.hash([]));
    expectCode("POSEIDON_INPUT_COUNT", () => kernel.hash(Array<bigint>(17).fill(0n)));
    expectCode("FIELD_ELEMENT_OUT_OF_RANGE", () => kernel.hash([FIELD_MODULUS]));
    expectCode("FIELD_ELEMENT_OUT_OF_RANGE", () => kernel.hashMany([[1n], [-1n]]));
    expect(kernel.hashMany([])).to.deep.equal([]);
  });
});
