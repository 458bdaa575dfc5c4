/** Values as the Ethereum JSON-RPC specification writes them. */

const WORD_HEX_DIGITS = 64;
const ADDRESS_HEX_DIGITS = 40;
const BLOOM_HEX_DIGITS = 512;

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
  return `0x${address.toString(16).padStart(ADDRESS_HEX_DIGITS, "0")}`;
}

/** The bloom filter of no event. */
export const EMPTY_BLOOM = `0x${"0".repeat(BLOOM_HEX_DIGITS)}`;
/** A bloom filter that excludes no event: none is kept, and making one takes long. */
export const FULL_BLOOM = `0x${"f".repeat(BLOOM_HEX_DIGITS)}`;
