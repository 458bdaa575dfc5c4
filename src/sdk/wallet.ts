/** One user of one rollup: an Ethereum wallet on L1, and the L2 key that is derived from it. */
import { type Signer, toBeHex } from "ethers";
import {
  type Create2Wallet,
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../l1/authorization.ts";
import {
  type ChangePubKeyTransaction,
  type SignedTransaction,
  signingDomain,
  signingMessage,
  type Transaction,
  type TransactionSignature,
} from "../operations/transaction.ts";
import { BATCH_LENGTH_MAX } from "../protocol/batches.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import { assert, isRollupError, type RollupError } from "../util/errors.ts";
import { toJson } from "../util/json.ts";
import { omit } from "../util/omit.ts";
import { TransactionBatch } from "./batch.ts";
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type SendContent,
} from "./drafts.ts";
import { sdkError } from "./errors.ts";
import type { FeeParams, KeyConsent } from "./fee-params.ts";
import { decideFee } from "./fees.ts";
import { BatchHandle, TransactionHandle } from "./handles.ts";
import { readInput } from "./inputs.ts";
import { AbsentSigner } from "./l1-signers.ts";
import { connectOwner, type OwnerOnL1, OwnerWallet } from "./owner.ts";
import { Outbox } from "./outbox.ts";
import {
  type ForcedExitParams,
  sendOptions,
  setSigningKeyParams,
  type SetSigningKeyParams,
  type TransactionOptions,
  type TransferParams,
  walletOptions,
  type WalletOptions,
  type WithdrawParams,
} from "./params.ts";
import {
  type BatchMember,
  type FeeEstimate,
  readBatch,
  type RollupProvider,
  type SignedTransactionParam,
  type TransactionReceipt,
} from "./provider.ts";
import { secondFactorText } from "./second-factor-text.ts";
import { RollupSigner } from "./signer.ts";

/** Transactions of batches that are prepared and not signed: many batches of the longest kind. */
const PREPARED_MAX = 20 * BATCH_LENGTH_MAX;

/**
 * The wallet of one owner on one rollup: deposits on L1, signs and sends on L2.
 *
 * @example
 * const [, , , owner] = await ethers.getSigners();
 * const wallet = await RollupWallet.create(owner, provider);
 * await wallet.deposit({ token: "ETH", amount: 1000n });
 * await wallet.setSigningKey();
 * await wallet.transfer({ to: alice.address, token: "ETH", amount: 300n, fee: 10n });
 * await wallet.getBalance("ETH"); // 690n
 */
export class RollupWallet extends OwnerWallet {
  /** The L2 key. */
  readonly signer: RollupSigner;
  /** Signing domain of the rollup, see `signingDomain`. */
  readonly #domain: bigint;
  readonly #create2: Create2Wallet | undefined;
  readonly #outbox: Outbox;
  /** Messages of prepared batch transactions, each as if it were in no batch; the latest ones. */
  readonly #prepared = new Set<bigint>();

  private constructor(
    address: string,
    provider: RollupProvider,
    owner: OwnerOnL1,
    signer: RollupSigner,
    { create2 }: WalletOptions,
  ) {
    super(address, provider, owner);
    this.#create2 = create2;
    this.signer = signer;
    this.#domain = signingDomain(owner.l1.chainId, BigInt(owner.l1.rollupAddress));
    this.#outbox = new Outbox(provider, this.#domain);
  }

