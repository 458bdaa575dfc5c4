/** One user of one rollup: an Ethereum wallet on L1, and the L2 key that is derived from it. */
import { Contract, getAddress, type Signer } from "ethers";
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
import { RequestHandle, TransactionHandle } from "./handles.ts";
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
  findToken,
  readBatch,
  type RollupProvider,
  type SignedTransactionParam,
  type Token,
  type TokenReference,
} from "./provider.ts";
import { RollupSigner } from "./signer.ts";

/** What a signer of ethers has, whichever copy of ethers made it. */
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

export class RollupWallet {
  /** On L1, checksummed; it owns the L2 account. */
  readonly address: string;
  readonly provider: RollupProvider;
  readonly l1Signer: Signer;
  readonly signer: RollupSigner;
  readonly #l1: RollupClient;
  /** Of the rollup, see `signingDomain`. */
  readonly #domain: bigint;
  readonly #create2: Create2Wallet | undefined;
  /** One transaction at a time, so that each finds the nonce that the one before has left. */
  readonly #sending = new SerialQueue();
  /** By id, as L1 says. */
  readonly #known = new Map<number, Token>();
  readonly #tokens: TokenSource = { getToken: (reference) => this.#findToken(reference) };
  /** Of batches: what each transaction would sign if it were alone. */
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
   * Asks the Ethereum wallet for one signature, from which the L2 key is derived, unless a key is
   * given.
   *
   * @param l1Signer - Connected to the chain of the rollup.
   * @throws L1_SIGNER_WITHOUT_PROVIDER, ROLLUP_REPLACED, L1_CHAIN_MISMATCH, ROLLUP_NOT_FOUND,
   * KEY_DERIVATION_UNSUPPORTED, and as {@link readInput}
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

  /** @returns Null if the wallet has no account yet. */
  getAccount(): Promise<AccountInfo | null> {
    return this.provider.getAccount(this.address);
  }

