/** An account with several signers on one rollup: prepares, reviews and sends; it has no secret. */
import { type Provider, toBeHex } from "ethers";
import {
  type Create2Wallet,
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
  type TypedDataSigner,
} from "../l1/authorization.ts";
import type { RollupClient } from "../l1/client.ts";
import { ROLLUP_INTERFACE } from "../l1/interface.ts";
import { batchMessages } from "../operations/batch.ts";
import { opsError } from "../operations/errors.ts";
import {
  type SignedTransaction,
  signingDomain,
  type Transaction,
} from "../operations/transaction.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import {
  type Draft,
  draftTransfer,
  draftWithdraw,
  type SendContent,
  type TokenSource,
} from "../sdk/drafts.ts";
import type { KeyConsent } from "../sdk/fee-params.ts";
import { decideFee } from "../sdk/fees.ts";
import { TransactionHandle } from "../sdk/handles.ts";
import { nonZeroAddress, readInput } from "../sdk/inputs.ts";
import type { MessageSigner, RollupIdentity } from "../sdk/key-derivation.ts";
import { connectContract } from "../sdk/owner.ts";
import {
  sendOptions,
  type SetSigningKeyParams,
  setSigningKeyParams,
  type TransactionOptions,
  type TransferParams,
  type WithdrawParams,
} from "../sdk/params.ts";
import { assertPinned } from "../sdk/pinning.ts";
import {
  type AccountInfo,
  findToken,
  type RollupProvider,
  type Token,
  type TokenReference,
} from "../sdk/provider.ts";
import { describeTransaction } from "../sdk/describe.ts";
import { secondFactorText } from "../sdk/second-factor-text.ts";
import { multisigError } from "./errors.ts";
import type { MultisigGroup } from "./group.ts";
import type { MultisigMember } from "./member.ts";
import {
  assertContent,
  assertRollup,
  createProposal,
  type MultisigProposal,
  readProposal,
  writeProposal,
} from "./proposal.ts";
import { MultisigSession } from "./session.ts";

/** Whose account it is, and on which rollup. */
export interface MultisigWalletOptions {
  /** The signing group. */
  readonly group: MultisigGroup;
  /** L1 address that owns the account: a Safe, another contract, or an externally owned account. */
  readonly address?: string;
  /** In place of `address`: a contract whose CREATE2 address is derived from the group's key. */
  readonly create2?: Create2Wallet;
  /**
   * L1 address of the rollup, from somebody whom the member trusts. Default: the one that `connect`
   * got, or on a local chain the one that the operator names.
   */
  readonly rollupAddress?: string;
}

/** A proposal as a member decides on it. */
export interface MultisigReview {
  readonly transaction: Transaction;
  /** The transaction in words. */
  readonly lines: readonly string[];
  /** A copy of what was read, for {@link MultisigWallet.join}: nobody else can change it. */
  readonly proposal: MultisigProposal;
}

/** A call on L1. */
export interface ContractCall {
  readonly to: string;
  /** Calldata, 0x-hex. */
  readonly data: string;
}

/**
 * The account of a group: every member, and whoever coordinates, has one.
 *
 * @example
 * const members = dealFrostShares({ threshold: 2, members: 3 });
 * const { group } = members[0];
 * const [, , , owner] = await ethers.getSigners(); // of L1: may be a contract, see the guide
 * const options = { group, address: owner.address };
 * const wallet = await MultisigWallet.create(ethers.provider, provider, options);
 * await alice.deposit({ token: "ETH", amount: 1000n, to: wallet.address });
 * // The signers of a session are usually on several machines.
 * const signers = [1, 3];
 * const sign = async (transaction) => {
 *   const proposal = wallet.propose(transaction, signers);
 *   const joins = signers.map((id) => wallet.join(members[id - 1], proposal));
 *   const sessions = await Promise.all(joins);
 *   const commitments = sessions.map(({ commitment }) => commitment);
 *   const packed = bundleCommitments(group, proposal, commitments);
 *   const shares = sessions.map((session) => session.sign(packed));
 *   return combineShares(group, proposal, packed, shares).transaction;
 * };
 * const change = await sign(await wallet.prepareKeyChange());
 * await wallet.submit(change, await wallet.signKeyChange(owner, change));
 * const payment = { to: bob.address, token: "ETH", amount: 300n, fee: 10n };
 * const handle = await wallet.submit(await sign(await wallet.prepareTransfer(payment)));
 * handle.receipt.status; // "accepted"
 * await wallet.getBalance("ETH"); // 690n
 */
