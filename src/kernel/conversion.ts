/** Emits conversions between field elements and integers of 32 bytes, the format of files. */

import { loadBoth, storeSingles } from "./field.ts";
import type { FieldMacros, Limbs } from "./field.ts";
import {
  ELEMENT_BYTES,
  INTEGER_BYTES,
  LIMBS,
  LIMB_BITS,
  doubleBits,
  invertModulo,
  modulo,
  MONTGOMERY_RADIX,
  toLimbs,
} from "./limbs.ts";
import type { PrimeField } from "./limbs.ts";
import { f64x2, i32, i64x2, v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder } from "./wasm/module.ts";

/**
 * Returns the factor for `import`, by which an integer x·2^storedShift of a file becomes the
 * Montgomery form of x: the limbs of a single element.
 */
export function importFactor({ modulus }: PrimeField, storedShift: number): number[] {
  const stored = invertModulo(modulo(1n << BigInt(storedShift), modulus), modulus);
  const factor = modulo(MONTGOMERY_RADIX ** 2n * stored, modulus);
  return toLimbs(factor > modulus / 2n ? factor - modulus : factor);
}

/**
 * Exports `import<suffix>(source, target, from, to, factor)`: converts the integers `from` to `to`
 * (an even number) at `source` to single elements at `target`, times the element at `factor`.
 */
export function defineImport(module: ModuleBuilder, macros: FieldMacros, suffix: string): void {
  module.function(`import${suffix}`, 5, (fn, source, target, from, to, factor) => {
    const multiplier = loadBoth(fn, factor);
    fn.for(
      from,
      to,
      (index) => {
        const low = fn.let(i32.add(source, i32.multiply(index, i32.const(INTEGER_BYTES))));
        const high = fn.let(i32.add(low, i32.const(INTEGER_BYTES)));
        const words = Array.from({ length: 4 }, (_, i) =>
          fn.let(v128.loadHigh(high, v128.loadLow(low, 8 * i), 8 * i)),
        );
        const element = macros.multiply(fn, macros.fromWords(fn, words), multiplier);
        const place = fn.let(i32.add(target, i32.multiply(index, i32.const(ELEMENT_BYTES))));
        const next = fn.let(i32.add(place, i32.const(ELEMENT_BYTES)));
        storeSingles(fn, [place, next], macros.tidy(fn, element));
      },
      2,
    );
  });
}

/**
 * Writes a pair of reduced elements to two addresses as integers in [0, p), multiplied by
 * 2^storedShift mod p.
 */
export function storeIntegers(
  fn: FunctionBuilder,
  module: ModuleBuilder,
  macros: FieldMacros,
  [low, high]: readonly [I32, I32],
  element: Limbs,
  storedShift = 0,
): void {
  const { modulus: p } = macros.field;
  const factor = macros.constant(toLimbs(modulo(1n << BigInt(storedShift), p)));
  const value = macros.tidy(fn, macros.multiply(fn, element, factor));
  const negative = negativeLanes(fn, module, value);
  const modulus = macros.constant(macros.field.modulusLimbs);
  const positive = value.map((limb, i) => f64x2.add(limb, v128.and(modulus[i]!, negative)));
  const digits = positiveDigits(fn, module, positive);
  for (let word = 0; word < 4; word++) {
    const parts = digits.flatMap((digit, i) => {
      const shift = Number(LIMB_BITS) * i - 64 * word;
      if (shift >= 64 || shift <= -Number(LIMB_BITS)) return [];
      const by = i32.const(Math.abs(shift));
      return [shift >= 0 ? i64x2.shiftLeft(digit, by) : i64x2.shiftRight(digit, by)];
    });
    const vector = fn.let(parts.reduce((all, part) => v128.or(all, part)));
    fn.do(v128.storeLane(low, vector, 0, 8 * word));
    fn.do(v128.storeLane(high, vector, 1, 8 * word));
  }
}

/**
 * Returns a mask of the negative lanes of a tidy value. The floating-point sum of the limbs is
 * rounded, but a balanced limb outweighs all lower ones, so its sign is exact.
 */
function negativeLanes(fn: FunctionBuilder, module: ModuleBuilder, value: Limbs): V128 {
  const radix = module.constant(doubleBits(2 ** Number(LIMB_BITS)));
  const estimate = value.reduceRight((high, limb) => f64x2.multiplyAdd(high, radix, limb));
  return fn.let(f64x2.less(estimate, module.constant(0n)));
}

/**
 * Converts the limbs (signed, up to 52 bits) of a non-negative value to digits in [0, 2^51), as
 * 64-bit integers.
 */
function positiveDigits(fn: FunctionBuilder, module: ModuleBuilder, limbs: Limbs): V128[] {
  const magic = 1.5 * 2 ** 52;
  const bias = 1n << 62n; // a multiple of 2^51 that keeps digits positive for the shift
  const mask = module.constant((1n << LIMB_BITS) - 1n);
  const shift = i32.const(Number(LIMB_BITS));
  let carry: V128 | null = null;
  return limbs.map((limb, i) => {
    const bits = f64x2.add(limb, module.constant(doubleBits(magic)));
    const excess = i === 0 ? bias : bias - (bias >> LIMB_BITS);
    const integer = i64x2.add(bits, module.constant(excess - doubleBits(magic)));
    const sum = fn.let(carry === null ? integer : i64x2.add(integer, carry));
    carry = fn.let(i64x2.shiftRight(sum, shift));
    if (i < LIMBS - 1) return fn.let(v128.and(sum, mask));
    return fn.let(i64x2.subtract(sum, module.constant(bias)));
  });
}
