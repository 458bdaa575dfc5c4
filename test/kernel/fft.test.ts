import { expect } from "chai";
import { power } from "../../src/crypto/field.ts";
import { elementMemory } from "../../src/kernel/instance.ts";
import { FR, invertModulo, modulo, PAIR_BYTES } from "../../src/kernel/limbs.ts";
import { createRandom } from "../helpers/random.ts";
import { createSpace } from "./bn254-space.ts";

const random = createRandom();
const r = FR.modulus;

/** Computes a polynomial's values at g·ω^i from those at ω^i, by the definition. */
function shiftByDefinition(values: readonly bigint[], omega: bigint, g: bigint): bigint[] {
  const size = values.length;
  const inverse = invertModulo(BigInt(size), r);
  const coefficients = values.map((_, k) => {
    const step = invertModulo(power(omega, BigInt(k)), r);
    return modulo(evaluate(values, step) * inverse, r);
  });
  return values.map((_, i) => evaluate(coefficients, modulo(g * power(omega, BigInt(i)), r)));
}

function evaluate(coefficients: readonly bigint[], x: bigint): bigint {
  return coefficients.reduceRight((sum, coefficient) => modulo(sum * x + coefficient, r), 0n);
}

describe(`kernel: Fourier transforms (${random.title})`, () => {
  for (const [logSize, logBlock] of [
    [1, 0],
    [2, 1],
    [3, 1],
    [5, 2],
    [6, 5],
  ] as const) {
    it(`moves values of 2^${logSize} elements to a coset, in blocks of 2^${logBlock} pairs`, () => {
      const { memory, functions, allocate } = createSpace();
      const elements = elementMemory(memory, FR);
      const size = 2 ** logSize;
      const half = size / 2;
      const log = logSize - 1;
      const [omega, g] = [size, 2 * size].map((n) => power(5n, (r - 1n) / BigInt(n)));
      const [vector, roots] = [allocate(PAIR_BYTES * half), allocate(40 * (half + 1))];
      const [root, factors] = [allocate(40), allocate(PAIR_BYTES)];
      elements.write(root, omega!);
      elements.write(roots, 1n);
      functions["powers"]!(roots, 0, half, root);
      const inverse = invertModulo(BigInt(size), r);
      elements.write(factors, inverse, 2);
      elements.write(factors + 8, inverse * g!, 2);
      const edges = [0n, 1n, r - 1n, r / 2n];
      const values = Array.from({ length: size }, () =>
        random.int(4) === 0 ? random.pick(edges) : random.field(),
      );
      const at = (i: number) => vector + (i % half) * PAIR_BYTES + 8 * Math.floor(i / half);
      values.forEach((value, i) => elements.write(at(i), value, 2));

      functions["inverseAcross"]!(vector, roots, log, 0, half);
      for (let l = log - 1; l >= logBlock; l--) {
        functions["inverseLayer"]!(vector, roots, log, l, 0, half / 2);
      }
      const blocks = Array.from({ length: half >> logBlock }, (_, block) => block);
      for (const b of blocks) functions["inverseBlock"]!(vector, roots, log, logBlock, b);
      functions["shift"]!(vector, roots, log, factors, 0, half);
      for (const b of blocks) functions["forwardBlock"]!(vector, roots, log, logBlock, b);
      for (let l = logBlock; l < log; l++) {
        functions["forwardLayer"]!(vector, roots, log, l, 0, half / 2);
      }
      functions["forwardAcross"]!(vector, roots, log, 0, half);

      const results = values.map((_, i) => elements.read(at(i), 2));
      expect(results).to.deep.equal(shiftByDefinition(values, omega!, g!));
    });
  }
});
