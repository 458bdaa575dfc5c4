/** Keccak-256 as Solidity uses it, with digests as integers. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { integerFromBytes } from "./bytes.ts";
import { assert } from "./errors.ts";

const EVM_WORD_BYTES = 32;
const EVM_WORD_END = 1n << 256n;

/** `uint256(keccak256(bytes))`. */
export function keccak(bytes: Uint8Array): bigint {
  return integerFromBytes(keccak_256(bytes));
}

/**
 * `uint256(keccak256(abi.encode(...words)))` of values that each take one EVM word.
 *
 * @param words - Each in [0, 2^256); anything else breaks an invariant.
 */
export function keccakOfWords(words: readonly bigint[]): bigint {
  const bytes = new Uint8Array(EVM_WORD_BYTES * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => {
    assert(word >= 0n && word < EVM_WORD_END, "a value takes one EVM word");
    let rest = word;
    for (let end = EVM_WORD_BYTES * (index + 1); end > EVM_WORD_BYTES * index; end -= 8) {
      view.setBigUint64(end - 8, rest); // takes the low 64 bits
      rest >>= 64n;
    }
  });
  return keccak(bytes);
}
