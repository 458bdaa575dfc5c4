import { expect } from "chai";
import {
  BASE8,
  SUBGROUP_ORDER,
  addPoints,
  doublePoint,
  multiplyBase,
  multiplyPoint,
} from "../../../src/crypto/baby-jubjub.ts";
import type { Point } from "../../../src/crypto/baby-jubjub.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import type { InputValues } from "../../../src/circom/witness-inputs.ts";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../../helpers/curve-points.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const SCALAR_BITS = 251;
/** ScalarMulAny refuses scalars that are nearer than this to 0 or r. */
const ROUNDED = 1n << 126n;

async function multiplyInCircuit(circuit: Circuit, input: InputValues): Promise<Point> {
  const witness = await circuit.calculateWitness(input);
  expect(circuit.checkWitness(witness)).to.equal(null);
  return { x: witness[circuit.wire("main.out.x")]!, y: witness[circuit.wire("main.out.y")]! };
}

describe(`Scalar multiplication circuits, ${random.title}`, () => {
  let fixed: Circuit;
  let any: Circuit;
  before(async () => {
    fixed = await loadTemplate("lib/scalar-mul-fixed.circom", "ScalarMulFixed()");
    any = await loadTemplate("lib/scalar-mul-any.circom", "ScalarMulAny()");
  });

  it("multiplies BASE8 by any number of 251 bits", async () => {
    const limit = 1n << BigInt(SCALAR_BITS);
    const halves = [0n, 1n].map((sign) => (limit - 1n - sign * SUBGROUP_ORDER) / 2n);
    const near = [SUBGROUP_ORDER, limit - SUBGROUP_ORDER, limit - (SUBGROUP_ORDER + 1n) / 2n];
    const edges = [0n, 1n, 2n, 3n, limit / 2n - 1n, limit / 2n, limit - 1n, ...halves, ...near];
    const neighbors = edges.flatMap((edge) => [edge - 1n, edge, edge + 1n]);
    const randoms = Array.from({ length: 10 }, () => random.bigint(SCALAR_BITS));
    for (const scalar of [...neighbors, ...randoms].filter((s) => s >= 0n && s < limit)) {
      const bits = Array.from({ length: SCALAR_BITS }, (_, i) => (scalar >> BigInt(i)) & 1n);
      const out = await multiplyInCircuit(fixed, { bits });
      expect(out, `${scalar}`).to.deep.equal(multiplyBase(scalar));
    }
  });

  it("multiplies points of order l and 2l by 2h + 1", async () => {
    const orderTwo = multiplyPoint(SMALL_ORDER_POINTS[1]!, 4n);
    const base = multiplyBase(random.field());
    const edges = [ROUNDED, 1n << 127n, 1n << 250n, FIELD_MODULUS - ROUNDED - 1n];
    const randoms = Array.from({ length: 6 }, () => random.field());
    for (const scalar of [...edges, ...randoms, SUBGROUP_ORDER + 5n, 3n * SUBGROUP_ORDER + 1n]) {
      for (const point of [base, addPoints(base, orderTwo)]) {
        const out = await multiplyInCircuit(any, { scalar, point: { ...point } });
        expect(out, `${scalar}`).to.deep.equal(multiplyPoint(point, 2n * scalar + 1n));
      }
    }
  });

  it("refuses inputs that its additions cannot handle", async () => {
    for (const point of [SMALL_ORDER_POINTS[0]!, multiplyPoint(SMALL_ORDER_POINTS[1]!, 4n)]) {
      await expectCircuitRefusal(any, { scalar: random.field(), point: { ...point } });
    }
    for (const scalar of [0n, 1n, FIELD_MODULUS - 1n, (SUBGROUP_ORDER - 1n) / 2n]) {
      await expectCircuitRefusal(any, { scalar, point: { ...BASE8 } });
    }
  });

  it("compares the digits of the scalar with bounds that exclude its aliases", async () => {
    const BITS = 128;
    const offset = 12n * SUBGROUP_ORDER - (1n << 254n);
    const minimum = (offset >> 126n) + 1n;
    const maximum = ((offset + FIELD_MODULUS) >> 126n) - 1n;
    const below = `AssertAtMost(${BITS}, SCALAR_TOP_MAXIMUM(), -1, 1)`;
    const above = `AssertAtMost(${BITS}, 2 ** ${BITS} - 1 - SCALAR_TOP_MINIMUM(), 1, -1)`;
    for (const [instance, inside, outside] of [
      [below, maximum, maximum + 1n],
      [above, minimum, minimum - 1n],
    ] as const) {
      const circuit = await loadTemplate("lib/scalar-mul-any.circom", instance);
      const bits = (value: bigint) =>
        Array.from({ length: BITS }, (_, i) =>
          (value >> BigInt(i)) & 1n ? 1n : FIELD_MODULUS - 1n,
        );
      const witness = await circuit.calculateWitness({ bits: bits(inside), scale: 1n });
      expect(circuit.checkWitness(witness)).to.equal(null);
      await expectCircuitRefusal(circuit, { bits: bits(outside), scale: 1n });
    }
  });

  it("leaves no wire free", async () => {
    const point = doublePoint(doublePoint(randomCurvePoint(random)));
    const product = await any.calculateWitness({ scalar: random.field(), point: { ...point } });
    const inputs = ["scalar", "point.x", "point.y"].map((name) => any.wire(`main.${name}`));
    const wires = [...product.keys()].slice(1).filter((wire) => !inputs.includes(wire));
    const free = findFreeWires(any.constraints(), product, wires);
    // A comparison's hint is free, and 0, while no bit is missing and none is extra.
    expect(free.filter((wire) => product[wire] !== 0n)).to.deep.equal([]);
  });
});
