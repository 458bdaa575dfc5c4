/**
 * Emits the arithmetic of Baby Jubjub, two points at once.
 *
 * With X = √−a·x the curve a·x² + y² = 1 + d·x²·y² becomes −X² + Y² = 1 + d'·X²·Y², d' = −d/a, for
 * which additions take fewer products. −1 is a square and d' is not, so the addition is complete. A
 * point is held as X, Y, Z and T = XY/Z, the second summand of an addition as Y − X, Y + X, 2d'·T
 * and 2Z: its *cached* form. All coordinates in memory are tidy.
 *
 * @see https://hyperelliptic.org/EFD/g1p/auto-twisted-extended-1.html add-2008-hwcd-3,
 * dbl-2008-hwcd
 */

import { CURVE_A, CURVE_D } from "../crypto/baby-jubjub.ts";
import { invert, multiply, negate, squareRoot } from "../crypto/field.ts";
import { zeroLanes } from "./extension.ts";
import {
  add,
  loadLanes,
  loadPair,
  loadSingles,
  negate as negateElement,
  storePair,
  storeSingles,
  subtract,
} from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import { ELEMENT_BYTES, PAIR_BYTES, toLimbs, toMontgomery } from "./limbs.ts";
import { v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** Length of a pair of points, in plain or cached form. */
export const POINTS_BYTES = 4 * PAIR_BYTES;
/** Length of a single point in cached form. */
export const CACHED_BYTES = 4 * ELEMENT_BYTES;

/** X = X_SCALE · x. */
const X_SCALE = squareRoot(negate(CURVE_A))!;
const SCALED_D = negate(multiply(CURVE_D, invert(CURVE_A)));

type Coordinates = readonly [x: Limbs, y: Limbs, z: Limbs, t: Limbs];

export interface EdwardsFunctions {
  /** `double(points)`; leaves T stale, which only additions read. */
  readonly double: WasmFunction;
  /** `doubleFully(points)`; computes T too. */
  readonly doubleFully: WasmFunction;
  /** `addPairs(points, low, high)`: adds lane 0 of one cached pair, and lane 1 of another. */
  readonly addPairs: WasmFunction;
  /** `addSingles(points, low, high)`: adds single cached points. */
  readonly addSingles: WasmFunction;
  /** `cache(target, points)`. */
  readonly cache: WasmFunction;
  /** `cacheSingle(target, points)`: a single cached point from two equal ones. */
  readonly cacheSingle: WasmFunction;
  /** Emits a store of the points (0, 1). */
  readonly storeIdentity: (fn: FunctionBuilder, target: I32) => void;
  /** Emits a store of affine points; returns a mask of the lanes that are on the curve. */
  readonly storeAffine: (fn: FunctionBuilder, target: I32, x: Limbs, y: Limbs) => V128;
  /** Emits a load of the coordinates x·z, y·z and z of points (x, y) of the curve. */
  readonly loadProjective: (fn: FunctionBuilder, source: I32) => readonly [Limbs, Limbs, Limbs];
  /** Emits a comparison of two pairs of points; returns a mask of the equal lanes. */
  readonly equalLanes: (fn: FunctionBuilder, first: I32, second: I32) => V128;
}

export function defineEdwards(module: ModuleBuilder, fr: FieldMacros): EdwardsFunctions {
  const constant = (value: bigint): Limbs => fr.constant(toLimbs(toMontgomery(fr.field, value)));
  const one = constant(1n);
  const zero = constant(0n);
  const store = (fn: FunctionBuilder, target: I32, coordinates: readonly Limbs[]) =>
    coordinates.forEach((c, i) => storePair(fn, target, fr.tidy(fn, c), i * PAIR_BYTES));
  const cached = (fn: FunctionBuilder, [x, y, z, t]: Coordinates): Limbs[] =>
    [
      subtract(fn, y, x),
      add(fn, y, x),
      fr.multiply(fn, t, constant(2n * SCALED_D)),
      add(fn, z, z),
    ].map((c) => fr.tidy(fn, c));
  return {
    double: defineDouble(module, fr, "without T"),
    doubleFully: defineDouble(module, fr, "with T"),
    addPairs: defineAdd(module, fr, (fn, lanes, i) => loadLanes(fn, lanes, i * PAIR_BYTES)),
    addSingles: defineAdd(module, fr, (fn, lanes, i) => loadSingles(fn, lanes, i * ELEMENT_BYTES)),
    cache: module.function(null, 2, (fn, target, points) =>
      store(fn, target, cached(fn, loadCoordinates(fn, points))),
    ),
    cacheSingle: module.function(null, 2, (fn, target, points) =>
      cached(fn, loadCoordinates(fn, points)).forEach((c, i) =>
        storeSingles(fn, [target, target], c, i * ELEMENT_BYTES),
      ),
    ),
    storeIdentity: (fn, target) => store(fn, target, [zero, one, one, zero]),
    storeAffine: (fn, target, affineX, affineY) => {
      const x = fr.tidy(fn, fr.multiply(fn, affineX, constant(X_SCALE)));
      const y = fr.tidy(fn, affineY);
      const t = fr.multiply(fn, x, y);
      store(fn, target, [x, y, one, t]);
      const [xx, yy] = [fr.square(fn, x), fr.square(fn, y)];
      const right = fr.multiply(fn, fr.square(fn, t), constant(SCALED_D));
      const difference = subtract(fn, subtract(fn, yy, xx), add(fn, one, right));
      return zeroLanes(fn, fr.tidy(fn, difference));
    },
    loadProjective: (fn, source) => {
      const [x, y, z] = loadCoordinates(fn, source);
      return [fr.multiply(fn, x, constant(invert(X_SCALE))), y, z];
    },
    equalLanes: (fn, first, second) => {
      const [x1, y1, z1] = loadCoordinates(fn, first);
      const [x2, y2, z2] = loadCoordinates(fn, second);
      const same = (a1: Limbs, a2: Limbs) => {
        const difference = subtract(fn, fr.multiply(fn, a1, z2), fr.multiply(fn, a2, z1));
        return zeroLanes(fn, fr.tidy(fn, difference));
      };
      return fn.let(v128.and(same(x1, x2), same(y1, y2)));
    },
  };
}

function loadCoordinates(fn: FunctionBuilder, points: I32): Coordinates {
  const [x, y, z, t] = [0, 1, 2, 3].map((i) => loadPair(fn, points, i * PAIR_BYTES));
  return [x!, y!, z!, t!];
}

function defineDouble(
  module: ModuleBuilder,
  fr: FieldMacros,
  kind: "with T" | "without T",
): WasmFunction {
  return module.function(null, 1, (fn, points) => {
    const [x, y, z] = loadCoordinates(fn, points);
    const xx = fr.square(fn, x);
    const yy = fr.square(fn, y);
    const zz = fr.square(fn, z);
    const xy = fr.multiply(fn, x, y);
    const e = add(fn, xy, xy);
    const g = subtract(fn, yy, xx);
    const f = fr.tidy(fn, subtract(fn, subtract(fn, g, zz), zz));
    const h = negateElement(fn, add(fn, xx, yy));
    storeProducts(fn, fr, points, [e, f, g, h], kind);
  });
}

/** Emits the last step of additions and doublings: X = EF, Y = GH, Z = FG, T = EH. */
function storeProducts(
  fn: FunctionBuilder,
  fr: FieldMacros,
  points: I32,
  [e, f, g, h]: readonly [Limbs, Limbs, Limbs, Limbs],
  kind: "with T" | "without T",
): void {
  const products: [Limbs, Limbs][] = [
    [e, f],
    [g, h],
    [f, g],
  ];
  if (kind === "with T") products.push([e, h]);
  products.forEach(([a, b], i) =>
    storePair(fn, points, fr.tidy(fn, fr.multiply(fn, a, b)), i * PAIR_BYTES),
  );
}

function defineAdd(
  module: ModuleBuilder,
  fr: FieldMacros,
  loadCached: (fn: FunctionBuilder, lanes: readonly [I32, I32], index: number) => Limbs,
): WasmFunction {
  return module.function(null, 3, (fn, points, low, high) => {
    const [x, y, z, t] = loadCoordinates(fn, points);
    const factor = (index: number) => loadCached(fn, [low, high], index);
    const a = fr.multiply(fn, subtract(fn, y, x), factor(0));
    const b = fr.multiply(fn, add(fn, y, x), factor(1));
    const c = fr.multiply(fn, t, factor(2));
    const d = fr.multiply(fn, z, factor(3));
    const [e, f, g, h] = [subtract(fn, b, a), subtract(fn, d, c), add(fn, d, c), add(fn, b, a)];
    storeProducts(fn, fr, points, [e, f, g, h], "with T");
  });
}
