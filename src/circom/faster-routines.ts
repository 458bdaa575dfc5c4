/**
 * Replaces routines in the witness generators that circom compiles to WebAssembly. A profile of a
 * block shows two that take long for what they do:
 *
 * - `Fr_int_inverseMod(x, modulus, result)` inverts by Euclid's algorithm with long divisions, and
 *   each step on Baby Jubjub inverts. The kernel's division steps take its place.
 * - `Fr_toInt(x)` converts an index of an array. An index has the short form, a signed 32-bit
 *   integer at the start of the element; this case is put first.
 *
 * The values are the same. A module without these names and types stays as it is.
 */
import { DEFAULT_PRIME, type PrimeName, PRIMES } from "../crypto/primes.ts";
import { invertWords } from "../kernel/inversion.ts";
import { i64 } from "../kernel/wasm/instructions.ts";
import { functionCode } from "../kernel/wasm/module.ts";
import { once } from "../util/once.ts";
import { replaceFunctions, type Replacement } from "./wasm-functions.ts";

const WORDS = 4;
const WORD_BYTES = 8;
const I32 = 0x7f;

const inverseCode = once(() =>
  functionCode(3, (fn, x, _modulus, result) => {
    const words = Array.from({ length: WORDS }, (_, i) => fn.let(i64.load(x, WORD_BYTES * i)));
    const inverse = invertWords(fn, words, PRIMES[DEFAULT_PRIME].modulus);
    inverse.forEach((word, i) => fn.do(i64.store(result, word, WORD_BYTES * i)));
  }),
);

/** `if (!(x[7] & 0x80)) return x as i32`: the highest bit of byte 7 marks the long form. */
const RETURN_SHORT = Uint8Array.from([
  ...[0x20, 0, 0x2d, 0, 7, 0x41, 0x80, 0x01, 0x71, 0x45], // !(x[7] & 128)
  ...[0x04, 0x40, 0x20, 0, 0x28, 2, 0, 0x0f, 0x0b], // if, load x[0…3], return, end
]);

const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  Fr_int_inverseMod: { parameters: [I32, I32, I32], results: [], code: () => inverseCode() },
  Fr_toInt: { parameters: [I32], results: [I32], prologue: RETURN_SHORT },
};

/** @param prime - The prime of the module's field; only BN254's modules are changed. */
export function withFasterRoutines(wasm: Uint8Array, prime: PrimeName): Uint8Array<ArrayBuffer> {
  if (prime !== DEFAULT_PRIME) return new Uint8Array(wasm);
  return replaceFunctions(wasm, REPLACEMENTS);
}
