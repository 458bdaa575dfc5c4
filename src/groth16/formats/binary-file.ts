/**
 * The container that r1cs, wtns, zkey and ptau files share: a magic word, a version, and numbered
 * sections.
 *
 * @see https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 */

import { groth16Error } from "../errors.ts";

const HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;

/** Bytes that are read in pieces: a file, or an array in memory. */
export interface ByteSource {
  /** Name of the source in messages: a path, or a word such as "witness". */
  readonly name: string;
  readonly size: number;
  /** Returns a copy whose buffer starts at 0, so that it can be viewed as words. */
  read(offset: number, length: number): Uint8Array;
}

/** An open container. Offsets and lengths are in bytes. */
export interface SectionReader {
  readonly name: string;
  has(id: number): boolean;
  size(id: number): number;
  read(id: number, offset?: number, length?: number): Uint8Array;
}

/** A section to be written: its number, and its content in order. */
export interface Section {
  readonly id: number;
  readonly chunks: readonly Uint8Array[];
}

/** Finds the sections of `source`. @throws BINARY_FORMAT */
export function readSections(source: ByteSource, magic: string): SectionReader {
  const malformed = (problem: string) =>
    groth16Error({ code: "BINARY_FORMAT", source: source.name, expected: magic, problem });
  if (source.size < HEADER_BYTES) throw malformed("it is shorter than a header");
  const header = source.read(0, HEADER_BYTES);
  if (new TextDecoder().decode(header.subarray(0, 4)) !== magic) {
    throw malformed("its magic word is another one");
  }
  const sections = new Map<number, { offset: number; size: number }>();
  let position = HEADER_BYTES;
  for (let left = dataView(header).getUint32(8, true); left > 0; left--) {
    if (position + SECTION_HEADER_BYTES > source.size) throw malformed("a section is missing");
    const view = dataView(source.read(position, SECTION_HEADER_BYTES));
    const size = Number(view.getBigUint64(4, true));
    position += SECTION_HEADER_BYTES;
    if (position + size > source.size) throw malformed("it is cut short");
    sections.set(view.getUint32(0, true), { offset: position, size });
    position += size;
  }
  const find = (id: number) => {
    const section = sections.get(id);
    if (section === undefined) throw malformed(`section ${id} is missing`);
    return section;
  };
  return {
    name: source.name,
    has: (id) => sections.has(id),
    size: (id) => find(id).size,
    read: (id, offset = 0, length = find(id).size - offset) => {
      if (offset + length > find(id).size) throw malformed(`section ${id} is too short`);
      return source.read(find(id).offset + offset, length);
    },
  };
}

/** Creates a {@link ByteSource} over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  return { name, size: bytes.length, read };
}

/** Encodes a container file as pieces in order. */
export function encodeSections(
  magic: string,
  version: number,
  sections: readonly Section[],
): Uint8Array[] {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(new TextEncoder().encode(magic));
  dataView(header).setUint32(4, version, true);
  dataView(header).setUint32(8, sections.length, true);
  return [header, ...sections.flatMap(({ id, chunks }) => [sectionHeader(id, chunks), ...chunks])];
}

/** Returns a view of exactly these bytes. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Encodes `values` as consecutive little-endian 32-bit words. */
export function uint32Bytes(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, i) => dataView(bytes).setUint32(4 * i, value, true));
  return bytes;
}

function sectionHeader(id: number, chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(SECTION_HEADER_BYTES);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  dataView(bytes).setUint32(0, id, true);
  dataView(bytes).setBigUint64(4, BigInt(size), true);
  return bytes;
}
