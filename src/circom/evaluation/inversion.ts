/** Fast inverses: circuits divide far more often than the reference in `crypto` has to. */
import { FIELD_MODULUS } from "../../crypto/field.ts";

/** Leading bits that are divided as floating-point numbers, which are exact up to 53 bits. */
const LEADING_BITS = 50;

/**
 * Returns the multiplicative inverse of an element other than 0, by Lehmer's algorithm: Euclid's
 * with several quotients at a time, from the leading bits of both numbers.
 */
export function invertFast(value: bigint): bigint {
  let [a, b] = [FIELD_MODULUS, value];
  let [s, t] = [0n, 1n]; // a = s · value and b = t · value, modulo r
  while (b !== 0n) {
    const step = leadingStep(a, b);
    if (step === undefined) {
      const quotient = a / b;
      [a, b] = [b, a - quotient * b];
      [s, t] = [t, s - quotient * t];
    } else {
      const [p, q, u, v] = step;
      [a, b] = [p * a + q * b, u * a + v * b];
      [s, t] = [p * s + q * t, u * s + v * t];
    }
  }
  const inverse = s % FIELD_MODULUS;
  return inverse < 0n ? inverse + FIELD_MODULUS : inverse;
}

/** Returns the matrix of several steps, or undefined if the leading bits determine none. */
function leadingStep(a: bigint, b: bigint): [bigint, bigint, bigint, bigint] | undefined {
  const bits = Math.floor(Math.log2(Number(a))) + 1;
  const shift = Math.max(bits - LEADING_BITS, 0);
  let high = Number(a >> BigInt(shift));
  let low = Number(b >> BigInt(shift));
  const slack = shift === 0 ? 0 : 1; // without a shift, the numbers are exact
  let [p, q, u, v] = [1, 0, 0, 1];
  while (low + slack * u !== 0 && low + slack * v !== 0) {
    const quotient = Math.floor((high + slack * p) / (low + slack * u));
    if (quotient !== Math.floor((high + slack * q) / (low + slack * v))) break;
    [p, u] = [u, p - quotient * u];
    [q, v] = [v, q - quotient * v];
    [high, low] = [low, high - quotient * low];
  }
  return q === 0 ? undefined : [BigInt(p), BigInt(q), BigInt(u), BigInt(v)];
}
