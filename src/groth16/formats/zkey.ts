/**
 * Reader and writer of Groth16 proving keys in snarkjs's format.
 *
 * Points are affine, little-endian, in Montgomery form; infinity is all zeros. The coefficients of
 * A and B are stored times 2^512, because snarkjs multiplies them with plain witness values in
 * Montgomery arithmetic and wants a result in Montgomery form.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/zkey_utils.js
 */

import { FIELD_MODULUS } from "../../crypto/field.ts";
import {
  bytesSource,
  dataView,
  encodeSections,
  readSections,
  type SectionReader,
  uint32Bytes,
} from "./binary-file.ts";
import {
  assertScalarField,
  BASE_FIELD_MODULUS,
  ELEMENT_BYTES,
  elementBytes,
  G1_BYTES,
  G2_BYTES,
} from "./bn254.ts";
import { groth16Error } from "../errors.ts";

const VERSION = 1;
const GROTH16 = 1;
/** The numbers that snarkjs gives to other protocols. */
const OTHER_PROTOCOLS: Readonly<Record<number, string>> = { 2: "PLONK", 10: "fflonk" };

/** The numbers of the sections. */
const SECTION = {
  protocol: 1,
  header: 2,
  ic: 3,
  coefficients: 4,
  a: 5,
  b1: 6,
  b2: 7,
  c: 8,
  h: 9,
  contributions: 10,
} as const;

/** The counts and the single points of a key. */
export interface ZkeyHeader {
  readonly wires: number;
  /** Public values, without the constant 1. */
  readonly publicCount: number;
  readonly domainSize: number;
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
}

/** One step of a phase-2 ceremony, which multiplied delta by a secret. */
export interface Contribution {
  readonly name: string;
  readonly deltaAfter: Uint8Array;
  /** A point, and the point times the secret. */
  readonly g1s: Uint8Array;
  readonly g1sx: Uint8Array;
  /** A point of G2 that follows from the transcript, times the secret. */
  readonly g2spx: Uint8Array;
  readonly transcript: Uint8Array;
}

/** The lists of a key. Each is given in chunks, which are written one after the other. */
export interface ZkeyLists {
  readonly ic: readonly Uint8Array[];
  readonly coefficients: readonly Uint8Array[];
  readonly a: readonly Uint8Array[];
  readonly b1: readonly Uint8Array[];
  readonly b2: readonly Uint8Array[];
  readonly c: readonly Uint8Array[];
  readonly h: readonly Uint8Array[];
}

export interface Zkey extends ZkeyLists {
  readonly header: ZkeyHeader;
  /** Hash of the key as it was before the first contribution. */
  readonly circuitHash: Uint8Array;
  readonly contributions: readonly Contribution[];
}

/** A step of a ceremony, as the key records it. */
export interface ContributionRecord {
  /** Empty if the contributor gave none. */
  readonly name: string;
  /** Whether its secret follows from a public value, which everybody knows. */
  readonly isBeacon: boolean;
}

/** The parts of a key that a verifier needs. */
export interface ZkeyVerifierPart {
  readonly header: ZkeyHeader;
  readonly ic: Uint8Array;
  readonly contributions: readonly ContributionRecord[];
}

const TRANSCRIPT_BYTES = 64;
const CONTRIBUTION_NAME = 1;
/** The types of contributions. */
const ORDINARY = 0;
const BEACON = 1;

/** Encodes a key as pieces of its file, in order. */
export function encodeZkey(key: Zkey): Uint8Array[] {
  const contributions = [
    key.circuitHash,
    uint32Bytes(key.contributions.length),
    ...key.contributions.flatMap(encodeContribution),
  ];
  const sections = [
    { id: SECTION.protocol, chunks: [uint32Bytes(GROTH16)] },
    { id: SECTION.header, chunks: encodeHeader(key.header) },
    { id: SECTION.ic, chunks: key.ic },
    { id: SECTION.coefficients, chunks: key.coefficients },
    { id: SECTION.a, chunks: key.a },
    { id: SECTION.b1, chunks: key.b1 },
    { id: SECTION.b2, chunks: key.b2 },
    { id: SECTION.c, chunks: key.c },
    { id: SECTION.h, chunks: key.h },
    { id: SECTION.contributions, chunks: contributions },
  ];
  return encodeSections("zkey", VERSION, sections);
}

/** A key whose lists are read in pieces, as a prover does. */
export interface ZkeyReader {
  /** Name of the key in messages. */
  readonly name: string;
  readonly header: ZkeyHeader;
  /** Returns the length of a list in bytes. */
  size(list: keyof ZkeyLists): number;
  read(list: keyof ZkeyLists, offset: number, length: number): Uint8Array;
}