  /** @throws ADDRESS_WITHOUT_ACCOUNT */
  async accountId(): Promise<number> {
    return (await this.#existingAccount()).id;
  }

  /** Nonce of the next transaction. @throws ADDRESS_WITHOUT_ACCOUNT */
  async getNonce(): Promise<number> {
    return (await this.#existingAccount()).nonce;
  }

  /** On L2, with everything accepted so far, in the token's smallest unit. @throws TOKEN_UNKNOWN */
  getBalance(token: TokenReference): Promise<bigint> {
    return this.provider.getBalance(this.address, token);
  }

  /** Whether the account has this wallet's key as its signing key. */
  async isSigningKeySet(): Promise<boolean> {
    return (await this.getAccount())?.pubKeyHash === this.signer.pubKeyHash;
  }

  // ------------------------------------------------------------------------------------ from L1

  /**
   * Deposits from L1; approves the ERC-20 amount first where that is needed. Resolves when mined.
   *
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * DEPOSIT_AMOUNT_INVALID, ROLLUP_REPLACED, L1_REVERTED
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
   * Asks L1 for all of a token: the way out that no operator can refuse. Resolves when mined.
   *
   * @throws TOKEN_UNKNOWN, OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT,
   * ROLLUP_REPLACED, L1_REVERTED
   */
  async requestFullExit(params: FullExitParams): Promise<RequestHandle> {
    const { token } = readInput(fullExitParams, params);
    const { address } = await this.#tokens.getToken(token);
    const accountId = await this.accountId();
    await this.provider.assertRollup(this.#l1);
    return this.#handle(await this.#l1.requestFullExit(accountId, address));
  }

  // ----------------------------------------------------------------------------------- on L2
  // All of these throw TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID,
  // OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT, and the code of the rule for which the operator
  // refuses the transaction.

  /** Makes this wallet's key the account's signing key: needed once, before anything is sent. */
  async setSigningKey(params: SetSigningKeyParams = {}): Promise<TransactionHandle> {
    const {
      feeToken = "ETH",
      auth = this.#create2 ? "create2" : "eip712",
      ...options
    } = readInput(setSigningKeyParams, params);
    const { id: tokenId } = await this.#tokens.getToken(feeToken);
    const receipt = await this.#sending.run(async () => {
      const drafts = [{ content: { type: "changePubKey", tokenId } as const, options }];
      const [transaction] = await this.#prepare(drafts);
      const signed = this.signer.sign(transaction!, this.#domain);
      const authorization = await this.#authorize(signed, auth);
      const change = { ...(signed as ChangePubKeyTransaction & TransactionSignature) };
      return this.provider.submitTransaction({ ...change, authorization });
    });
    return new TransactionHandle(this.provider, receipt);
  }

  async transfer(params: TransferParams): Promise<TransactionHandle> {
    return this.#send(await draftTransfer(this.#tokens, params));
  }

  async withdraw(params: WithdrawParams): Promise<TransactionHandle> {
    return this.#send(await draftWithdraw(this.#tokens, this.address, params));
  }

  /** Sends all of a token of an account that never set a signing key to its owner on L1. */
  async forcedExit(params: ForcedExitParams): Promise<TransactionHandle> {
    return this.#send(await draftForcedExit(this.#tokens, params));
  }

  /**
   * Sends a transaction of any kind, also of an operation that has no method of its own here.
   *
   * @param content - Its type, `tokenId`, and what else is signed of it: addresses are integers,
   * amounts in the token's smallest unit.
   * @param options - Fee, nonce and validity.
   * @throws FIELD_OUT_OF_RANGE, AMOUNT_OUT_OF_RANGE
   *
   * @example
   * await wallet.send({ type: "transfer", tokenId: 0, recipient: BigInt(address), amount: 5n });
   */
  async send(content: SendContent, options: TransactionOptions = {}): Promise<TransactionHandle> {
    return this.#send({ content, options: readInput(sendOptions, options, "options") });
  }

  /** Starts a batch: transactions that are included all or none. */
  batch(): TransactionBatch {
    const { address, provider } = this;
    const prepare = async (drafts: readonly Draft[]) => {
      const transactions = await this.#prepare(drafts);
      for (const each of transactions) this.#prepared.add(signingMessage(each, this.#domain));
      return transactions;
    };
    return new TransactionBatch({
      ...{ address, provider, prepare, tokens: this.#tokens },
      submit: (drafts) =>
        this.#sending.run(async () =>
          provider.submitBatch(await this.signBatch(await prepare(drafts))),
        ),
    });
  }

  /**
   * Signs the transactions of this wallet in a batch of several, and with them that they count only
   * as a part of it. Nobody can slip in others: it signs what it has prepared.
   *
   * @param batch - All of it, in the order in which it will be applied; look at what is in it.
   * @returns The same, for the next wallet to sign or for `RollupProvider.submitBatch`.
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
      return new TransactionHandle(this.provider, receipt);
    });
  }

  /** Makes transactions of drafts, with consecutive nonces from the account's next one on. */
  async #prepare(drafts: readonly Draft[]): Promise<Transaction[]> {
    const { id: accountId, nonce } = await this.#existingAccount();
    return drafts.map(({ content, options }, index) => {
      const defaults = { fee: 0n, validFrom: 0n, validUntil: TIMESTAMP_MAX, nonce: nonce + index };
      return { ...content, accountId, ...defaults, ...options };
    });
  }

  /** The owner's consent to the key, as L1 takes it. @throws CREATE2_WALLET_MISSING */
  async #authorize(
    { accountId, nonce }: SignedTransaction,
    auth: NonNullable<SetSigningKeyParams["auth"]>,
  ): Promise<string> {
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

  /** Tokens such as USDT refuse to change an allowance that is not zero, so it is cleared first. */
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
   * What is signed names a token by its id, and an operator could call any token by any name.
   *
   * @throws TOKEN_UNKNOWN also if L1 has another token under the id
   */
  async #findToken(reference: TokenReference): Promise<Token> {
    const { id, address } = await this.provider.getToken(reference);
    const known = this.#known.get(id);
    // Another one may have the id after a chain for tests has gone back.
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

/** As the operator takes it; a ChangePubKey needs its owner's consent as well. */
function toParam(signed: SignedTransaction): SignedTransactionParam {
  assert(signed.type !== "changePubKey", "a ChangePubKey is sent by setSigningKey");
  return signed;
}
