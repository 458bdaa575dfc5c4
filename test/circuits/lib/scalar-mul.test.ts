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
import {
  FIELD_MODULUS,
  add,
  invert,
  multiply,
  negate,
  subtract,
} from "../../../src/crypto/field.ts";
import { checkConstraints, indexConstraints } from "../../../src/groth16/check-witness.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../../helpers/curve-points.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const SCALAR_BITS = 251;
const WINDOWS = 83;
/** The octal digit 1 in each window. */
const ONES = (8n ** BigInt(WINDOWS) - 1n) / 7n;
/** ScalarMulAny refuses scalars that are nearer than this to 0 or r. */
const ROUNDED = 1n << 126n;

async function multiplyInCircuit(circuit: Circuit, input: InputValues): Promise<Point> {
  const witness = await circuit.calculateWitness(input);
  expect(circuit.checkWitness(witness)).to.equal(null);
  return { x: witness[circuit.wire("main.out.x")]!, y: witness[circuit.wire("main.out.y")]! };
}

/** Returns the points d · 8^i · BASE8 / 2 for d = ±1, ±3, ±5 and ±7. */
function windowPoints(i: number): { u: bigint; v: bigint }[] {
  const half = multiplyBase((SUBGROUP_ORDER + 1n) / 2n);
  return [1n, 3n, 5n, 7n].flatMap((factor) => {
    const { x, y } = multiplyPoint(half, factor * 8n ** BigInt(i));
    const u = multiply(add(1n, y), invert(subtract(1n, y)));
    const v = multiply(u, invert(x));
    return [v, negate(v)].map((signed) => ({ u, v: signed }));
  });
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
    const tops = [1n, 2n, 3n].map((top) => top << 249n);
    const edges = [0n, 2n, limit - 1n, limit / 2n - 1n, SUBGROUP_ORDER - 1n];
    const neighbors = [...edges, ...halves, ...near, ...tops].flatMap((s) => [s - 1n, s, s + 1n]);
    const randoms = Array.from({ length: 10 }, () => random.bigint(SCALAR_BITS));
    for (const s of [...neighbors, ...randoms].filter((n) => n >= 0n && n < limit)) {
      expect(await multiplyInCircuit(fixed, { s }), `${s}`).to.deep.equal(multiplyBase(s));
    }
  });

  it("multiplies BASE8 by numbers of equal digits, which are all digits of all windows", async () => {
    for (let s = 0n; s < 1n << 249n; s += ONES) {
      expect(await multiplyInCircuit(fixed, { s }), `${s}`).to.deep.equal(multiplyBase(s));
    }
  });

  it("multiplies BASE8 where the sum of the windows is as near to an addend as it can be", async () => {
    // Octal digits 0 and 7 below window i add up to ±(8^i - 1), and digits 3 and 4 add ±8^i.
    for (let i = 1n; i < BigInt(WINDOWS); i++) {
      const top = random.bigint(SCALAR_BITS) >> (3n * i + 3n);
      for (const lower of [0n, 8n ** i - 1n]) {
        for (const digit of [3n, 4n]) {
          const s = ((8n * top + digit) << (3n * i)) + lower;
          expect(await multiplyInCircuit(fixed, { s }), `${s}`).to.deep.equal(multiplyBase(s));
        }
      }
    }
  });

  it("multiplies BASE8 by the lower 251 bits of other numbers", async () => {
    for (const s of [1n << 251n, FIELD_MODULUS - 1n]) {
      const lower = s % (1n << BigInt(SCALAR_BITS));
      expect(await multiplyInCircuit(fixed, { s })).to.deep.equal(multiplyBase(lower));
    }
  });

  it("lets a window be one of eight points only", async () => {
    const witness = await fixed.calculateWitness({ s: random.bigint(SCALAR_BITS) });
    const rowsOf = indexConstraints(fixed.constraints());
    for (let i = 0; i < WINDOWS; i++) {
      const points = windowPoints(i);
      const other = windowPoints((i + 1) % WINDOWS);
      const flag = fixed.wire(`main.isLarge[${i}]`);
      const rows = rowsOf(flag);
      const isAccepted = (isLarge: bigint, u: bigint, v: bigint) => {
        const forged = [...witness];
        forged[flag] = isLarge;
        forged[fixed.wire(`main.addends[${i}].u`)] = u;
        forged[fixed.wire(`main.addends[${i}].v`)] = v;
        return checkConstraints(fixed.constraints(), forged, rows) === null;
      };
      const us = new Set([0n, random.field(), ...[...points, ...other].map(({ u }) => u)]);
      const vs = new Set([0n, random.field(), ...[...points, ...other].map(({ v }) => v)]);
      const accepted = [0n, 1n, 2n, negate(1n)].flatMap((isLarge) =>
        [...us].flatMap((u) =>
          [...vs].filter((v) => isAccepted(isLarge, u, v)).map((v) => ({ u, v })),
        ),
      );
      expect(accepted).to.have.deep.members(points);
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
    const multiple = await fixed.calculateWitness({ s: random.bigint(SCALAR_BITS) });
    expect(findFreeWires(fixed.constraints(), multiple)).to.deep.equal([]);
  });
});
