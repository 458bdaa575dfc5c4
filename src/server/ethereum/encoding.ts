/** Values as the Ethereum JSON-RPC specification writes them. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { toChecksumAddress } from "../../l1/addresses.ts";

const WORD_HEX_DIGITS = 64;
const BLOOM_BYTES = 256;
/** Bits of a bloom filter that one value sets, and the bits that choose each. */
const BLOOM_HASHES = 3;
const BLOOM_MASK = 8 * BLOOM_BYTES - 1;

/** A quantity: 0x-hex without leading zeros. */
export function toQuantity(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** 32 bytes of 0x-hex. @param value - In [0, 2^256). */
export function toWord(value: bigint | number): string {
  return `0x${value.toString(16).padStart(WORD_HEX_DIGITS, "0")}`;
}

/** 20 bytes of 0x-hex, in lower case as nodes write them. @param address - uint160. */
export function toAddress(address: bigint): string {
  return toChecksumAddress(address).toLowerCase();
}

/** What contributes to a bloom filter. */
export interface Bloomed {
  readonly address: string;
  readonly topics: readonly string[];
}

/** The bloom filter of logs, as in the yellow paper. */
export function bloomOf(logs: readonly Bloomed[]): string {
  const bloom = new Uint8Array(BLOOM_BYTES);
  const values = new Set(logs.flatMap(({ address, topics }) => [address, ...topics]));
  for (const value of values) {
    const view = new DataView(keccak_256(hexToBytes(value.slice(2))).buffer);
    for (let pair = 0; pair < BLOOM_HASHES; pair++) {
      const bit = view.getUint16(2 * pair) & BLOOM_MASK;
      bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7);
    }
  }
  return `0x${Buffer.from(bloom).toString("hex")}`;
}
