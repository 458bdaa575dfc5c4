/**
 * One interface for the fields of curve coordinates: Fq for G1 and Fq2 = Fq[u]/(u² + 1) for G2.
 *
 * An element of Fq2 is its two components in sequence, in memory and in {@link Limbs}.
 * Its products are tidied, because a product in Fq2 adds two products in Fq and would leave the
 * range within which chains of products stay bounded (see field.ts).
 */

import { negate, add, subtract } from "./field.ts";
import type { FieldMacros, Limbs, Products } from "./field.ts";
import { ELEMENT_BYTES, LIMBS, toLimbs, toMontgomery } from "./limbs.ts";
import { f64x2, v128 } from "./wasm/instructions.ts";
import type { V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder } from "./wasm/module.ts";

/** Macros over coordinates, like {@link FieldMacros} over prime field elements. */
export interface CoordinateMacros {
  /** Number of vectors of an element. */
  readonly limbs: number;
  /** Length of a single element in memory. */
  readonly bytes: number;
  /** Products that are worth interleaving; those in Fq2 have enough independent instructions. */
  readonly interleaved: 1 | 2;
  sumOfProducts(fn: FunctionBuilder, products: Products): Limbs;
  multiply(fn: FunctionBuilder, a: Limbs, b: Limbs): Limbs;
  /** Computes independent products with their instructions interleaved. */
  multiplyAll(fn: FunctionBuilder, factors: Products): Limbs[];
  square(fn: FunctionBuilder, a: Limbs): Limbs;
  /** Computes independent squares with their instructions interleaved. */
  squares(fn: FunctionBuilder, elements: readonly Limbs[]): Limbs[];
  tidy(fn: FunctionBuilder, a: Limbs): Limbs;
  /** The field Fq. */
  readonly base: FieldMacros;
  /** Computes an element of Fq that is zero for zero only. The limbs of a may be up to 2^51. */
  norm(fn: FunctionBuilder, a: Limbs): Limbs;
  /** Computes inverses from those of the norms. */
  invertAll(fn: FunctionBuilder, elements: readonly Limbs[], inverses: readonly Limbs[]): Limbs[];
  /** Returns a constant, given by its components. */
  constant(components: readonly bigint[]): Limbs;
}

/** Returns a mask of the zero lanes of a tidy element. */
export function zeroLanes(fn: FunctionBuilder, tidy: Limbs): V128 {
  const zero = fn.let(v128.splat64(0n));
  return fn.let(
    tidy.map((limb) => f64x2.equal(limb, zero)).reduce((all, lanes) => v128.and(all, lanes)),
  );
}

function constantOf(fq: FieldMacros, components: readonly bigint[]): Limbs {
  return components.flatMap((value) => fq.constant(toLimbs(toMontgomery(fq.field, value))));
}

/** Creates the macros of Fq as a field of coordinates. */
export function createBaseCoordinates(fq: FieldMacros): CoordinateMacros {
  return {
    limbs: LIMBS,
    bytes: ELEMENT_BYTES,
    interleaved: 2,
    sumOfProducts: fq.sumOfProducts,
    multiply: fq.multiply,
    multiplyAll: (fn, factors) => fq.sumsOfProducts(fn, factors.map((pair) => [pair])), // prettier-ignore
    square: fq.square,
    squares: fq.squares,
    tidy: fq.tidy,
    base: fq,
    norm: (_, a) => a,
    invertAll: (_, _elements, inverses) => [...inverses],
    constant: (components) => constantOf(fq, components),
  };
}

/** Creates the macros of Fq2, the quadratic extension of Fq. */
export function createExtensionCoordinates(fq: FieldMacros): CoordinateMacros {
  const split = (a: Limbs): [Limbs, Limbs] => [a.slice(0, LIMBS), a.slice(LIMBS)];
  const tidy = (fn: FunctionBuilder, a: Limbs): Limbs =>
    split(a).flatMap((component) => fq.tidy(fn, component));
  const sumOfProducts: CoordinateMacros["sumOfProducts"] = (fn, products) => {
    const parts = products.map(([a, b]) => [split(a), split(b)] as const);
    const real = parts.flatMap(([[a0, a1], [b0, b1]]): [Limbs, Limbs][] => [
      [a0, b0],
      [negate(fn, a1), b1],
    ]);
    const imaginary = parts.flatMap(([[a0, a1], [b0, b1]]): [Limbs, Limbs][] => [
      [a0, b1],
      [a1, b0],
    ]);
    return tidy(fn, [...fq.sumOfProducts(fn, real), ...fq.sumOfProducts(fn, imaginary)]);
  };
  const multiply = (fn: FunctionBuilder, a: Limbs, b: Limbs) => sumOfProducts(fn, [[a, b]]);
  const square = (fn: FunctionBuilder, a: Limbs) => {
    const [a0, a1] = split(a);
    const real = fq.multiply(fn, add(fn, a0, a1), subtract(fn, a0, a1));
    return tidy(fn, [...real, ...fq.multiply(fn, add(fn, a0, a0), a1)]);
  };
  return {
    limbs: 2 * LIMBS,
    bytes: 2 * ELEMENT_BYTES,
    interleaved: 1,
    tidy,
    sumOfProducts,
    multiply,
    multiplyAll: (fn, factors) => factors.map(([a, b]) => multiply(fn, a, b)),
    square,
    squares: (fn, elements) => elements.map((a) => square(fn, a)),
    base: fq,
    norm: (fn, a) => {
      const [a0, a1] = split(a);
      return fq.sumOfProducts(fn, [[a0, a0], [a1, a1]]); // prettier-ignore
    },
    // 1/(a₀ + a₁u) = (a₀ − a₁u) / (a₀² + a₁²)
    invertAll: (fn, elements, inverses) =>
      elements.map((a, i) => {
        const [a0, a1] = split(a);
        const conjugate = [a0, negate(fn, a1)];
        return fq.sumsOfProducts(fn, conjugate.map((part) => [[part, inverses[i]!]])).flat(); // prettier-ignore
      }),
    constant: (components) => constantOf(fq, components),
  };
}
