/**
 * Emits the parts of a Groth16 prover that evaluate constraints: the values of A, B and C at the
 * constraints, and the scalars of the H points from their values on a coset.
 *
 * A constraint row is a list of terms, each the index of a wire and the index of a coefficient.
 * Equal coefficients are stored once; coefficient 0 is zero.
 */

import { storeIntegers } from "./conversion.ts";
import { add, loadPair, loadSingles, storePair, subtract } from "./field.ts";
import type { FieldMacros } from "./field.ts";
import { ELEMENT_BYTES, INTEGER_BYTES, PAIR_BYTES } from "./limbs.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder } from "./wasm/module.ts";

export const TERM_BYTES = 8;

/** Exports the functions of this file. */
export function defineQuotient(module: ModuleBuilder, fr: FieldMacros): void {
  defineEvaluate(module, fr);
  defineMultiply(module, fr);
  defineQuotientScalars(module, fr);
}

const at = (base: I32, index: I32, bytes: number): I32 =>
  i32.add(base, i32.multiply(index, i32.const(bytes)));

/**
 * `evaluate(vector, rows, terms, coefficients, witness, half, from, to)`: computes pairs `from` to
 * `to` of a vector of 2·half values, each Σ coefficient·witness over the terms of a row. The terms
 * of row i are rows[i] to rows[i + 1].
 */
function defineEvaluate(module: ModuleBuilder, fr: FieldMacros): void {
  module.function(
    "evaluate",
    8,
    (fn, vector, rows, terms, coefficients, witness, half, from, to) => {
      fn.for(from, to, (index) => {
        const low = openRow(fn, rows, terms, index);
        const high = openRow(fn, rows, terms, i32.add(index, half));
        const sum = Array.from({ length: 5 }, () => fn.let(v128.splat64(0n)));
        fn.while(
          () => i32.or(i32.less(low.term, low.end), i32.less(high.term, high.end)),
          () => {
            const lanes = [low, high].map((row) => {
              // The shorter row continues with coefficient 0.
              const wire = fn.let(i32.const(0));
              const coefficient = fn.let(coefficients);
              fn.if(i32.less(row.term, row.end), () => {
                fn.set(wire, i32.load(row.term));
                fn.set(coefficient, at(coefficients, i32.load(row.term, 4), ELEMENT_BYTES));
                fn.set(row.term, i32.add(row.term, i32.const(TERM_BYTES)));
              });
              return { wire: fn.let(at(witness, wire, ELEMENT_BYTES)), coefficient };
            });
            const [a, b] = lanes as [(typeof lanes)[0], (typeof lanes)[0]];
            const product = fr.multiply(
              fn,
              loadSingles(fn, [a.wire, b.wire]),
              loadSingles(fn, [a.coefficient, b.coefficient]),
            );
            fr.tidy(fn, add(fn, sum, product)).forEach((limb, i) => fn.set(sum[i]!, limb));
          },
        );
        storePair(fn, at(vector, index, PAIR_BYTES), sum);
      });
    },
  );
}

function openRow(fn: FunctionBuilder, rows: I32, terms: I32, index: I32) {
  const row = fn.let(at(rows, index, 4));
  return {
    term: fn.let(at(terms, i32.load(row), TERM_BYTES)),
    end: fn.let(at(terms, i32.load(row, 4), TERM_BYTES)),
  };
}

/** `multiply(target, a, b, from, to)`: multiplies pairs, element by element. */
function defineMultiply(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("multiply", 5, (fn, target, a, b, from, to) => {
    fn.for(from, to, (index) => {
      const [first, second] = [a, b].map((v) => loadPair(fn, fn.let(at(v, index, PAIR_BYTES))));
      storePair(fn, at(target, index, PAIR_BYTES), fr.multiply(fn, first!, second!));
    });
  });
}

/**
 * `quotientScalars(scalars, a, b, c, half, from, to)`: writes a·b − c as integers of 32 bytes, for
 * pairs `from` to `to` of vectors of 2·half elements.
 */
function defineQuotientScalars(module: ModuleBuilder, fr: FieldMacros): void {
  module.function("quotientScalars", 7, (fn, scalars, a, b, c, half, from, to) => {
    fn.for(from, to, (index) => {
      const [first, second, third] = [a, b, c].map((v) =>
        loadPair(fn, fn.let(at(v, index, PAIR_BYTES))),
      );
      const value = subtract(fn, fr.multiply(fn, first!, second!), third!);
      const low = fn.let(at(scalars, index, INTEGER_BYTES));
      const high = fn.let(i32.add(low, i32.multiply(half, i32.const(INTEGER_BYTES))));
      storeIntegers(fn, module, fr, [low, high], value);
    });
  });
}
