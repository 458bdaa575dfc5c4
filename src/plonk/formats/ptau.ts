/**
 * What a universal setup needs to know of a file of powers of tau.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/powersoftau_utils.js
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dataView } from "../../groth16/formats/binary-file.ts";
import { withSections } from "../../groth16/formats/section-file.ts";
import { ELEMENT_BYTES, G1_BYTES, G2_BYTES } from "../../groth16/formats/bn254.ts";
import { groth16Error } from "../../groth16/errors.ts";

export const PTAU_SECTION = {
  header: 1,
  tauG1: 2,
  tauG2: 3,
  contributions: 7,
  lagrangeTauG1: 12,
} as const;

/** Bytes of a contribution before its parameters: points, keys, hashes. */
const CONTRIBUTION_POINTS_BYTES = 3 * G1_BYTES + 2 * G2_BYTES + 6 * G1_BYTES + 3 * G2_BYTES;
const HASH_STATE_BYTES = 216;
const RESPONSE_HASH_BYTES = 64;
const BEACON = 1;

export interface PowersOfTau {
  /** The file has 2^exponent powers. */
  readonly exponent: number;
  /** Number of powers in G1. */
  readonly powers: number;
  /** SHA-256 of tau in G2, in hex: it identifies the ceremony and its last contribution. */
  readonly id: string;
  /** Whether nobody has contributed a secret to it. */
  readonly insecure: boolean;
}

/** Reads the facts. @throws PTAU_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED */
export function readPowersOfTau(file: string): PowersOfTau {
  const refuse = (problem: string) => groth16Error({ code: "PTAU_NOT_USABLE", file, problem });
  if (!existsSync(file)) throw refuse("there is no such file");
  return withSections(file, "ptau", (sections) => {
    const word = (section: number, offset: number) =>
      dataView(sections.read(section, offset, 4)).getUint32(0, true);
    if (word(PTAU_SECTION.header, 0) !== ELEMENT_BYTES) throw refuse("it is for another curve");
    if (!sections.has(PTAU_SECTION.lagrangeTauG1)) throw refuse("it is not prepared for phase 2");
    const tauG2 = sections.read(PTAU_SECTION.tauG2, G2_BYTES, G2_BYTES);
    let secrets = 0;
    let position = 4;
    for (let left = word(PTAU_SECTION.contributions, 0); left > 0; left--) {
      position += CONTRIBUTION_POINTS_BYTES + HASH_STATE_BYTES + RESPONSE_HASH_BYTES;
      if (word(PTAU_SECTION.contributions, position) !== BEACON) secrets++;
      position += 8 + word(PTAU_SECTION.contributions, position + 4);
    }
    return {
      exponent: word(PTAU_SECTION.header, 4 + ELEMENT_BYTES),
      powers: sections.size(PTAU_SECTION.tauG1) / G1_BYTES,
      id: createHash("sha256").update(tauG2).digest("hex"),
      insecure: secrets === 0,
    };
  });
}