  /**
   * Creates a wallet. Unless a key is given, the Ethereum wallet is asked for one signature, from
   * which the L2 key is derived.
   *
   * @param l1Signer - A signer of ethers, connected to the chain of the rollup.
   * @param provider - Of the rollup's operator.
   * @param options - Key, contract wallet, and address of the rollup.
   * @returns The wallet; its account exists after the first deposit or transfer to it.
   * @throws L1_SIGNER_WITHOUT_PROVIDER, ROLLUP_REPLACED, L1_CHAIN_MISMATCH, ROLLUP_NOT_FOUND,
   * KEY_DERIVATION_UNSUPPORTED, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN
   *
   * @example
   * const [, , , owner] = await ethers.getSigners();
   * const wallet = await RollupWallet.create(owner, provider);
   * await wallet.getAccount(); // null
   */
  static async create(
    l1Signer: Signer,
    provider: RollupProvider,
    options: WalletOptions = {},
  ): Promise<RollupWallet> {
    const { create2, signer: given, ...rest } = readInput(walletOptions, options, "options");
    const owner = await connectOwner(l1Signer, provider, rest.rollupAddress);
    const { chainId, rollupAddress } = owner.l1;
    const derivation = { signatures: rest.derivationSignatures ?? 1 };
    const signer =
      given ?? (await RollupSigner.fromL1Signer(l1Signer, { chainId, rollupAddress }, derivation));
    const address =
      create2 === undefined ? owner.l1Address : create2WalletAddress(create2, signer.pubKeyHash);
    const wallet = new RollupWallet(address, provider, owner, signer, options);
    if (rest.onWarning !== undefined) await wallet.#warnOfKey(rest.onWarning);
    return wallet;
  }

