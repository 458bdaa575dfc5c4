/**
 * The header of PLONK and fflonk proving keys in snarkjs's format, and a mark on those with known
 * secrets.
 *
 * @see https://github.com/iden3/snarkjs/blob/master/src/zkey_utils.js
 */
import { open } from "node:fs/promises";
import { dataView, encodeSections, type SectionReader } from "../../groth16/formats/binary-file.ts";
import { withSections } from "../../groth16/formats/section-file.ts";
import { assertScalarField, ELEMENT_BYTES } from "../../groth16/formats/bn254.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { type PlonkProtocol, PROTOCOL_TITLES } from "../protocols.ts";

const SECTION = { protocol: 1, header: 2 } as const;
/** The number of our section, which no program of others reads. */
const INSECURE_SECTION = 0x5a4b;
const INSECURE_TEXT = "INSECURE dev setup: known trapdoor";
/** The numbers of the protocols. */
const PROTOCOLS: Readonly<Record<PlonkProtocol, number>> = { plonk: 2, fflonk: 10 };
const GROTH16 = 1;
/** Bytes before the first section: magic word, version, number of sections. */
const FILE_HEADER_BYTES = 12;
const SECTION_COUNT_OFFSET = 8;

export interface PlonkZkeyHeader {
  /** Wires of the circuit, without those that the protocol adds. */
  readonly wires: number;
  readonly publicCount: number;
  readonly domainSize: number;
  /** Whether somebody may know tau and forge proofs. */
  readonly insecure: boolean;
}

/**
 * Reads the header of a key.
 *
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED; PROTOCOL_NOT_SUPPORTED for a key of another protocol
 */
export function readPlonkZkeyHeader(path: string, protocol: PlonkProtocol): PlonkZkeyHeader {
  return withSections(path, "zkey", (sections) => {
    assertProtocol(sections, protocol);
    const read = (offset: number, length: number) => sections.read(SECTION.header, offset, length);
    const word = (offset: number) => dataView(read(offset, 4)).getUint32(0, true);
    const scalarField = 4 + word(0) + 4;
    assertScalarField(path, read(scalarField, word(scalarField - 4)));
    const counts = scalarField + ELEMENT_BYTES;
    const [variables, publicCount, domainSize, additions] = [0, 4, 8, 12].map((at) =>
      word(counts + at),
    );
    return {
      wires: variables! - additions!,
      publicCount: publicCount!,
      domainSize: domainSize!,
      insecure: sections.has(INSECURE_SECTION),
    };
  });
}

/** Marks a key whose secrets are known: it gets a section that snarkjs ignores. */
export async function markInsecure(path: string): Promise<void> {
  const [, ...section] = encodeSections("zkey", 1, [
    { id: INSECURE_SECTION, chunks: [new TextEncoder().encode(INSECURE_TEXT)] },
  ]);
  const file = await open(path, "r+");
  try {
    const header = new Uint8Array(FILE_HEADER_BYTES);
    await file.read(header, 0, header.length, 0);
    const sections = dataView(header).getUint32(SECTION_COUNT_OFFSET, true);
    dataView(header).setUint32(SECTION_COUNT_OFFSET, sections + 1, true);
    const { size } = await file.stat();
    await file.write(Buffer.concat(section), 0, undefined, size);
    await file.write(header, 0, header.length, 0);
  } finally {
    await file.close();
  }
}

function assertProtocol(sections: SectionReader, expected: PlonkProtocol): void {
  const number = dataView(sections.read(SECTION.protocol, 0, 4)).getUint32(0, true);
  if (number === PROTOCOLS[expected]) return;
  const other = Object.entries(PROTOCOLS).find(([, known]) => known === number)?.[0];
  const title = other === undefined ? undefined : PROTOCOL_TITLES[other as PlonkProtocol];
  throw groth16Error({
    code: "PROTOCOL_NOT_SUPPORTED",
    source: sections.name,
    protocol: number === GROTH16 ? "Groth16" : (title ?? `protocol ${number}`),
    expected: PROTOCOL_TITLES[expected],
  });
}
