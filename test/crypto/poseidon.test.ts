import { expect } from "chai";
import { buildPoseidonReference } from "circomlibjs";
import type { Poseidon } from "circomlibjs";
import { FIELD_MODULUS, add, power } from "../../src/crypto/field.ts";
import { poseidonParameters } from "../../src/crypto/poseidon-constants.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createRandom } from "../helpers/random.ts";
import { POSEIDON_VECTORS } from "../vectors/circomlib.ts";

const random = createRandom();

/** The permutation exactly as the paper states it. */
function poseidonByThePaper(inputs: readonly bigint[]): bigint {
  const { roundConstants, mds } = poseidonParameters(inputs.length + 1);
  const lastRound = roundConstants.length - 1;
  let state = [0n, ...inputs];
  roundConstants.forEach((constants, round) => {
    const isFull = round < 4 || round > lastRound - 4;
    state = state.map((element, i) => add(element, constants[i]!));
    state = state.map((element, i) => (isFull || i === 0 ? power(element, 5n) : element));
    state = mds.map((row) => row.reduce((sum, m, i) => (sum + m * state[i]!) % FIELD_MODULUS, 0n));
  });
  return state[0]!;
}

describe(`crypto/poseidon (${random.title})`, () => {
  let oracle: Poseidon;
  before(async () => {
    oracle = await buildPoseidonReference();
  });

  it("returns the published hashes", () => {
    for (const { inputs, hash } of POSEIDON_VECTORS) expect(poseidon(inputs)).to.equal(hash);
  });

  for (let count = 1; count <= 16; count++) {
    it(`equals circomlibjs and the paper for ${count} inputs`, () => {
      const edges = [0n, 1n, FIELD_MODULUS - 1n].map((edge) => new Array<bigint>(count).fill(edge));
      const randoms = Array.from({ length: 3 }, () =>
        Array.from({ length: count }, () => random.field()),
      );
      for (const inputs of [...edges, ...randoms]) {
        const hash = poseidon(inputs);
        expect(hash).to.equal(oracle.F.toObject(oracle(inputs)));
        expect(hash).to.equal(poseidonByThePaper(inputs));
      }
    });
  }

  it("refuses no input, 17 inputs and integers outside the field", () => {
    const codes: [readonly bigint[], string][] = [
      [[], "POSEIDON_INPUT_COUNT"],
      [new Array<bigint>(17).fill(1n), "POSEIDON_INPUT_COUNT"],
      [[FIELD_MODULUS], "FIELD_ELEMENT_OUT_OF_RANGE"],
      [[0n, -1n], "FIELD_ELEMENT_OUT_OF_RANGE"],
    ];
    for (const [inputs, code] of codes) {
      expect(() => poseidon(inputs))
        .to.throw()
        .with.property("code", code);
    }
  });
});
