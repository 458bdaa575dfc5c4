/** Errors of `src/crypto`. */

import { defineErrors } from "../util/errors.ts";

export type CryptoErrorFacts =
  | { code: "FIELD_ELEMENT_OUT_OF_RANGE"; value: bigint }
  | { code: "FIELD_BYTES_LENGTH"; length: number; expected: number }
  | { code: "DIVISION_BY_ZERO" }
  | { code: "POSEIDON_INPUT_COUNT"; count: number; maximum: number }
  | { code: "SIGNING_SEED_LENGTH"; length: number; expected: number }
  | { code: "POINT_NOT_ON_CURVE"; x: bigint; y: bigint };

export const cryptoError = defineErrors<CryptoErrorFacts>({
  FIELD_ELEMENT_OUT_OF_RANGE: {
    message: ({ value }) => `${value} is not an element of the BN254 scalar field.`,
    fix: "Pass an integer from 0 to FIELD_MODULUS - 1.",
  },
  FIELD_BYTES_LENGTH: {
    message: ({ length, expected }) =>
      `A field element has ${expected} bytes, but ${length} were given.`,
    fix: "Pass the element as 32 big-endian bytes, padded with zeros on the left.",
  },
  DIVISION_BY_ZERO: {
    message: () => "Zero has no inverse in the field.",
    fix: "Check for zero before dividing.",
  },
  POSEIDON_INPUT_COUNT: {
    message: ({ count, maximum }) =>
      `Poseidon takes 1 to ${maximum} inputs, but ${count} were given.`,
    fix: "Hash longer lists as a chain or a tree of Poseidon calls.",
  },
  SIGNING_SEED_LENGTH: {
    message: ({ length, expected }) =>
      `A signing seed has ${expected} bytes, but ${length} were given.`,
    fix: "Derive exactly 32 secret bytes, for example as a hash of a wallet signature.",
  },
  POINT_NOT_ON_CURVE: {
    message: ({ x, y }) => `(${x}, ${y}) is not a point of Baby Jubjub.`,
    fix: "Pass affine coordinates that satisfy 168700 x² + y² = 1 + 168696 x² y².",
  },
});
