/** The L2 key of a user. */
import type { Point } from "../crypto/baby-jubjub.ts";
import { createSigningKey, type SigningKey } from "../crypto/eddsa.ts";
import { hashPublicKey, publicKey } from "../kernel/signatures.ts";
import { batchMessages } from "../operations/batch.ts";
import {
  signTransaction,
  type Transaction,
  type TransactionSignature,
} from "../operations/transaction.ts";
import { deriveSigningKey, type MessageSigner, type RollupIdentity } from "./key-derivation.ts";

/** Signs L2 transactions. The key itself never leaves it. */
export class RollupSigner {
  readonly publicKey: Point;
  /** How accounts name the key: Poseidon hash of its public key. */
  readonly pubKeyHash: bigint;
  readonly #key: SigningKey;

  constructor(key: SigningKey) {
    this.#key = key;
    this.publicKey = publicKey(key);
    this.pubKeyHash = hashPublicKey(this.publicKey);
  }

  /** The key that an Ethereum wallet has on one rollup. @throws KEY_DERIVATION_UNSUPPORTED */
  static async fromL1Signer(signer: MessageSigner, rollup: RollupIdentity): Promise<RollupSigner> {
    return new RollupSigner(await deriveSigningKey(signer, rollup));
  }

  /** @param seed - 32 secret bytes. @throws SIGNING_SEED_LENGTH */
  static fromSeed(seed: Uint8Array): RollupSigner {
    return new RollupSigner(createSigningKey(seed));
  }

  /**
   * Signs a transaction that is in no batch.
   *
   * @param domain - Of the rollup, see `signingDomain`.
   * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
   */
  sign<T extends Transaction>(transaction: T, domain: bigint): T & TransactionSignature {
    return signTransaction(this.#key, transaction, domain);
  }

  /**
   * Signs those transactions of a batch that one account sends, and leaves the others as they are.
   *
   * @param batch - All of it, in the order in which it will be applied.
   * @throws as {@link RollupSigner.sign}
   */
  signBatch<T extends Transaction>(
    batch: readonly T[],
    accountId: number,
    domain: bigint,
  ): (T | (T & TransactionSignature))[] {
    const { messages } = batchMessages(batch, domain);
    return batch.map((transaction, index) =>
      transaction.accountId === accountId
        ? signTransaction(this.#key, transaction, domain, messages[index])
        : transaction,
    );
  }
}
