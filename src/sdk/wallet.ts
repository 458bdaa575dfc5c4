/** One user of one rollup: an Ethereum wallet on L1, and the L2 key that is derived from it. */
import { Contract, getAddress, type Signer, toBeHex } from "ethers";
import {
  type Create2Wallet,
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../l1/authorization.ts";
import { connectRollup, type PriorityRequestResult, type RollupClient } from "../l1/client.ts";
import { assertRollupAt } from "../l1/presence.ts";
import { opsError } from "../operations/errors.ts";
import {
  type ChangePubKeyTransaction,
  type SignedTransaction,
  signingDomain,
  signingMessage,
  type Transaction,
  type TransactionSignature,
} from "../operations/transaction.ts";
import { DEPOSIT_AMOUNT_MAX, ETH_TOKEN_ID, TIMESTAMP_MAX } from "../protocol/constants.ts";
import { assert } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { TransactionBatch } from "./batch.ts";
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type SendContent,
  type TokenSource,
} from "./drafts.ts";
import { sdkError } from "./errors.ts";
import type { FeeParams, KeyConsent } from "./fee-params.ts";
import { decideFee } from "./fees.ts";
import { BatchHandle, RequestHandle, TransactionHandle } from "./handles.ts";
import { option, readInput } from "./inputs.ts";
import {
  depositParams,
  type DepositParams,
  type ForcedExitParams,
  fullExitParams,
  type FullExitParams,
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
  type AccountInfo,
  type BatchMember,
  type FeeEstimate,
  findToken,
  readBatch,
  type RollupProvider,
  type SignedTransactionParam,
  type Token,
  type TokenReference,
  type TransactionReceipt,
} from "./provider.ts";
import { RollupSigner } from "./signer.ts";

/** Accepts a signer of any loaded copy of ethers. */
const l1SignerInput = option(
  "a signer of ethers",
  (value): value is Signer =>
    typeof value === "object" &&
    value !== null &&
    ["getAddress", "signMessage", "sendTransaction"].every(
      (method) => typeof Reflect.get(value, method) === "function",
    ),
);

interface Erc20 {
  allowance(owner: string, spender: string): Promise<bigint>;
}
const ERC20_ABI = ["function allowance(address owner, address spender) view returns (uint256)"];

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
export class RollupWallet {
  /** L1 address that owns the L2 account, with its checksum. */
  readonly address: string;
  /** The operator's API, through which the wallet sends. */
  readonly provider: RollupProvider;
  /** The Ethereum wallet, which pays for gas on L1. */
  readonly l1Signer: Signer;
  /** The L2 key. */
  readonly signer: RollupSigner;
  readonly #l1: RollupClient;
  /** Signing domain of the rollup, see `signingDomain`. */
  readonly #domain: bigint;
  readonly #create2: Create2Wallet | undefined;
  /** Sends one transaction at a time, so that each reads the nonce after the one before. */
  readonly #sending = new SerialQueue();
  /** Tokens by id, as L1 lists them. */
  readonly #known = new Map<number, Token>();
  readonly #tokens: TokenSource = { getToken: (reference) => this.#findToken(reference) };
  /** Messages of prepared batch transactions, each as if it were in no batch. */
  readonly #prepared = new Set<bigint>();

  private constructor(
    address: string,
    provider: RollupProvider,
    signers: { readonly l1: Signer; readonly l2: RollupSigner },
    l1: RollupClient,
    { create2 }: WalletOptions,
  ) {
    this.address = address;
    this.#create2 = create2;
    this.provider = provider;
    this.l1Signer = signers.l1;
    this.signer = signers.l2;
    this.#l1 = l1;
    this.#domain = signingDomain(l1.chainId, BigInt(l1.rollupAddress));
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
    const { create2, signer: given, ...trusted } = readInput(walletOptions, options, "options");
    const l1Address = getAddress(await readInput(l1SignerInput, l1Signer, "l1Signer").getAddress());
    if (l1Signer.provider === null) {
      throw sdkError({ code: "L1_SIGNER_WITHOUT_PROVIDER", address: l1Address });
    }
    const { chainId, rollupAddress } = await provider.getConfig();
    const current = getAddress(rollupAddress);
    const expected = trusted.rollupAddress ?? current;
    if (current !== expected) {
      throw sdkError({ code: "ROLLUP_REPLACED", rollupAddress: expected, current });
    }
    const l1 = await connectRollup({ rollupAddress }, l1Signer);
    if (l1.chainId !== chainId) {
      throw sdkError({ code: "L1_CHAIN_MISMATCH", expected: chainId, actual: l1.chainId });
    }
    await assertRollupAt(l1Signer.provider, rollupAddress);
    const signer = given ?? (await RollupSigner.fromL1Signer(l1Signer, { chainId, rollupAddress }));
    const address =
      create2 === undefined ? l1Address : create2WalletAddress(create2, signer.pubKeyHash);
    return new RollupWallet(address, provider, { l1: l1Signer, l2: signer }, l1, options);
  }

