/** Reproducible randomness for benchmarks and tests: SHA-256 of a seed and a counter. */

import { createHash } from "node:crypto";
import { FIELD_MODULUS } from "../crypto/field.ts";

export interface Random {
  readonly seed: string;
  /** The text "seed …", for the title of a suite. */
  readonly title: string;
  bytes(length: number): Uint8Array;
  /** Returns an integer in [0, limit). @param limit - At most 2^32. */
  int(limit: number): number;
  /** Returns an integer in [0, 2^bits). */
  bigint(bits: number): bigint;
  /** Returns an element of the BN254 scalar field. */
  field(): bigint;
  bool(): boolean;
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
}

/** Creates a generator with its own stream; the same seed gives the same values. */
export function createSeededRandom(seed: string): Random {
  let counter = 0;
  const bytes = (length: number): Uint8Array => {
    const blocks: Buffer[] = [];
    for (let filled = 0; filled < length; filled += 32) {
      blocks.push(createHash("sha256").update(`${seed}:${counter++}`).digest());
    }
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
  const bigint = (bits: number): bigint => {
    const value = BigInt(`0x0${Buffer.from(bytes(Math.ceil(bits / 8))).toString("hex")}`);
    return value & ((1n << BigInt(bits)) - 1n);
  };
  // 64 bits more than the limit has, so that the bias of the remainder is negligible.
  const int = (limit: number): number => Number(bigint(96) % BigInt(limit));
  return {
    seed,
    title: `seed ${seed}`,
    bytes,
    int,
    bigint,
    field: () => bigint(320) % FIELD_MODULUS,
    bool: () => int(2) === 1,
    pick: (items) => items[int(items.length)]!,
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [result[i], result[j]] = [result[j]!, result[i]!];
      }
      return result;
    },
  };
}
