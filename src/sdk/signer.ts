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
import {
  type DerivationOptions,
  deriveSigningKey,
  type MessageSigner,
  type RollupIdentity,
} from "./key-derivation.ts";

/**
 * Signs L2 transactions with a key that it never reveals.
 *
 * @example
 * const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
 * const [, , , owner] = await ethers.getSigners();
 * const wallet = await RollupWallet.create(owner, provider, { signer });
 * wallet.signer.pubKeyHash === signer.pubKeyHash; // true
 */
export class RollupSigner {
  /** Point on Baby Jubjub. */
  readonly publicKey: Point;
  /** Poseidon hash of the public key, which an account stores. */
  readonly pubKeyHash: bigint;
  readonly #key: SigningKey;

  /** @param key - Use {@link RollupSigner.fromSeed} or {@link RollupSigner.fromL1Signer}. */
  constructor(key: SigningKey) {
    this.#key = key;
    this.publicKey = publicKey(key);
    this.pubKeyHash = hashPublicKey(this.publicKey);
  }

  /**
   * Derives the key that an Ethereum wallet has on one rollup; the wallet is asked for one
   * signature of `keyDerivationMessage`.
   *
   * @param signer - A signer of ethers, or anything else that signs EIP-191 messages.
   * @param rollup - Chain id and address of the rollup, as of `RollupProvider.getConfig`.
   * @param options - `signatures`: 2 refuses a wallet that signs in another way each time.
   * @returns The same signer for the same wallet and rollup.
   * @throws KEY_DERIVATION_UNSUPPORTED, KEY_DERIVATION_NOT_DETERMINISTIC
   *
   * @example
   * const derived = await RollupSigner.fromL1Signer(alice.l1Signer, await provider.getConfig());
   * derived.pubKeyHash === alice.signer.pubKeyHash; // true
   */
  static async fromL1Signer(
    signer: MessageSigner,
    rollup: RollupIdentity,
    options: DerivationOptions = {},
  ): Promise<RollupSigner> {
    return new RollupSigner(await deriveSigningKey(signer, rollup, options));
  }

  /**
   * Creates a signer from a seed.
   *
   * @param seed - 32 secret bytes.
   * @returns The same signer for the same seed.
   * @throws SIGNING_SEED_LENGTH
   *
   * @example
   * RollupSigner.fromSeed(new Uint8Array(31)); // throws SIGNING_SEED_LENGTH
   */
  static fromSeed(seed: Uint8Array): RollupSigner {
    return new RollupSigner(createSigningKey(seed));
  }

  /**
   * Signs a transaction that is in no batch.
   *
   * @param transaction - Complete, with account, nonce and fee.
   * @param domain - Field element that identifies the rollup: `signingDomain(chainId, address)` of
   * `hardhat-zkrollup/core`.
   * @returns The transaction with its public key and signature.
   * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
   */
  sign<T extends Transaction>(transaction: T, domain: bigint): T & TransactionSignature {
    return signTransaction(this.#key, transaction, domain);
  }

  /**
   * Signs the transactions of a batch that one account sends, and copies the others unchanged.
   *
   * @param batch - The whole batch, in the order in which it is applied.
   * @param accountId - Id of the account that sends with this key.
   * @param domain - As of {@link RollupSigner.sign}.
   * @returns The batch, with signatures on the transactions of the account.
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