  /** Another key may be that of another program, or the signature is another one each time. */
  async #warnOfKey(onWarning: (warning: RollupError) => void): Promise<void> {
    const account = await this.getAccount();
    if (account === null || account.pubKeyHash === 0n) return;
    if (account.pubKeyHash === this.signer.pubKeyHash) return;
    const { address } = this;
    onWarning(sdkError({ code: "SIGNING_KEY_DIFFERS", address, accountId: account.id }));
  }

  /**
   * Returns whether the account has this wallet's key as its signing key.
   *
   * @example
   * await alice.isSigningKeySet(); // true
   */
  async isSigningKeySet(): Promise<boolean> {
    return (await this.getAccount())?.pubKeyHash === this.signer.pubKeyHash;
  }

  // ----------------------------------------------------------------------------------- on L2

  /**
   * Sets this wallet's key as the account's signing key, once before the wallet sends anything.
   *
   * @param params - `auth`, how the owner consents: "eip712" (default), "onchain" or "create2";
   * `feeToken` (default ETH); `fee`, nonce and validity.
   * @returns A handle on the accepted transaction.
   * @throws TOKEN_UNKNOWN, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN, CREATE2_WALLET_MISSING,
   * ADDRESS_WITHOUT_ACCOUNT, or the code of the rule that the transaction breaks.
   *
   * @example
   * const [, , , owner] = await ethers.getSigners();
   * const wallet = await RollupWallet.create(owner, provider);
   * await wallet.deposit({ token: "ETH", amount: 1000n });
   * const handle = await wallet.setSigningKey();
   * handle.receipt.type; // "changePubKey"
   */
  async setSigningKey(params: SetSigningKeyParams = {}): Promise<TransactionHandle> {
    const wish = await this.#draftKey(params);
    return this.#sendOne({ setSigningKey: wish }, () => this.#signKey(wish));
  }

  async #draftKey(params: SetSigningKeyParams): Promise<{ draft: Draft; auth: KeyConsent }> {
    const {
      feeToken = "ETH",
      auth = this.#create2 ? "create2" : "eip712",
      ...options
    } = readInput(setSigningKeyParams, params);
    const { id: tokenId } = await this.tokens.getToken(feeToken);
    return { draft: { content: { type: "changePubKey", tokenId }, options }, auth };
  }

  async #signKey({ draft, auth }: { draft: Draft; auth: KeyConsent }) {
    const [transaction] = await this.#prepare([draft], auth);
    const signed = this.signer.sign(transaction!, this.#domain);
    const authorization = await this.#authorize(signed, auth);
    return { ...(signed as ChangePubKeyTransaction & TransactionSignature), authorization };
  }

  /**
   * Transfers a token to another owner on L2.
   *
   * @param params - `to`, L1 address of the recipient; `token`; `amount` and `fee` in the token's
   * smallest unit, both packable (see {@link isPackableAmount}); nonce and validity.
   * @returns A handle on the accepted transaction.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT, or the code of the rule that the transaction breaks.
   *
   * @example
   * const [to, token, amount] = [bob.address, "ETH", ethers.parseEther("2.5")];
   * const transfer = await alice.transfer({ to, token, amount });
   * transfer.receipt.status; // "accepted"
   * await bob.getBalance("ETH"); // 12_500_000_000_000_000_000n
   * await alice.transfer({ to, token, amount: 4n * amount }); // throws INSUFFICIENT_BALANCE
   */
  async transfer(params: TransferParams): Promise<TransactionHandle> {
    return this.#send(await draftTransfer(this.tokens, params));
  }

  /**
   * Withdraws a token to L1. The payout is made when the block is executed.
   *
   * @param params - `token`; `amount` in the token's smallest unit, 0 to 2^128 - 1; `to`, paid
   * address on L1 (default: the wallet's own); `fee`, nonce and validity.
   * @returns A handle on the accepted transaction.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT, or the code of the rule that the transaction breaks.
   *
   * @example
   * const to = "0x00000000000000000000000000000000000a11ce";
   * const withdrawal = await alice.withdraw({ to, token: "ETH", amount: 5n });
   * await withdrawal.wait();
   * await ethers.provider.getBalance(to); // 5n
   */
  async withdraw(params: WithdrawParams): Promise<TransactionHandle> {
    return this.#send(await draftWithdraw(this.tokens, this.address, params));
  }

  /**
   * Sends all of a token of an account without a signing key to the account's owner on L1.
   *
   * @param params - `target`, L1 address of that owner; `token`; `fee`, which this wallet pays, in
   * the same token; nonce and validity.
   * @returns A handle on the accepted transaction.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT, or the code of the rule that the transaction breaks.
   *
   * @example
   * const target = "0x00000000000000000000000000000000000a11ce";
   * await alice.transfer({ to: target, token: "ETH", amount: 7n });
   * await (await alice.forcedExit({ target, token: "ETH" })).wait();
   * await ethers.provider.getBalance(target); // 7n
   */
  async forcedExit(params: ForcedExitParams): Promise<TransactionHandle> {
    return this.#send(await draftForcedExit(this.tokens, params));
  }

  /**
   * Sends a transaction of any type, also of an operation without a method of its own here.
   *
   * @param content - `type`, `tokenId` and the other signed fields: addresses are integers, amounts
   * are in the token's smallest unit.
   * @param options - Fee, nonce and validity.
   * @returns A handle on the accepted transaction.
   * @throws FIELD_OUT_OF_RANGE, AMOUNT_OUT_OF_RANGE, AMOUNT_INVALID, OPTION_INVALID,
   * OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT, or the code of the rule that the transaction breaks.
   *
   * @example
   * const recipient = BigInt(bob.address);
   * const handle = await alice.send({ type: "transfer", tokenId: 0, recipient, amount: 5n });
   * handle.receipt.type; // "transfer"
   */
  async send(content: SendContent, options: TransactionOptions = {}): Promise<TransactionHandle> {
    return this.#send({ content, options: readInput(sendOptions, options, "options") });
  }

  /**
   * Starts a batch: transactions that are included together or not at all.
   *
   * @returns An empty batch, which collects transactions and sends them.
   *
   * @example
   * const payment = { to: bob.address, token: "ETH", amount: 5n };
   * const handle = await alice.batch().transfer(payment).transfer(payment).send();
   * handle.receipts.length; // 2
   */
  batch(): TransactionBatch {
    const { address, provider, tokens } = this;
    return new TransactionBatch({
      address,
      provider,
      tokens,
      prepare: (drafts) => this.#prepareBatch(drafts),
      submit: (drafts) => this.#sendBatch(drafts),
    });
  }

  async #prepareBatch(drafts: readonly Draft[]): Promise<Transaction[]> {
    const transactions = await this.#prepare(drafts);
    for (const each of transactions) {
      const message = signingMessage(each, this.#domain);
      this.#prepared.delete(message);
      this.#prepared.add(message); // at the end, as one of the latest
    }
    for (const oldest of this.#prepared) {
      if (this.#prepared.size <= PREPARED_MAX) break;
      this.#prepared.delete(oldest);
    }
    return transactions;
  }

  async #sendBatch(drafts: readonly Draft[]): Promise<BatchHandle> {
    const { transactions, receipts } = await this.#outbox.send(describe({ drafts }), async () => {
      const batch = readBatch(await this.#prepare(drafts)) as Transaction[];
      const { accountId } = batch[0]!;
      const signed = this.signer.signBatch(batch, accountId, this.#domain) as SignedTransaction[];
      return {
        method: "rollup_submitBatch",
        transactions: signed,
        submit: this.#submitting(signed.map(toParam), (all) => this.provider.submitBatch(all)),
      };
    });
    const { rollupAddress } = this.l1;
    const sent = transactions.map((transaction) => ({ transaction, rollupAddress }));
    return new BatchHandle(this.provider, receipts, sent);
  }

  /**
   * Signs the transactions of this wallet in a batch of several wallets. The signatures hold only
   * for the whole batch. The wallet signs nothing that it has not prepared.
   *
   * @param batch - The whole batch, in the order in which it is applied; check its content first.
   * @returns The batch with these signatures, for the next wallet or `RollupProvider.submitBatch`.
   * @throws BATCH_NOT_PREPARED, OPTION_INVALID, ADDRESS_WITHOUT_ACCOUNT, AMOUNT_OUT_OF_RANGE,
   * FIELD_OUT_OF_RANGE
   */
  async signBatch(batch: readonly BatchMember[]): Promise<BatchMember[]> {
    const accountId = await this.accountId();
    this.#assertPrepared(batch, accountId);
    return this.signer.signBatch(batch, accountId, this.#domain);
  }

  /** @throws BATCH_NOT_PREPARED, OPTION_INVALID */
  #assertPrepared(batch: readonly BatchMember[], accountId: number): void {
    for (const [index, transaction] of readBatch(batch).entries()) {
      if (transaction.accountId !== accountId) continue;
      if (this.#prepared.has(signingMessage(transaction, this.#domain))) continue;
      throw sdkError({ code: "BATCH_NOT_PREPARED", index, accountId });
    }
  }

  /**
   * Adds the owner's Ethereum signature to a batch of several wallets, if the account's second
   * factor asks for it. The signature is for the whole batch; the owner's wallet shows its text.
   *
   * @param batch - The whole batch, as for {@link RollupWallet.signBatch}, before or after it.
   * @returns The batch with the signature, for the next wallet or `RollupProvider.submitBatch`.
   * @throws BATCH_NOT_PREPARED, OPTION_INVALID, ADDRESS_WITHOUT_ACCOUNT, OWNER_IS_NO_KEY,
   * L1_SIGNER_UNABLE
   *
   * @example
   * const toBob = { to: bob.address, token: "ETH", amount: 5n };
   * const toAlice = { to: alice.address, token: "ETH", amount: 3n };
   * const first = await alice.batch().transfer(toBob).prepare();
   * const second = await bob.batch().transfer(toAlice).prepare();
   * const confirmed = await alice.addSecondFactorToBatch([...first, ...second]);
   * const signed = await bob.signBatch(await alice.signBatch(confirmed));
   * (await provider.submitBatch(signed)).map(({ status }) => status); // ["accepted", "accepted"]
   */
  async addSecondFactorToBatch(batch: readonly BatchMember[]): Promise<BatchMember[]> {
    this.#assertPrepared(batch, await this.accountId());
    await this.assertOwnKey();
    return this.#withSecondFactor(batch);
  }

  /**
   * Adds the owner's Ethereum signature to a signed transaction that is sent later, if the
   * account's second factor will ask for it. What the wallet sends itself gets it without this
   * call.
   *
   * @param signed - From a method `sign…` of this wallet.
   * @returns The transaction with the signature.
   * @throws ADDRESS_WITHOUT_ACCOUNT, OWNER_IS_NO_KEY, L1_SIGNER_UNABLE
   *
   * @example
   * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 5n });
   * const confirmed = await alice.addSecondFactor(signed);
   * (await provider.submitTransaction(confirmed)).status; // "accepted"
   */
  async addSecondFactor(signed: SignedTransactionParam): Promise<SignedTransactionParam> {
    await this.assertOwnKey();
    const [confirmed] = await this.#withSecondFactor([signed]);
    return confirmed!;
  }

  #send(draft: Draft): Promise<TransactionHandle> {
    return this.#sendOne({ draft }, () => this.#sign(draft));
  }

  async #sendOne(
    wish: object,
    sign: () => Promise<SignedTransactionParam>,
  ): Promise<TransactionHandle> {
    const { transactions, receipts } = await this.#outbox.send(describe(wish), async () => {
      const signed = await sign();
      return {
        method: "rollup_submitTransaction",
        transactions: [withoutConsent(signed)],
        submit: this.#submitting([signed], async ([one]) => [
          await this.provider.submitTransaction(one!),
        ]),
      };
    });
    const { rollupAddress } = this.l1;
    const [transaction] = transactions;
    return new TransactionHandle(this.provider, receipts[0]!, {
      transaction: transaction!,
      rollupAddress,
    });
  }

  /** Submits what is signed; if a second factor asks for it, with the owner's signature too. */
  #submitting(
    signed: readonly SignedTransactionParam[],
    submit: (signed: readonly SignedTransactionParam[]) => Promise<TransactionReceipt[]>,
  ): () => Promise<TransactionReceipt[]> {
    let current = signed;
    return async () => {
      try {
        return await submit(current);
      } catch (error) {
        const isAsked = isRollupError(error) && error.code === "SECOND_FACTOR_REQUIRED";
        if (!isAsked || current !== signed || !this.#canSignTexts) throw error;
        current = await this.#withSecondFactor(signed);
        return submit(current);
      }
    };
  }

  /** Whether there is an Ethereum key that could be the owner's. */
  get #canSignTexts(): boolean {
    return this.#create2 === undefined && !(this.l1Signer instanceof AbsentSigner);
  }

  /** The text is the wallet's own: what a node sends is never signed. */
  async #withSecondFactor<T extends BatchMember>(batch: readonly T[]): Promise<T[]> {
    const accountId = await this.accountId();
    const place = batch.findIndex((member) => member.accountId === accountId);
    const ids = [...new Set(batch.map(({ tokenId }) => tokenId))];
    const tokens = await Promise.all(ids.map((id) => this.textToken(id)));
    const text = secondFactorText(batch, tokens, this.l1);
    const ethereumSignature = await this.l1Signer.signMessage(text);
    return batch.map((member, index) =>
      index === place ? { ...member, ethereumSignature } : member,
    );
  }

  async #sign(draft: Draft): Promise<SignedTransactionParam> {
    const [transaction] = await this.#prepare([draft]);
    return toParam(this.signer.sign(transaction!, this.#domain));
  }

  // ----------------------------------------------------------------------- signed and not sent

  /**
   * Signs a transfer without sending it. Several that wait need nonces: each signature reads the
   * next one again.
   *
   * @param params - As of {@link RollupWallet.transfer}.
   * @returns The signed transaction, for `RollupProvider.submitTransaction`, whoever calls it.
   * @throws as {@link RollupWallet.transfer}
   *
   * @example
   * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 5n });
   * (await provider.submitTransaction(signed)).status; // "accepted"
   */
  async signTransfer(params: TransferParams): Promise<SignedTransactionParam> {
    return this.#sign(await draftTransfer(this.tokens, params));
  }

  /**
   * Signs a withdrawal without sending it, as {@link RollupWallet.signTransfer}.
   *
   * @param params - As of {@link RollupWallet.withdraw}.
   * @returns The signed transaction.
   * @throws as {@link RollupWallet.withdraw}
   */
  async signWithdraw(params: WithdrawParams): Promise<SignedTransactionParam> {
    return this.#sign(await draftWithdraw(this.tokens, this.address, params));
  }

  /**
   * Signs a forced exit without sending it, as {@link RollupWallet.signTransfer}.
   *
   * @param params - As of {@link RollupWallet.forcedExit}.
   * @returns The signed transaction.
   * @throws as {@link RollupWallet.forcedExit}
   */
  async signForcedExit(params: ForcedExitParams): Promise<SignedTransactionParam> {
    return this.#sign(await draftForcedExit(this.tokens, params));
  }

  /**
   * Signs a change of the signing key, with the owner's consent, without sending it.
   *
   * @param params - As of {@link RollupWallet.setSigningKey}.
   * @returns The signed transaction with the consent.
   * @throws CREATE2_WALLET_MISSING, and as {@link RollupWallet.setSigningKey}
   */
  async signSetSigningKey(params: SetSigningKeyParams = {}): Promise<SignedTransactionParam> {
    return this.#signKey(await this.#draftKey(params));
  }

  /**
   * Asks for the fee of a transaction of this wallet, as `RollupProvider.estimateFee` does.
   *
   * @param params - `type` and `token`; `to` and `auth` where they matter.
   * @returns As of `RollupProvider.estimateFee`.
   * @throws as `RollupProvider.estimateFee`
   *
   * @example
   * (await alice.estimateFee({ type: "withdraw", token: "ETH" })).costWei.total; // 0n
   */
  estimateFee(params: Omit<FeeParams, "account">): Promise<FeeEstimate> {
    return this.provider.estimateFee({ ...params, account: this.address });
  }

  /**
   * Turns drafts into transactions with consecutive nonces, from the account's next nonce on.
   *
   * @param auth - Consent to the key, if there is a ChangePubKey.
   * @throws FEE_ABOVE_MAXIMUM, and as `RollupProvider.estimateFee`
   */
  async #prepare(drafts: readonly Draft[], auth?: KeyConsent): Promise<Transaction[]> {
    const { id: accountId, nonce } = await this.existingAccount();
    return Promise.all(
      drafts.map(async (draft, index) => {
        const { validFrom = 0n, validUntil = TIMESTAMP_MAX, ...options } = draft.options;
        const fee = await this.#decideFee(draft, auth);
        const signed = { fee, validFrom, validUntil, nonce: options.nonce ?? nonce + index };
        return { ...draft.content, accountId, ...signed };
      }),
    );
  }

  #decideFee(draft: Draft, auth?: KeyConsent): Promise<bigint> {
    const { type, tokenId } = draft.content;
    const recipient = "recipient" in draft.content ? draft.content.recipient : undefined;
    const ask = async () => {
      const estimate = await this.estimateFee({
        type,
        token: tokenId,
        ...(recipient !== undefined && { to: toBeHex(recipient, 20) }),
        ...(auth !== undefined && { auth }),
      });
      return estimate.fee;
    };
    return decideFee(draft, ask, this.l1Signer.provider!);
  }

  /** Returns the owner's consent to the key, as L1 accepts it. @throws CREATE2_WALLET_MISSING */
  async #authorize({ accountId, nonce }: SignedTransaction, auth: KeyConsent): Promise<string> {
    const { pubKeyHash } = this.signer;
    switch (auth) {
      case "eip712":
        return signChangePubKey(this.l1Signer, this.l1, { pubKeyHash, nonce, accountId });
      case "onchain":
        await this.l1.setAuthPubKeyHash({ pubKeyHash, accountId, nonce });
        return ON_CHAIN_AUTHORIZATION;
      case "create2":
        if (this.#create2 !== undefined) return encodeCreate2Authorization(this.#create2);
        throw sdkError({ code: "CREATE2_WALLET_MISSING", address: this.address });
    }
  }
}

/** Converts to what the operator accepts; a ChangePubKey also needs its owner's consent. */
function toParam(signed: SignedTransaction): SignedTransactionParam {
  assert(signed.type !== "changePubKey", "a ChangePubKey is sent by setSigningKey");
  return signed;
}

/** The transaction as its L2 key signs it. */
export function withoutConsent(signed: SignedTransactionParam): SignedTransaction {
  return omit(signed, "authorization", "ethereumSignature") as SignedTransaction;
}

/** What a caller wants, so that the same call again is known. */
function describe(wish: object): string {
  return JSON.stringify(toJson(wish));
}
