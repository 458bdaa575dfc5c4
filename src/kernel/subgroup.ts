/**
 * Emits the test whether points of Baby Jubjub are in the subgroup of order l, two at once, by one
 * exponentiation instead of a multiplication by l.
 *
 * The curve E has 8·l points, and its points of order dividing 8 are the multiples of one, T. The
 * field has the 8th roots of unity, so the reduced Tate pairing t(T, P) = f(P)^((r − 1)/8) is a
 * homomorphism of P whose kernel is 8·E, which is the subgroup: the pairing is not degenerate, and
 * E/8E and the multiples of T have 8 elements each. f has the divisor 8·(T) − 8·(O); Miller's
 * algorithm makes it of tangents and verticals. With u = (1 + y)/(1 − y) and v = u/x the curve is
 * B·v² = u³ + A·u² + u, where 4T = (0, 0), and up to 8th powers
 *
 *     f = tangent(T)^4 · vertical(2T)^4 · tangent(2T)^2 · u^7
 *
 * whose power in the subgroup is B^((r − 1)/8), because B is the leading coefficient of f. That is
 * 1, as B is an 8th power. 8th powers also clear the denominators. What is left is a polynomial in
 * x and y that is zero only in multiples of T, one of which, O, is in the subgroup.
 *
 * @see https://eprint.iacr.org/2022/037 (Koshelev: subgroup membership testing)
 */
import {
  COFACTOR,
  CURVE_A,
  CURVE_D,
  doublePoint,
  multiplyPoint,
  type Point,
  SUBGROUP_ORDER,
} from "../crypto/baby-jubjub.ts";
import { FIELD_MODULUS, invert, multiply, reduce } from "../crypto/field.ts";
import { zeroLanes } from "./extension.ts";
import { add, loadPair, storePair, subtract } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import { writeInteger } from "./integers.ts";
import { INTEGER_BYTES, PAIR_BYTES, toLimbs, toMontgomery } from "./limbs.ts";
import { i32 } from "./wasm/instructions.ts";
import type { V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder } from "./wasm/module.ts";

/** A generator of all points of the curve, from EIP-2494; `BASE8` is 8 times it. */
const GENERATOR: Point = {
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
};

/** The final exponent of the pairing. */
const EXPONENT = (FIELD_MODULUS - 1n) / COFACTOR;
const WINDOW_BITS = 4;
const WINDOW_SIZE = 1 << WINDOW_BITS;
const WINDOWS = Math.ceil(EXPONENT.toString(2).length / WINDOW_BITS);

/** The memory of the test: the exponent, the first powers of two elements, and their results. */
export const SUBGROUP_BYTES = INTEGER_BYTES + (WINDOW_SIZE + 1) * PAIR_BYTES;

/** Writes the exponent. @param address - Of {@link SUBGROUP_BYTES} bytes. */
export function prepareSubgroupCheck(words: BigUint64Array, address: number): void {
  writeInteger(words, address, EXPONENT);
}

/** A point as (u, v), with the slope of the tangent in it. */
interface Tangent {
  readonly u: bigint;
  readonly v: bigint;
  readonly slope: bigint;
}

function tangentAt({ x, y }: Point): Tangent {
  const scale = invert(reduce(CURVE_A - CURVE_D));
  const [a, b] = [multiply(2n * (CURVE_A + CURVE_D), scale), multiply(4n, scale)];
  const u = multiply(reduce(1n + y), invert(reduce(1n - y)));
  const v = multiply(u, invert(x));
  const numerator = reduce(3n * multiply(u, u) + 2n * multiply(a, u) + 1n);
  return { u, v, slope: multiply(numerator, invert(multiply(2n * b, v))) };
}

/** Emits the test; returns a mask of the lanes with points of the subgroup other than O. */
export type SubgroupCheck = (fn: FunctionBuilder, x: Limbs, y: Limbs) => V128;

/**
 * Creates the macro, for points of the curve.
 *
 * @param address - Of memory from {@link prepareSubgroupCheck}.
 */
export function createSubgroupCheck(
  module: ModuleBuilder,
  fr: FieldMacros,
  address: number,
): SubgroupCheck {
  const [exponent, table] = [i32.const(address), i32.const(address + INTEGER_BYTES)];
  const square = module.function(null, 1, (fn, element) => {
    storePair(fn, element, fr.tidy(fn, fr.square(fn, loadPair(fn, element))));
  });
  const one = fr.constant(toLimbs(toMontgomery(fr.field, 1n)));
  const raise = (fn: FunctionBuilder, base: Limbs): Limbs => {
    let power: Limbs = one;
    for (let i = 0; i < WINDOW_SIZE; i++) {
      storePair(fn, table, power, i * PAIR_BYTES);
      if (i < WINDOW_SIZE - 1) power = fr.tidy(fn, fr.multiply(fn, power, base));
    }
    const result = fn.let(i32.add(table, i32.const(WINDOW_SIZE * PAIR_BYTES)));
    storePair(fn, result, one);
    const window = fn.let(i32.const(WINDOWS));
    fn.while(
      () => window,
      () => {
        fn.set(window, i32.subtract(window, i32.const(1)));
        for (let i = 0; i < WINDOW_BITS; i++) fn.call(square, result);
        const byte = i32.load8(i32.add(exponent, i32.shiftRight(window, i32.const(1))));
        const shift = i32.shiftLeft(i32.and(window, i32.const(1)), i32.const(2));
        const digit = i32.and(i32.shiftRight(byte, shift), i32.const(WINDOW_SIZE - 1));
        const entry = fn.let(i32.add(table, i32.multiply(digit, i32.const(PAIR_BYTES))));
        const product = fr.multiply(fn, loadPair(fn, result), loadPair(fn, entry));
        storePair(fn, result, fr.tidy(fn, product));
      },
    );
    return loadPair(fn, result);
  };
  return (fn, x, y) => {
    const power = raise(fn, emitMiller(fn, fr, x, y));
    return zeroLanes(fn, fr.tidy(fn, subtract(fn, power, one)));
  };
}

/** Emits f(P) without its denominators. */
function emitMiller(fn: FunctionBuilder, fr: FieldMacros, affineX: Limbs, affineY: Limbs): Limbs {
  const constant = (value: bigint): Limbs => fr.constant(toLimbs(toMontgomery(fr.field, value)));
  const tidy = (element: Limbs) => fr.tidy(fn, element);
  const times = (a: Limbs, b: Limbs) => tidy(fr.multiply(fn, a, b));
  const squared = (a: Limbs) => tidy(fr.square(fn, a));
  const minus = (a: Limbs, b: Limbs) => tidy(subtract(fn, a, b));
  const one = constant(1n);
  const [x, y] = [tidy(affineX), tidy(affineY)];
  const [n, m] = [tidy(add(fn, one, y)), minus(one, y)];
  const torsion = multiplyPoint(GENERATOR, SUBGROUP_ORDER);
  const [first, second] = [tangentAt(torsion), tangentAt(doublePoint(torsion))];
  const mx = times(m, x);
  const tangent = ({ u, v, slope }: Tangent) => {
    const rise = times(times(x, minus(n, times(m, constant(u)))), constant(slope));
    return minus(minus(n, times(mx, constant(v))), rise);
  };
  const vertical = minus(n, times(m, constant(second.u)));
  const nm = times(n, m);
  const outer = squared(times(tangent(first), vertical));
  const inner = times(times(outer, times(tangent(second), x)), times(squared(nm), nm));
  return times(squared(inner), nm);
}
