/**
 * Transactions, which users sign (docs/pubdata.md#signed-message). The message names the recipient
 * by L1 address, so nobody can redirect an amount, and the domain binds it to one rollup on one
 * chain.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { SigningKey } from "../crypto/eddsa.ts";
import { poseidon } from "../kernel/hash.ts";
import { publicKey, sign } from "../kernel/signatures.ts";
import { FIELD_MODULUS } from "../protocol/constants.ts";
import { packColumns } from "../protocol/layout.ts";
import { DOMAIN_TAG, MESSAGE_WORDS, type MessageColumn } from "../protocol/signing.ts";
import { keccak, keccakOfWords } from "../util/keccak.ts";
import type { TransactionOf, TransactionSignature } from "./definition.ts";
import { assertField } from "./fields.ts";
import { OPERATIONS, type Specs, type TransactionType } from "./table.ts";

/** A transaction of one type, or of any. */
export type Transaction<T extends TransactionType = TransactionType> = {
  [N in T]: TransactionOf<Specs[N]>;
}[T];
export type ChangePubKeyTransaction = Transaction<"changePubKey">;

export type { TransactionSignature };
export type SignedTransaction = Transaction & TransactionSignature;

/**
 * Computes the domain of a rollup's signatures.
 *
 * @param chainId - Chain of the contract, uint256.
 * @param rollupAddress - Address of the rollup contract, uint160.
 * @returns `keccak256(abi.encode(keccak256(DOMAIN_TAG), chainId, rollup)) mod r`.
 *
 * @example
 * signingDomain(1n, 0xc0den) === signingDomain(5n, 0xc0den); // false
 */
export function signingDomain(chainId: bigint, rollupAddress: bigint): bigint {
  const tag = keccak(utf8ToBytes(DOMAIN_TAG));
  return keccakOfWords([tag, chainId, rollupAddress]) % FIELD_MODULUS;
}

/**
 * Computes the signed field element of a transaction that is in no batch: `Poseidon(domain, w1, w2,
 * w3)`.
 *
 * @param domain - See {@link signingDomain}.
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function signingMessage(transaction: Transaction, domain: bigint): bigint {
  return poseidon(signingWords(transaction, domain));
}

/** Returns the inputs of the signing message's hash. @throws as {@link signingMessage} */
export function signingWords(transaction: Transaction, domain: bigint): bigint[] {
  const unused = { recipient: 0n, amount: 0n };
  const op = OPERATIONS[transaction.type].code;
  const values: { readonly [C in MessageColumn]: number | bigint } = {
    ...unused,
    ...transaction,
    op,
  };
  const words = MESSAGE_WORDS.map((columns) => {
    for (const column of columns) assertField(column, values[column.name]);
    return packColumns<MessageColumn>(columns, values);
  });
  return [domain, ...words];
}

/**
 * Signs a transaction for the rollup of the given domain.
 *
 * @param key - From {@link createSigningKey}.
 * @param transaction - Complete, with account id, nonce, fee in the token's smallest unit, and
 * validity in Unix seconds.
 * @param domain - From {@link signingDomain}.
 * @param message - Signed message, if the transaction is in a batch: see `batchMessages`.
 * @returns The transaction with its public key and signature.
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 *
 * @example
 * const key = createSigningKey(new Uint8Array(32).fill(7));
 * const content = { type: "withdraw", accountId: 1, tokenId: 0, recipient: 0xb0bn, amount: 5n };
 * const transaction = { ...content, fee: 0n, nonce: 0, validFrom: 0n, validUntil: 2n ** 64n - 1n };
 * const signed = signTransaction(key, transaction, signingDomain(1n, 0xc0den));
 * signed.amount; // 5n
 * Object.keys(signed.signature); // ["r8", "s"]
 */
export function signTransaction<T extends Transaction>(
  key: SigningKey,
  transaction: T,
  domain: bigint,
  message = signingMessage(transaction, domain),
): T & TransactionSignature {
  const signature = sign(key, message);
  return { ...transaction, publicKey: publicKey(key), signature };
}