export class MultisigWallet {
  /** L1 address that owns the L2 account, with its checksum. */
  readonly address: string;
  /** The signing group. */
  readonly group: MultisigGroup;
  /** The operator's API. */
  readonly provider: RollupProvider;
  readonly #l1: RollupClient;
  readonly #l1Provider: Provider;
  readonly #create2: Create2Wallet | undefined;
  readonly #tokens: TokenSource = { getToken: (reference) => this.getToken(reference) };

  private constructor(
    place: { readonly address: string; readonly create2: Create2Wallet | undefined },
    group: MultisigGroup,
    provider: RollupProvider,
    l1: { readonly client: RollupClient; readonly provider: Provider },
  ) {
    this.address = place.address;
    this.group = group;
    this.provider = provider;
    this.#l1 = l1.client;
    this.#l1Provider = l1.provider;
    this.#create2 = place.create2;
  }

  /**
   * Connects to the account of a group.
   *
   * @param l1 - A provider of the rollup's chain, which is only read from: a node of your own, or
   * one that you trust. With that of the operator, the operator alone says what L1 says.
   * @param provider - Of the rollup's operator: of `connect`, or a `RollupProvider`.
   * @param options - Group, owner, and address of the rollup.
   * @returns The wallet; its account exists after the first deposit or transfer to it.
   * @throws ROLLUP_NOT_PINNED if only the node names the contract on a chain that is not local;
   * ROLLUP_REPLACED, L1_CHAIN_MISMATCH, ROLLUP_NOT_FOUND, ADDRESS_INVALID
   */
  static async create(
    l1: Provider,
    provider: RollupProvider,
    { group, address, create2, rollupAddress }: MultisigWalletOptions,
  ): Promise<MultisigWallet> {
    const trusted =
      rollupAddress === undefined
        ? undefined
        : readInput(nonZeroAddress, rollupAddress, "rollupAddress");
    const client = await connectContract(l1, l1, provider, trusted);
    assertPinned(provider, client, trusted);
    const owner =
      create2 === undefined
        ? readInput(nonZeroAddress, address, "address")
        : create2WalletAddress(create2, group.pubKeyHash);
    const place = { address: owner, create2 };
    return new MultisigWallet(place, group, provider, { client, provider: l1 });
  }

  /** Returns the rollup, which sessions expect. */
  get rollup(): RollupIdentity {
    const { chainId, rollupAddress } = this.#l1;
    return { chainId, rollupAddress };
  }

  /** Returns the account, or null if there is none yet. */
  getAccount(): Promise<AccountInfo | null> {
    return this.provider.getAccount(this.address);
  }

  /**
   * Returns the balance on L2, with everything that is accepted.
   *
   * @param token - Symbol, L1 address or id.
   * @returns The balance in the token's smallest unit; 0 without an account.
   * @throws TOKEN_UNKNOWN
   */
  getBalance(token: TokenReference): Promise<bigint> {
    return this.provider.getBalance(this.address, token);
  }

  /** Returns whether the account has the group's key as its signing key. */
  async isSigningKeySet(): Promise<boolean> {
    return (await this.getAccount())?.pubKeyHash === this.group.pubKeyHash;
  }

  /**
   * Prepares a transfer, to be proposed.
   *
   * @param params - As of `RollupWallet.transfer`.
   * @returns The complete transaction, without a signature.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT, FEE_ABOVE_MAXIMUM
   */
  async prepareTransfer(params: TransferParams): Promise<Transaction> {
    return this.#prepare(await draftTransfer(this.#tokens, params));
  }

  /**
   * Prepares a withdrawal, to be proposed.
   *
   * @param params - As of `RollupWallet.withdraw`.
   * @returns The complete transaction, without a signature.
   * @throws ADDRESS_WITHOUT_ACCOUNT, and as {@link MultisigWallet.prepareTransfer}
   */
  async prepareWithdraw(params: WithdrawParams): Promise<Transaction> {
    return this.#prepare(await draftWithdraw(this.#tokens, this.address, params));
  }

  /**
   * Prepares a transaction of any type but a change of the key, to be proposed.
   *
   * @param content - As of `RollupWallet.send`.
   * @param options - Fee, nonce and validity.
   * @returns The complete transaction, without a signature.
   * @throws ADDRESS_WITHOUT_ACCOUNT, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * FEE_ABOVE_MAXIMUM
   */
  async prepare(content: SendContent, options: TransactionOptions = {}): Promise<Transaction> {
    return this.#prepare({ content, options: readInput(sendOptions, options, "options") });
  }

