/**
 * Transactions of machines without a network: signed where the key is, sent from elsewhere; and the
 * text in which they travel.
 */
import { signedTransaction } from "../api/schemas.ts";
import { signChangePubKey, type TypedDataSigner } from "../l1/authorization.ts";
import {
  type ChangePubKeyTransaction,
  signingDomain,
  type Transaction,
  type TransactionSignature,
} from "../operations/transaction.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import { toJson } from "../util/json.ts";
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type TokenSource,
} from "./drafts.ts";
import { sdkError } from "./errors.ts";
import { integer, nonZeroAddress, option, optionsOf, readInput, show } from "./inputs.ts";
import type { MessageSigner } from "./key-derivation.ts";
import type { ForcedExitParams, TransferParams, WithdrawParams } from "./params.ts";
import { rollupSigner } from "./params.ts";
import type { SignedTransactionParam, Token, TokenReference } from "./provider.ts";
import { secondFactorText } from "./second-factor-text.ts";
import type { RollupSigner } from "./signer.ts";

/** What a signer without a network has to know. */
export interface OfflineOptions {
  /** Chain id of L1. */
  readonly chainId: bigint;
  /** Address of the rollup contract. */
  readonly rollupAddress: string;
  /** L1 address of the account's owner. */
  readonly address: string;
  /** Id of the account. */
  readonly accountId: number;
  /** The L2 key. */
  readonly signer: RollupSigner;
}

/** A fee and a nonce must be given: there is nobody to ask. The token is its id. */
export type Offline<P extends { readonly token: TokenReference }> = Omit<
  P,
  "token" | "maxFee" | "fee" | "nonce"
> & {
  /** Id of the token; 0 is ETH. */
  readonly token: number;
  /** In the token's smallest unit; must be packable. */
  readonly fee: bigint;
  /** Position among the account's transactions, from 0. */
  readonly nonce: number;
};

const offlineOptions = optionsOf<OfflineOptions>({
  chainId: option(
    "a chain id",
    (value): value is bigint => typeof value === "bigint" && value > 0n,
  ),
  rollupAddress: nonZeroAddress,
  address: nonZeroAddress,
  accountId: integer(0),
  signer: rollupSigner,
});

/** Where nobody can be asked, a token has its id only. */
const idsOnly: TokenSource = {
  getToken: async (reference) => {
    const id = readInput(integer(0), reference, "token");
    return { id, address: "", symbol: "", decimals: 0 } satisfies Token;
  },
};

/**
 * Signs transactions of one account without any network. Send what it signs from another machine,
 * with `Rollup.submit`.
 *
 * @example
 * const { chainId, rollupAddress } = await provider.getConfig(); // noted beforehand
 * const { address, signer } = alice;
 * const accountId = await alice.accountId();
 * const cold = new OfflineWallet({ chainId, rollupAddress, address, accountId, signer });
 * const payment = { to: bob.address, token: 0, amount: 5n, fee: 0n, nonce: 1 };
 * const text = encodeTransaction(await cold.signTransfer(payment));
 * (await provider.submitTransaction(decodeTransaction(text))).status; // "accepted"
 */
export class OfflineWallet {
  readonly #options: OfflineOptions;
  readonly #domain: bigint;

  /**
   * @param options - The rollup, the account and its key.
   * @throws OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_INVALID
   */
  constructor(options: OfflineOptions) {
    this.#options = readInput(offlineOptions, options, "options");
    const { chainId, rollupAddress } = this.#options;
    this.#domain = signingDomain(chainId, BigInt(rollupAddress));
  }

  /**
   * Signs a transfer.
   *
   * @param params - As of `RollupWallet.transfer`, with the token's id, fee and nonce.
   * @returns The signed transaction.
   * @throws ADDRESS_INVALID, AMOUNT_INVALID, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE,
   * OPTION_INVALID, OPTION_UNKNOWN
   */
  async signTransfer(params: Offline<TransferParams>): Promise<SignedTransactionParam> {
    return this.#sign(await draftTransfer(idsOnly, params));
  }

  /**
   * Signs a withdrawal.
   *
   * @param params - As of `RollupWallet.withdraw`, with the token's id, fee and nonce.
   * @returns The signed transaction.
   * @throws as {@link OfflineWallet.signTransfer}
   */
  async signWithdraw(params: Offline<WithdrawParams>): Promise<SignedTransactionParam> {
    return this.#sign(await draftWithdraw(idsOnly, this.#options.address, params));
  }

