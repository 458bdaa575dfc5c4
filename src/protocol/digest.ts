/** The digest that binds circuits, contracts and operator to one version of the protocol data. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { EXTENSION_COLUMNS, RECORD_COLUMNS } from "./columns.ts";
import * as constants from "./constants.ts";
import { FIELD_TYPE_BYTES } from "./layout.ts";
import {
  COMMITTED_INPUTS,
  EXIT_KEY_ID,
  EXIT_PUBLIC_INPUTS,
  HEADER_COLUMNS,
  PUBLIC_INPUTS,
} from "./public-inputs.ts";
import { DOMAIN_TAG, MESSAGE_WORDS } from "./signing.ts";

const data = {
  constants,
  FIELD_TYPE_BYTES,
  RECORD_COLUMNS,
  EXTENSION_COLUMNS,
  MESSAGE_WORDS,
  DOMAIN_TAG,
  HEADER_COLUMNS,
  COMMITTED_INPUTS,
  PUBLIC_INPUTS,
  EXIT_PUBLIC_INPUTS,
  EXIT_KEY_ID,
};

/** Encodes JSON with sorted keys and decimal bigints: the same text for the same data. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return item.toString();
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * Computes SHA-256 of the canonical JSON of all protocol data that no preset changes.
 *
 * @param operations - The wire form of every operation, by name.
 * @returns 32 bytes as 0x-hex.
 */
export function protocolDigest(operations: Readonly<Record<string, unknown>>): string {
  const text = canonicalJson({ ...data, OPERATIONS: operations });
  return `0x${bytesToHex(sha256(utf8ToBytes(text)))}`;
}
