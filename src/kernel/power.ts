/** Emits powers with a fixed exponent, two elements at once: Fermat's inverse is a^(p−2). */

import { loadPair, storePair } from "./field.ts";
import type { FieldMacros } from "./field.ts";
import { PAIR_BYTES, toLimbs, toMontgomery } from "./limbs.ts";
import { i32, i64, i64x2 } from "./wasm/instructions.ts";
import type { ModuleBuilder, WasmFunction } from "./wasm/module.ts";

const WINDOW_BITS = 4;
const TABLE_SIZE = 1 << WINDOW_BITS;
const DIGITS_PER_WORD = 64 / WINDOW_BITS;

/** Length of the scratch memory of {@link definePower}'s function. */
export const POWER_SCRATCH_BYTES = PAIR_BYTES * TABLE_SIZE;

/**
 * Defines `power(target, source, scratch)`: raises the pair at `source` to `exponent` < 2^256, with
 * one multiplication per four squarings.
 */
export function definePower(
  module: ModuleBuilder,
  macros: FieldMacros,
  exponent: bigint,
): WasmFunction {
  const multiply = module.function(null, 3, (fn, target, a, b) => {
    storePair(fn, target, macros.multiply(fn, loadPair(fn, a), loadPair(fn, b)));
  });
  const square = module.function(null, 1, (fn, target) => {
    storePair(fn, target, macros.square(fn, loadPair(fn, target)));
  });
  const one = macros.constant(toLimbs(toMontgomery(macros.field, 1n)));
  return module.function(null, 3, (fn, target, source, scratch) => {
    const entry = (digit: ReturnType<typeof i32.const>) =>
      i32.add(scratch, i32.multiply(digit, i32.const(PAIR_BYTES)));
    storePair(fn, scratch, one);
    fn.for(i32.const(1), i32.const(TABLE_SIZE), (digit) => {
      fn.call(multiply, entry(digit), entry(i32.subtract(digit, i32.const(1))), source);
    });
    storePair(fn, target, one);
    for (const shift of [192n, 128n, 64n, 0n]) {
      const word = fn.let(i64x2.extract(module.constant(exponent >> shift), 0));
      fn.for(i32.const(0), i32.const(DIGITS_PER_WORD), () => {
        for (let i = 0; i < WINDOW_BITS; i++) fn.call(square, target);
        const digit = i32.fromI64(i64.shiftRight(word, i64.const(BigInt(64 - WINDOW_BITS))));
        fn.call(multiply, target, target, entry(digit));
        fn.set(word, i64.shiftLeft(word, i64.const(BigInt(WINDOW_BITS))));
      });
    }
  });
}
