import type { Point } from "../crypto/baby-jubjub.ts";
import { FIELD_BYTES } from "../protocol/constants.ts";
import { keccakOfWords } from "../util/keccak.ts";

/**
 * Names a signed transaction: keccak256 of what is signed, which binds chain, contract and batch
 * too, and of the signer's public key. The signature itself is left out: another valid one for the
 * same transaction makes no other transaction.
 *
 * @param message - See `batchMessages`.
 * @returns 32 bytes, 0x-hex.
 */
export function transactionHash(message: bigint, { x, y }: Point): string {
  const hash = keccakOfWords([message, x, y]);
  return `0x${hash.toString(16).padStart(2 * FIELD_BYTES, "0")}`;
}