/** Passes the sections of a key to `use`; a file is open only meanwhile. */
export type WithKey = <T>(use: (sections: SectionReader) => T) => T;

/** @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED */
export function readZkey(withKey: WithKey): ZkeyReader {
  return {
    name: withKey(({ name }) => name),
    header: withKey(readCheckedHeader),
    size: (list) => withKey((sections) => sections.size(SECTION[list])),
    read: (list, offset, length) =>
      withKey((sections) => sections.read(SECTION[list], offset, length)),
  };
}

/**
 * Opens a key in memory.
 *
 * @param name - Its name in messages.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED
 */
export function readZkeyBytes(bytes: Uint8Array, name = "proving key"): ZkeyReader {
  return readZkey((use) => use(readSections(bytesSource(name, bytes), "zkey")));
}

/** @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED */
export function verifierPartOf(sections: SectionReader): ZkeyVerifierPart {
  const header = readCheckedHeader(sections);
  const ic = sections.read(SECTION.ic, 0, (header.publicCount + 1) * G1_BYTES);
  return { header, ic, contributions: readContributions(sections) };
}

function readCheckedHeader(sections: SectionReader): ZkeyHeader {
  assertGroth16(sections);
  return readHeader(sections);
}

function assertGroth16(sections: SectionReader): void {
  const number = dataView(sections.read(SECTION.protocol, 0, 4)).getUint32(0, true);
  if (number === GROTH16) return;
  const protocol = OTHER_PROTOCOLS[number] ?? `protocol ${number}`;
  const facts = { source: sections.name, protocol, expected: "Groth16" };
  throw groth16Error({ code: "PROTOCOL_NOT_SUPPORTED", ...facts });
}

function encodeHeader(header: ZkeyHeader): Uint8Array[] {
  return [
    uint32Bytes(ELEMENT_BYTES),
    elementBytes(BASE_FIELD_MODULUS),
    uint32Bytes(ELEMENT_BYTES),
    elementBytes(FIELD_MODULUS),
    uint32Bytes(header.wires, header.publicCount, header.domainSize),
    header.alpha1,
    header.beta1,
    header.beta2,
    header.gamma2,
    header.delta1,
    header.delta2,
  ];
}

function readHeader(sections: SectionReader): ZkeyHeader {
  const read = (offset: number, length: number) => sections.read(SECTION.header, offset, length);
  const wordAt = (offset: number) => dataView(read(offset, 4)).getUint32(0, true);
  const scalarField = 4 + wordAt(0) + 4;
  const scalarFieldBytes = wordAt(scalarField - 4);
  assertScalarField(sections.name, read(scalarField, scalarFieldBytes));
  const bytes = read(scalarField + scalarFieldBytes, 3 * 4 + 3 * G1_BYTES + 3 * G2_BYTES);
  const view = dataView(bytes);
  let position = 0;
  const word = () => view.getUint32((position += 4) - 4, true);
  const point = (length: number) => bytes.slice(position, (position += length));
  return {
    wires: word(),
    publicCount: word(),
    domainSize: word(),
    alpha1: point(G1_BYTES),
    beta1: point(G1_BYTES),
    beta2: point(G2_BYTES),
    gamma2: point(G2_BYTES),
    delta1: point(G1_BYTES),
    delta2: point(G2_BYTES),
  };
}

function encodeContribution(contribution: Contribution): Uint8Array[] {
  const name = new TextEncoder().encode(contribution.name);
  const parameters = Uint8Array.from([CONTRIBUTION_NAME, name.length, ...name]);
  return [
    contribution.deltaAfter,
    contribution.g1s,
    contribution.g1sx,
    contribution.g2spx,
    contribution.transcript,
    uint32Bytes(ORDINARY, parameters.length),
    parameters,
  ];
}

function readContributions(sections: SectionReader): ContributionRecord[] {
  const read = (offset: number, length: number) =>
    sections.read(SECTION.contributions, offset, length);
  const contributions: ContributionRecord[] = [];
  let position = TRANSCRIPT_BYTES + 4;
  for (let left = dataView(read(TRANSCRIPT_BYTES, 4)).getUint32(0, true); left > 0; left--) {
    position += 3 * G1_BYTES + G2_BYTES + TRANSCRIPT_BYTES;
    const view = dataView(read(position, 8));
    const isBeacon = view.getUint32(0, true) === BEACON;
    const parametersLength = view.getUint32(4, true);
    const parameters = read(position + 8, parametersLength);
    // The name comes first among the parameters, if there is one.
    const named = parameters[0] === CONTRIBUTION_NAME;
    const name = named ? parameters.subarray(2, 2 + parameters[1]!) : new Uint8Array();
    contributions.push({ name: new TextDecoder().decode(name), isBeacon });
    position += 8 + parametersLength;
  }
  return contributions;
}