  /** Returns the wallet's account, or null if it has none yet. */
  getAccount(): Promise<AccountInfo | null> {
    return this.provider.getAccount(this.address);
  }

  /** Returns the id of the wallet's account. @throws ADDRESS_WITHOUT_ACCOUNT */
  async accountId(): Promise<number> {
    return (await this.#existingAccount()).id;
  }

  /** Returns the nonce of the next transaction, from 0 on. @throws ADDRESS_WITHOUT_ACCOUNT */
  async getNonce(): Promise<number> {
    return (await this.#existingAccount()).nonce;
  }

  /**
   * Returns the balance on L2, with everything that is accepted.
   *
   * @param token - Symbol, L1 address or id.
   * @returns The balance in the token's smallest unit; 0 without an account.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * await bob.getBalance("ETH"); // 10_000_000_000_000_000_000n
   */
  getBalance(token: TokenReference): Promise<bigint> {
    return this.provider.getBalance(this.address, token);
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

  // ------------------------------------------------------------------------------------ from L1

  /**
   * Deposits from L1; approves the ERC-20 amount first if the allowance is too low. Resolves when
   * mined.
   *
   * @param params - `token`; `amount`, 1 to 2^104 - 1 of the token's smallest unit; `to`, owner of
   * the L2 account (default: the wallet's address).
   * @returns A handle on the request.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * DEPOSIT_AMOUNT_INVALID, ROLLUP_REPLACED, L1_REVERTED
   *
   * @example
   * const deposit = await alice.deposit({ token: "ETH", amount: ethers.parseEther("1") });
   * (await deposit.wait()).status; // "executed"
   * await alice.getBalance("ETH"); // 11_000_000_000_000_000_000n
   */
  async deposit(params: DepositParams): Promise<RequestHandle> {
    const { token, amount, to: owner = this.address } = readInput(depositParams, params);
    if (amount === 0n || amount > DEPOSIT_AMOUNT_MAX) {
      throw sdkError({ code: "DEPOSIT_AMOUNT_INVALID", amount, maximum: DEPOSIT_AMOUNT_MAX });
    }
    const { id, address } = await this.#tokens.getToken(token);
    await this.provider.assertRollup(this.#l1);
    if (id === ETH_TOKEN_ID) return this.#handle(await this.#l1.depositEth(owner, amount));
    await this.#approve(address, amount);
    return this.#handle(await this.#l1.depositErc20(address, amount, owner));
  }

  /**
   * Requests on L1 that all of a token is paid out; no operator can refuse it. Resolves when mined.
   *
   * @param params - `token`: symbol, L1 address or id.
   * @returns A handle on the request.
   * @throws TOKEN_UNKNOWN, OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT,
   * ROLLUP_REPLACED, L1_REVERTED
   *
   * @example
   * const exit = await alice.requestFullExit({ token: "ETH" });
   * await exit.wait();
   * await alice.getBalance("ETH"); // 0n
   */
  async requestFullExit(params: FullExitParams): Promise<RequestHandle> {
    const { token } = readInput(fullExitParams, params);
    const { address } = await this.#tokens.getToken(token);
    const accountId = await this.accountId();
    await this.provider.assertRollup(this.#l1);
    return this.#handle(await this.#l1.requestFullExit(accountId, address));
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
    const {
      feeToken = "ETH",
      auth = this.#create2 ? "create2" : "eip712",
      ...options
    } = readInput(setSigningKeyParams, params);
    const { id: tokenId } = await this.#tokens.getToken(feeToken);
    return this.#sending.run(async () => {
      const drafts = [{ content: { type: "changePubKey", tokenId } as const, options }];
      const [transaction] = await this.#prepare(drafts, auth);
      const signed = this.signer.sign(transaction!, this.#domain);
      const authorization = await this.#authorize(signed, auth);
      const change = { ...(signed as ChangePubKeyTransaction & TransactionSignature) };
      const receipt = await this.provider.submitTransaction({ ...change, authorization });
      return this.#handleOf(receipt, signed);
    });
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
    return this.#send(await draftTransfer(this.#tokens, params));
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
    return this.#send(await draftWithdraw(this.#tokens, this.address, params));
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
    return this.#send(await draftForcedExit(this.#tokens, params));
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
    const { address, provider } = this;
    const prepare = async (drafts: readonly Draft[]) => {
      const transactions = await this.#prepare(drafts);
      for (const each of transactions) this.#prepared.add(signingMessage(each, this.#domain));
      return transactions;
    };
    return new TransactionBatch({
      address,
      provider,
      prepare,
      tokens: this.#tokens,
      submit: (drafts) =>
        this.#sending.run(async () => {
          const batch = await this.signBatch(await prepare(drafts));
          const receipts = await provider.submitBatch(batch);
          const { rollupAddress } = this.#l1;
          const sent = batch.map((transaction) => ({
            transaction: transaction as SignedTransaction,
            rollupAddress,
          }));
          return new BatchHandle(provider, receipts, sent);
        }),
    });
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
    for (const [index, transaction] of readBatch(batch).entries()) {
      if (transaction.accountId !== accountId) continue;
      if (this.#prepared.has(signingMessage(transaction, this.#domain))) continue;
      throw sdkError({ code: "BATCH_NOT_PREPARED", index, accountId });
    }
    return this.signer.signBatch(batch, accountId, this.#domain);
  }

  #send(draft: Draft): Promise<TransactionHandle> {
    return this.#sending.run(async () => {
      const [transaction] = await this.#prepare([draft]);
      const signed = this.signer.sign(transaction!, this.#domain);
      const receipt = await this.provider.submitTransaction(toParam(signed));
      return this.#handleOf(receipt, signed);
    });
  }

  #handleOf(receipt: TransactionReceipt, transaction: SignedTransaction): TransactionHandle {
    const { rollupAddress } = this.#l1;
    return new TransactionHandle(this.provider, receipt, { transaction, rollupAddress });
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
    const { id: accountId, nonce } = await this.#existingAccount();
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
        return signChangePubKey(this.l1Signer, this.#l1, { pubKeyHash, nonce, accountId });
      case "onchain":
        await this.#l1.setAuthPubKeyHash({ pubKeyHash, accountId, nonce });
        return ON_CHAIN_AUTHORIZATION;
      case "create2":
        if (this.#create2 !== undefined) return encodeCreate2Authorization(this.#create2);
        throw sdkError({ code: "CREATE2_WALLET_MISSING", address: this.address });
    }
  }

  /** Clears the allowance first, because tokens such as USDT refuse to change one that is not 0. */
  async #approve(token: string, amount: bigint): Promise<void> {
    const erc20 = new Contract(token, ERC20_ABI, this.l1Signer) as unknown as Erc20;
    const spender = this.#l1.rollupAddress;
    const allowance = await erc20.allowance(await this.l1Signer.getAddress(), spender);
    if (allowance >= amount) return;
    const amounts = allowance === 0n ? [amount] : [0n, amount];
    for (const allowed of amounts) {
      await this.#l1.approve(token, allowed);
    }
  }

  /**
   * Finds a token and checks it on L1: a signature covers the id only, and an operator could give
   * any token any name.
   *
   * @throws TOKEN_UNKNOWN, also if L1 lists another token under the id
   */
  async #findToken(reference: TokenReference): Promise<Token> {
    const { id, address } = await this.provider.getToken(reference);
    const known = this.#known.get(id);
    // Another token may have the id after a test chain has restored a snapshot.
    const isSame = known?.address.toLowerCase() === address.toLowerCase();
    const token = isSame ? known : await this.#l1.readListedToken(id);
    this.#known.set(id, token);
    return findToken([token], reference);
  }

  #handle({ requestId, transaction }: PriorityRequestResult): RequestHandle {
    return new RequestHandle(this.provider, this.#l1, { hash: transaction.hash, requestId });
  }

  async #existingAccount(): Promise<AccountInfo> {
    const account = await this.getAccount();
    if (account !== null) return account;
    throw opsError({ code: "ADDRESS_WITHOUT_ACCOUNT", address: BigInt(this.address) });
  }
}

/** Converts to what the operator accepts; a ChangePubKey also needs its owner's consent. */
function toParam(signed: SignedTransaction): SignedTransactionParam {
  assert(signed.type !== "changePubKey", "a ChangePubKey is sent by setSigningKey");
  return signed;
}
