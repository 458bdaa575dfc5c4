/** Groth16 proving keys in files of Node's. */

import { writeFileAtomically } from "../files/files.ts";
import { withSections } from "./section-file.ts";
import {
  encodeZkey,
  readZkey,
  readZkeyBytes,
  verifierPartOf,
  type Zkey,
  type ZkeyReader,
  type ZkeyVerifierPart,
} from "./zkey.ts";

/** Writes a key to `path` atomically. */
export async function writeZkey(path: string, key: Zkey): Promise<void> {
  await writeFileAtomically(path, encodeZkey(key));
}

/**
 * Reads what a verification key is made of.
 *
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED
 */
export function readZkeyVerifierPart(path: string): ZkeyVerifierPart {
  return withSections(path, "zkey", verifierPartOf);
}

/**
 * Opens a key: a file, which is opened for each piece, or its bytes.
 *
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED
 */
export function createZkeyReader(source: string | Uint8Array): ZkeyReader {
  if (typeof source !== "string") return readZkeyBytes(source);
  return readZkey((use) => withSections(source, "zkey", use));
}
