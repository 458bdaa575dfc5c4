import { expect } from "chai";
import { buildEddsa } from "circomlibjs";
import type { BabyJub, ElementPoint } from "circomlibjs";
import {
  BASE8,
  COFACTOR,
  CURVE_A,
  IDENTITY,
  SUBGROUP_ORDER,
  addPoints,
  doublePoint,
  isInSubgroup,
  isOnCurve,
  multiplyBase,
  multiplyPoint,
  negatePoint,
} from "../../src/crypto/baby-jubjub.ts";
import type { Point } from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS, invert, negate, squareRoot } from "../../src/crypto/field.ts";
import { createRandom } from "../helpers/random.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../helpers/curve-points.ts";

const random = createRandom();

describe(`crypto/baby-jubjub (${random.title})`, () => {
  let oracle: BabyJub;
  const toOracle = ({ x, y }: Point): ElementPoint => [oracle.F.e(x), oracle.F.e(y)];
  const fromOracle = ([x, y]: ElementPoint): Point => ({
    x: oracle.F.toObject(x),
    y: oracle.F.toObject(y),
  });

  before(async () => {
    oracle = (await buildEddsa()).babyJub;
  });

  it("has circomlib's generator, of order l", () => {
    expect(fromOracle(oracle.Base8)).to.deep.equal(BASE8);
    expect(multiplyPoint(BASE8, SUBGROUP_ORDER)).to.deep.equal(IDENTITY);
    expect(isInSubgroup(BASE8)).to.equal(true);
  });

  it("adds and doubles as circomlibjs does, small orders included", () => {
    const points = [
      ...SMALL_ORDER_POINTS,
      BASE8,
      ...Array.from({ length: 8 }, () => randomCurvePoint(random)),
    ];
    for (const a of points) {
      for (const b of [random.pick(points), a, negatePoint(a), IDENTITY]) {
        const sum = fromOracle(oracle.addPoint(toOracle(a), toOracle(b)));
        expect(addPoints(a, b)).to.deep.equal(sum);
      }
      expect(doublePoint(a)).to.deep.equal(addPoints(a, a));
    }
  });

  it("multiplies as circomlibjs does", () => {
    const edges = [0n, 1n, 2n, 15n, 16n, SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, FIELD_MODULUS];
    for (const scalar of [...edges, ...Array.from({ length: 8 }, () => random.field())]) {
      const point = randomCurvePoint(random);
      const product = fromOracle(oracle.mulPointEscalar(toOracle(point), scalar));
      expect(multiplyPoint(point, scalar)).to.deep.equal(product);
      expect(multiplyBase(scalar)).to.deep.equal(multiplyPoint(BASE8, scalar));
    }
  });

  it("recognizes points of the curve and of the subgroup", () => {
    for (const point of SMALL_ORDER_POINTS) {
      expect(isOnCurve(point)).to.equal(true);
      expect(multiplyPoint(point, COFACTOR)).to.deep.equal(IDENTITY);
      expect(isInSubgroup(point)).to.equal(point.x === 0n && point.y === 1n);
    }
    for (let i = 0; i < 5; i++) {
      const point = randomCurvePoint(random);
      expect(isOnCurve(point)).to.equal(true);
      expect(isInSubgroup(point)).to.equal(oracle.inSubgroup(toOracle(point)));
      expect(isOnCurve({ x: point.x, y: (point.y + 1n) % FIELD_MODULUS })).to.equal(false);
      expect(isOnCurve({ x: point.x + FIELD_MODULUS, y: point.y })).to.equal(false);
      expect(isOnCurve({ x: point.x, y: point.y - FIELD_MODULUS })).to.equal(false);
    }
  });

  it("has a square coefficient a, which makes the addition law complete", () => {
    const root = squareRoot(CURVE_A)!;
    expect(isOnCurve({ x: invert(root), y: 0n })).to.equal(true);
    expect(isOnCurve({ x: negate(invert(root)), y: 0n })).to.equal(true);
  });
});
