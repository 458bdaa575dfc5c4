/** Points of Baby Jubjub that no honest key or signature contains. */

import {
  CURVE_A,
  CURVE_D,
  IDENTITY,
  SUBGROUP_ORDER,
  addPoints,
  multiplyPoint,
} from "../../src/crypto/baby-jubjub.ts";
import type { Point } from "../../src/crypto/baby-jubjub.ts";
import { invert, multiply, reduce, squareRoot } from "../../src/crypto/field.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

/** Returns a random point of the whole curve, in the subgroup with probability 1/8. */
export function randomCurvePoint(random: Random): Point {
  for (;;) {
    const x = random.field();
    const xx = multiply(x, x);
    const y = squareRoot(reduce((1n - CURVE_A * xx) * invert(reduce(1n - CURVE_D * xx))));
    if (y !== undefined) return { x, y };
  }
}

/** The eight points whose order divides the cofactor, the identity first. */
export const SMALL_ORDER_POINTS: readonly Point[] = findSmallOrderPoints();

function findSmallOrderPoints(): Point[] {
  const random = createRandom("small order");
  let points: Point[];
  do {
    const generator = multiplyPoint(randomCurvePoint(random), SUBGROUP_ORDER);
    points = [IDENTITY];
    for (let point = generator; point.x !== 0n || point.y !== 1n;) {
      points.push(point);
      point = addPoints(point, generator);
    }
  } while (points.length < 8);
  return points;
}
