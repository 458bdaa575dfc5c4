import type { Point } from "../crypto/baby-jubjub.ts";
import { type SignedTransaction, signingMessage } from "../ops/transaction.ts";
import { FIELD_BYTES } from "../protocol/constants.ts";
import { keccakOfWords } from "../util/keccak.ts";

/**
 * Names a signed transaction that is in no batch: keccak256 of its signing message, which binds
 * chain and contract too, and of the signer's public key. The signature itself is left out: another
 * valid one for the same transaction makes no other transaction.
 *
 * @param domain - Of the rollup's signatures, see `signingDomain`.
 * @returns 32 bytes, 0x-hex.
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function transactionHash(transaction: SignedTransaction, domain: bigint): string {
  return hashOfSigned(signingMessage(transaction, domain), transaction.publicKey);
}

/** As {@link transactionHash}, from what is signed, which binds a batch as well. */
export function hashOfSigned(message: bigint, { x, y }: Point): string {
  return toHex(keccakOfWords([message, x, y]));
}

/** Names the batch of the transactions with these hashes. @returns 32 bytes, 0x-hex. */
export function batchName(hashes: readonly string[]): string {
  return toHex(keccakOfWords(hashes.map(BigInt)));
}

function toHex(hash: bigint): string {
  return `0x${hash.toString(16).padStart(2 * FIELD_BYTES, "0")}`;
}