  /**
   * Signs a forced exit.
   *
   * @param params - As of `RollupWallet.forcedExit`, with the token's id, fee and nonce.
   * @returns The signed transaction.
   * @throws as {@link OfflineWallet.signTransfer}
   */
  async signForcedExit(params: Offline<ForcedExitParams>): Promise<SignedTransactionParam> {
    return this.#sign(await draftForcedExit(idsOnly, params));
  }

  /**
   * Signs that the wallet's key is the account's signing key, with the owner's consent by EIP-712.
   *
   * @param owner - The owner's L1 key, such as a `Wallet` of ethers; it needs no network either.
   * @param params - `token` of the fee, `fee` and `nonce`.
   * @returns The signed transaction with the consent.
   * @throws as {@link OfflineWallet.signTransfer}
   */
  async signSetSigningKey(
    owner: TypedDataSigner,
    params: { readonly token: number; readonly fee: bigint; readonly nonce: number },
  ): Promise<SignedTransactionParam> {
    const { token: tokenId, fee, nonce } = params;
    const transaction = this.#complete({
      content: { type: "changePubKey", tokenId },
      options: { fee, nonce },
    });
    const { chainId, rollupAddress, accountId, signer } = this.#options;
    const claim = { pubKeyHash: signer.pubKeyHash, nonce, accountId };
    const authorization = await signChangePubKey(owner, { chainId, rollupAddress }, claim);
    const signed = signer.sign(transaction, this.#domain);
    return { ...(signed as ChangePubKeyTransaction & TransactionSignature), authorization };
  }

  /**
   * Adds the owner's Ethereum signature, if the account's second factor asks for it; see
   * docs/second-factor.md.
   *
   * @param owner - The owner's L1 key, such as a `Wallet` of ethers; it needs no network either.
   * @param signed - From a method `sign…` of this wallet.
   * @param token - The token that is moved, as the operator lists it: check address and decimals.
   * @returns The transaction with the signature, which {@link encodeTransaction} keeps.
   * @throws TOKEN_UNKNOWN if it is another token
   */
  async addSecondFactor(
    owner: MessageSigner,
    signed: SignedTransactionParam,
    token: Token,
  ): Promise<SignedTransactionParam> {
    const text = secondFactorText([signed], [token], this.#options);
    return { ...signed, ethereumSignature: await owner.signMessage(text) };
  }

  #sign(draft: Draft): SignedTransactionParam {
    const signed = this.#options.signer.sign(this.#complete(draft), this.#domain);
    return signed as SignedTransactionParam;
  }

  /** @throws OPTION_INVALID without a fee or a nonce */
  #complete({ content, options }: Draft): Transaction {
    const { validFrom = 0n, validUntil = TIMESTAMP_MAX } = options;
    const fee = readInput(givenFee, options.fee, "fee");
    const nonce = readInput(integer(0), options.nonce, "nonce");
    const { accountId } = this.#options;
    return { ...content, accountId, fee, nonce, validFrom, validUntil };
  }
}

const givenFee = option("a bigint", (value): value is bigint => typeof value === "bigint");

/**
 * Writes a signed transaction as text, for a file or a QR code.
 *
 * @param signed - From a method `sign…` of a wallet.
 * @returns JSON, in the form in which the node takes it.
 *
 * @example
 * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 5n });
 * decodeTransaction(encodeTransaction(signed)).amount; // 5n
 */
export function encodeTransaction(signed: SignedTransactionParam): string {
  return JSON.stringify(toJson(signed));
}

/**
 * Reads a signed transaction: the inverse of {@link encodeTransaction}. Show it to the person who
 * sends it ({@link describeTransaction}); the node checks the signature.
 *
 * @param text - From anybody.
 * @returns The signed transaction.
 * @throws OPTION_INVALID
 *
 * @example
 * decodeTransaction("{}"); // throws OPTION_INVALID
 */
export function decodeTransaction(text: string): SignedTransactionParam {
  const parsed = signedTransaction.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const expected = "the text of a signed transaction";
  throw sdkError({
    code: "OPTION_INVALID",
    option: "text",
    value: show(text).slice(0, 80),
    expected,
  });
}

function parseJson(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
