/** Little-endian integers of 32 bytes, in a memory seen as 64-bit words. */

/** Number of words of an integer. */
export const INTEGER_WORDS = 4;

/** Writes an integer in [0, 2^256). @param address - In bytes, a multiple of 8. */
export function writeInteger(words: BigUint64Array, address: number, value: bigint): void {
  let rest = value;
  for (let i = 0; i < INTEGER_WORDS; i++) {
    words[address / 8 + i] = rest; // takes the low 64 bits
    rest >>= 64n;
  }
}

/** Reads an integer. @param address - In bytes, a multiple of 8. */
export function readInteger(words: BigUint64Array, address: number): bigint {
  let value = 0n;
  for (let i = INTEGER_WORDS - 1; i >= 0; i--) value = (value << 64n) | words[address / 8 + i]!;
  return value;
}
