/** Keccak-256 as Solidity uses it, with digests as integers. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { integerFromBytes, integerToBytes } from "./bytes.ts";

const EVM_WORD_BYTES = 32;

/** `uint256(keccak256(bytes))`. */
export function keccak(bytes: Uint8Array): bigint {
  return integerFromBytes(keccak_256(bytes));
}

/** `uint256(keccak256(abi.encode(...words)))` of values that each take one EVM word. */
export function keccakOfWords(words: readonly bigint[]): bigint {
  return keccak(concatBytes(...words.map((word) => integerToBytes(word, EVM_WORD_BYTES))));
}