  /**
   * Computes what the group signs of a batch of several wallets: each member calls it with the
   * batch that it has read, and passes the result as `{ message }` to its `MultisigSession`. The
   * signed transaction is `{ ...batch[index], publicKey: group.publicKey, signature }`.
   *
   * @param batch - The whole batch, in the order in which it is applied; check its content first,
   * with {@link describeTransaction}.
   * @param index - Place of a transaction of this account, from 0 on.
   * @returns The message, a field element.
   * @throws ADDRESS_WITHOUT_ACCOUNT, MULTISIG_CONTENT_MISMATCH if another account sends it,
   * AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
   */
  async batchMessage(batch: readonly Transaction[], index: number): Promise<bigint> {
    const { id } = await this.#existingAccount();
    assertContent("account", String(batch[index]?.accountId), String(id));
    const { chainId, rollupAddress } = this.#l1;
    const domain = signingDomain(chainId, BigInt(rollupAddress));
    return batchMessages(batch, domain).messages[index]!;
  }

  /**
   * Prepares to set the group's key as the account's signing key, to be proposed. The group signs
   * it too, and the owner consents on L1: see {@link MultisigWallet.submit}.
   *
   * @param params - As of `RollupWallet.setSigningKey`; `auth` only decides on the fee.
   * @returns The complete transaction, without a signature.
   * @throws ADDRESS_WITHOUT_ACCOUNT, and as {@link MultisigWallet.prepareTransfer}
   */
  async prepareKeyChange(params: SetSigningKeyParams = {}): Promise<Transaction> {
    const { feeToken = "ETH", auth, ...options } = readInput(setSigningKeyParams, params);
    const { id: tokenId } = await this.#tokens.getToken(feeToken);
    const consent = auth ?? (this.#create2 === undefined ? "onchain" : "create2");
    return this.#prepare({ content: { type: "changePubKey", tokenId }, options }, consent);
  }

  /**
   * Proposes a transaction to some members.
   *
   * @param transaction - Prepared by this wallet.
   * @param signers - Members that will sign: all of a MuSig2 group.
   * @returns The proposal, for all signers.
   * @throws MULTISIG_SIGNERS_INVALID, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE,
   * MULTISIG_MESSAGE_INVALID
   */
  propose(transaction: Transaction, signers: readonly number[]): MultisigProposal {
    return createProposal(this.group, signers, { rollup: this.rollup, transaction });
  }

  /**
   * Reads a proposal for this account, and puts it in words, with the token's name and decimals
   * from L1.
   *
   * @param proposal - The proposal, unchecked.
   * @returns The transaction, lines to show to the person who decides, and the proposal to join.
   * @throws as `readProposal`, MULTISIG_BLIND, MULTISIG_CONTENT_MISMATCH for another rollup or
   * account, ADDRESS_WITHOUT_ACCOUNT, L1_REVERTED for a token that is not listed
   */
  async review(proposal: unknown): Promise<MultisigReview> {
    const read = readProposal(this.group, proposal);
    const { content } = read;
    if ("message" in content) throw multisigError({ code: "MULTISIG_BLIND" });
    const { rollup, transaction } = content;
    assertRollup(rollup, this.rollup);
    const { id } = await this.#existingAccount();
    assertContent("account", String(transaction.accountId), String(id));
    const token = await this.#l1.readListedToken(transaction.tokenId);
    const lines = describeTransaction(transaction, token);
    return { transaction, lines, proposal: writeProposal(this.group, read) };
  }

  /**
   * Reviews a proposal and joins its session: call it after the member has agreed to what
   * {@link MultisigWallet.review} shows, with the proposal that the review returns.
   *
   * @param member - The member, with its secret.
   * @param proposal - The proposal, unchecked.
   * @returns The session, with the commitment to send.
   * @throws as {@link MultisigWallet.review}, MULTISIG_NOT_A_MEMBER
   */
  async join(member: MultisigMember, proposal: unknown): Promise<MultisigSession> {
    const { proposal: reviewed } = await this.review(proposal);
    return new MultisigSession(member, reviewed, { rollup: this.rollup });
  }

  /**
   * Submits a transaction that a session has signed.
   *
   * @param signed - Of `combineShares`.
   * @param authorization - Of a change of the key: the owner's consent, 0x-hex, such as of
   * {@link MultisigWallet.signKeyChange}. Default: what the address of a CREATE2 wallet says, or
   * else the mined call of {@link MultisigWallet.keyChangeCall}.
   * @param ethereumSignature - Of {@link MultisigWallet.signSecondFactor}, if the account's second
   * factor asks for it.
   * @returns A handle on the accepted transaction.
   * @throws The code of the rule that the transaction breaks, such as AUTHORIZATION_INVALID;
   * SECOND_FACTOR_REQUIRED
   */
  async submit(
    signed: SignedTransaction,
    authorization = this.#create2 === undefined
      ? ON_CHAIN_AUTHORIZATION
      : encodeCreate2Authorization(this.#create2),
    ethereumSignature?: string,
  ): Promise<TransactionHandle> {
    const factor = ethereumSignature !== undefined && { ethereumSignature };
    const receipt = await this.provider.submitTransaction(
      signed.type === "changePubKey"
        ? { ...signed, authorization, ...factor }
        : { ...signed, ...factor },
    );
    const { rollupAddress } = this.#l1;
    return new TransactionHandle(this.provider, receipt, { transaction: signed, rollupAddress });
  }

  /**
   * Signs the owner's consent to a change of the key, if the owner is an externally owned account.
   *
   * @param owner - The Ethereum wallet that owns the account.
   * @param change - The ChangePubKey, signed or not.
   * @returns The authorization for {@link MultisigWallet.submit}, 0x-hex.
   */
  signKeyChange(owner: TypedDataSigner, change: Transaction): Promise<string> {
    const { accountId, nonce } = change;
    const claim = { pubKeyHash: this.group.pubKeyHash, nonce, accountId };
    return signChangePubKey(owner, this.rollup, claim);
  }

  /**
   * Signs the text of a transaction as the owner, if the owner is an externally owned account whose
   * second factor asks for it. A contract cannot have one.
   *
   * @param owner - The Ethereum wallet that owns the account.
   * @param signed - The signed transaction.
   * @returns The `ethereumSignature` for {@link MultisigWallet.submit}, 65 bytes of 0x-hex.
   * @throws TOKEN_UNKNOWN
   */
  async signSecondFactor(owner: MessageSigner, signed: SignedTransaction): Promise<string> {
    const { tokenId } = signed;
    const { symbol } = await this.provider.getToken(tokenId);
    const token = { ...(await this.#l1.readListedToken(tokenId)), symbol };
    return owner.signMessage(secondFactorText([signed], [token], this.rollup));
  }

  /**
   * Returns the call on L1 by which a contract that owns the account, such as a Safe, consents to a
   * change of the key. It has to be mined before {@link MultisigWallet.submit}.
   *
   * @param change - The ChangePubKey, signed or not.
   * @returns Address of the rollup and calldata of `setAuthPubKeyHash`.
   */
  keyChangeCall({ accountId, nonce }: Transaction): ContractCall {
    const values = [this.group.pubKeyHash, accountId, nonce];
    const data = ROLLUP_INTERFACE.encodeFunctionData("setAuthPubKeyHash", values);
    return { to: this.#l1.rollupAddress, data };
  }

  /** @throws FEE_ABOVE_MAXIMUM, ADDRESS_WITHOUT_ACCOUNT */
  async #prepare(draft: Draft, auth?: KeyConsent): Promise<Transaction> {
    const { id: accountId, nonce } = await this.#existingAccount();
    const { type, tokenId } = draft.content;
    const recipient = "recipient" in draft.content ? draft.content.recipient : undefined;
    const ask = async () => {
      const estimate = await this.provider.estimateFee({
        type,
        token: tokenId,
        account: this.address,
        ...(recipient !== undefined && { to: toBeHex(recipient, 20) }),
        ...(auth !== undefined && { auth }),
      });
      return estimate.fee;
    };
    const fee = await decideFee(draft, ask, this.#l1Provider);
    const { validFrom = 0n, validUntil = TIMESTAMP_MAX, nonce: chosen = nonce } = draft.options;
    return { ...draft.content, accountId, fee, validFrom, validUntil, nonce: chosen };
  }

  /**
   * Finds a token as L1 lists it: a signature covers only the id, and a node could name other
   * decimals.
   *
   * @param reference - Symbol, L1 address or id.
   * @returns The token.
   * @throws TOKEN_UNKNOWN
   */
  async getToken(reference: TokenReference): Promise<Token> {
    const { id } = await this.provider.getToken(reference);
    return findToken([await this.#l1.readListedToken(id)], reference);
  }

  async #existingAccount(): Promise<AccountInfo> {
    const account = await this.getAccount();
    if (account !== null) return account;
    throw opsError({ code: "ADDRESS_WITHOUT_ACCOUNT", address: BigInt(this.address) });
  }
}
