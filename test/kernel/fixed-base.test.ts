import { expect } from "chai";
import { elementsBytes } from "../../src/groth16/formats/bn254.ts";
import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import { createFixedBaseMultiplication } from "../../src/kernel/fixed-base.ts";
import { FR } from "../../src/kernel/limbs.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const r = FR.modulus;
const EDGES = [0n, 1n, 2n, 3n, r - 1n, r - 2n, 1n << 12n, (1n << 12n) - 1n, 1n << 253n];

for (const group of ["G1", "G2"] as const) {
  describe(`kernel: multiples of the generator of ${group} (${random.title})`, () => {
    for (const expectedCount of [1, 300, 1_000_000]) {
      it(`multiplies with a table for ${expectedCount} scalars`, async () => {
        const curve = (await loadCurve())[group];
        const generator = curve.toAffine(curve.g);
        const multiply = createFixedBaseMultiplication(group, generator, expectedCount);
        const scalars = [...EDGES, ...Array.from({ length: 20 }, () => random.field())];
        const expected = scalars.map((scalar) =>
          scalar === 0n
            ? new Uint8Array(generator.length)
            : curve.toAffine(curve.timesScalar(curve.g, scalar)),
        );
        expect(Buffer.from(multiply(elementsBytes(scalars)))).to.deep.equal(
          Buffer.concat(expected),
        );
        // More scalars than a batch has.
        const many = Array.from({ length: 5000 }, (_, i) => scalars[i % 7]!);
        const points = multiply(elementsBytes(many));
        const last = points.subarray(4999 * generator.length);
        expect(Buffer.from(last)).to.deep.equal(Buffer.from(expected[4999 % 7]!));
      });
    }
  });
}
