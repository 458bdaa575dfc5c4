/**
 * Transactions: what a user signs (design section 4). The message names the recipient by L1
 * address, so nobody can redirect an amount, and the domain binds it to one rollup on one chain.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Point } from "../crypto/baby-jubjub.ts";
import type { Signature, SigningKey } from "../crypto/eddsa.ts";
import { poseidon } from "../kernel/hash.ts";
import { publicKey, sign } from "../kernel/signatures.ts";
import { FIELD_MODULUS } from "../protocol/constants.ts";
import { packColumns } from "../protocol/layout.ts";
import {
  DOMAIN_TAG,
  MESSAGE_WORDS,
  type MessageColumn,
  TRANSACTION_CODES,
  type TransactionType,
} from "../protocol/signing.ts";
import { keccak, keccakOfWords } from "../util/keccak.ts";
import { assertField } from "./fields.ts";

interface TransactionBase {
  readonly type: TransactionType;
  /** The account that signs and pays the fee. */
  readonly accountId: number;
  /** The token that is moved and in which the fee is paid. */
  readonly tokenId: number;
  /** In the token's smallest unit; must have a packed form. */
  readonly fee: bigint;
  /** The signer's next nonce, uint32. */
  readonly nonce: number;
  /** First and last Unix second at which a block may include it, uint64. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}
/** Moves `amount` to the account of an address, which is created if need be. */
export interface TransferTransaction extends TransactionBase {
  readonly type: "transfer";
  /** L1 address of the receiver, uint160. */
  readonly recipient: bigint;
  /** In the token's smallest unit; must have a packed form. */
  readonly amount: bigint;
}
/** Moves `amount` out to an L1 address. */
export interface WithdrawTransaction extends TransactionBase {
  readonly type: "withdraw";
  /** L1 address that is paid, uint160. */
  readonly recipient: bigint;
  /** In the token's smallest unit, uint128. */
  readonly amount: bigint;
}
/** Makes the key that signs it the account's signing key. */
export interface ChangePubKeyTransaction extends TransactionBase {
  readonly type: "changePubKey";
}
/** Moves all of a token out to the owner of an account that never set a signing key. */
export interface ForcedExitTransaction extends TransactionBase {
  readonly type: "forcedExit";
  /** L1 address of the account that is forced out, uint160. */
  readonly recipient: bigint;
}
export type Transaction =
  TransferTransaction | WithdrawTransaction | ChangePubKeyTransaction | ForcedExitTransaction;

export interface TransactionSignature {
  readonly publicKey: Point;
  readonly signature: Signature;
}
export type SignedTransaction = Transaction & TransactionSignature;

/**
 * The domain of a rollup's signatures.
 *
 * @param rollupAddress - Address of the rollup contract, uint160.
 * @returns `keccak256(abi.encode(keccak256(DOMAIN_TAG), chainId, rollup)) mod r`.
 */
export function signingDomain(chainId: bigint, rollupAddress: bigint): bigint {
  const tag = keccak(utf8ToBytes(DOMAIN_TAG));
  return keccakOfWords([tag, chainId, rollupAddress]) % FIELD_MODULUS;
}

/**
 * The field element that is signed, if the transaction is in no batch: `Poseidon(domain, w1, w2,
 * w3)`.
 *
 * @param domain - See {@link signingDomain}.
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function signingMessage(transaction: Transaction, domain: bigint): bigint {
  return poseidon(signingWords(transaction, domain));
}

/** What the signing message is the hash of. @throws as {@link signingMessage} */
export function signingWords(transaction: Transaction, domain: bigint): bigint[] {
  const unused = { recipient: 0n, amount: 0n };
  const op = TRANSACTION_CODES[transaction.type];
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
 * @param message - What is signed, if the transaction is in a batch: see `batchMessages`.
 * @throws as {@link signingMessage}
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
