/** Renders verification keys as Solidity words. */

import { BASE_FIELD_MODULUS } from "../formats/bn254.ts";
import type { VerificationKey } from "../snarkjs.ts";

/** A key in a verifier contract. */
export interface VerifierKey {
  /** Value of the argument keyId. */
  readonly id: number;
  /** Name of the circuit, for the documentation and the constant's name. */
  readonly name: string;
  /** From {@link readVerificationKey}. */
  readonly verificationKey: VerificationKey;
}

export const WORD_BYTES = 32;
export const G1_WORDS = 2;
export const G2_WORDS = 4;

/** Returns x and y. Infinity is (0, 1, 0) in snarkjs, and (0, 0) in the precompiled contracts. */
export function wordsInG1([x, y, z]: readonly string[]): [bigint, bigint] {
  return z === "0" ? [0n, 0n] : [BigInt(x!), BigInt(y!)];
}

/** Returns x and y, the imaginary part of each first, as in EIP-197. */
export function wordsInG2([x, y]: readonly (readonly string[])[]): [
  bigint,
  bigint,
  bigint,
  bigint,
] {
  return [BigInt(x![1]!), BigInt(x![0]!), BigInt(y![1]!), BigInt(y![0]!)];
}

/** Returns the words of the opposite point, as {@link wordsInG2}. */
export function wordsOfOpposite(point: readonly (readonly string[])[]): bigint[] {
  const [xImaginary, xReal, yImaginary, yReal] = wordsInG2(point);
  const negate = (value: bigint) => (BASE_FIELD_MODULUS - value) % BASE_FIELD_MODULUS;
  return [xImaginary, xReal, negate(yImaginary), negate(yReal)];
}

/** Converts "block-16" to KEY_BLOCK_16. */
export function constantName({ name }: VerifierKey): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `KEY_${words.toUpperCase()}`;
}

/** Renders a constant of type bytes, one word per line. */
export function bytesConstant(comment: string, name: string, words: readonly bigint[]): string {
  const literals = words.map((word) => `        hex"${word.toString(16).padStart(64, "0")}"`);
  return `${wrapComment(comment, "    ")}
    bytes private constant ${name} =
${literals.join("\n")};`;
}

export function hexNumber(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Renders a NatSpec comment in lines of at most 100 columns. */
export function wrapComment(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last ?? `${indent}///`} ${word}`;
    if (last !== undefined && longer.length > 100) lines.push(`${indent}/// ${word}`);
    else lines.splice(-1, 1, longer);
  }
  return lines.join("\n");
}
