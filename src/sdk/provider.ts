/** The client of one rollup's operator, in the terms of a user. */
import { getAddress, isAddress, ZeroAddress } from "ethers";
import type { Transaction } from "../operations/transaction.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import { type Abort, joinAborts } from "../api/abort.ts";
import { type RpcClient, untilOf } from "../api/client.ts";
import { rpcError } from "../api/errors.ts";
import type { RpcMethod, RpcParams, RpcResult, SignedTransactionParam } from "../api/methods.ts";
import { RollupError } from "../util/errors.ts";
import { sdkError } from "./errors.ts";
import { type FeeParams, feeParams, readAccount, type TokenReference } from "./fee-params.ts";
import { type AccountTransaction, readHistory } from "./history.ts";
import { hash32, listOf, oneOf, option, readInput, show } from "./inputs.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import {
  type HistoryOptions,
  historyOptions,
  type WaitOptions,
  waitOptions,
} from "./provider-params.ts";
import {
  type BlockPromise,
  checkBlockPromise,
  checkInclusion,
  type InclusionPromise,
  type InclusionWish,
  type PromiseTrust,
  readTrust,
} from "./promises.ts";
import { waitUntil } from "./waits.ts";

export type RollupInfo = RpcResult<"rollup_getConfig">;
/** A token as L1 lists it. */
export type Token = Omit<ListedToken, "isMain" | "priceWei">;
/** A token with what the operator says of it, see `rollup_getTokens`. */
export type ListedToken = RpcResult<"rollup_getTokens">[number];
export type AccountInfo = NonNullable<RpcResult<"rollup_getAccount">>;
export type TransactionReceipt = RpcResult<"rollup_submitTransaction">;
export type RequestReceipt = NonNullable<RpcResult<"rollup_getPriorityRequest">>;
/** A fee, what it covers, and until when the operator accepts it. */
export type FeeEstimate = RpcResult<"rollup_getFee">;
/**
 * What may leave an account without its owner's Ethereum signature: `limits` are for a day, `left`
 * is what may leave at present, and `nonce` is that of the next setting. See docs/second-factor.md.
 */
export type SecondFactor = NonNullable<RpcResult<"rollup_getSecondFactor">>;
/** A setting as its owner has signed it. */
export type SignedSecondFactorSetting = RpcParams<"rollup_setSecondFactor">[0];
export type BlockInfo = NonNullable<RpcResult<"rollup_getBlock">>;
/** Whether the operator accepts transactions, and the last block of each stage. */
export type OperatorStatus = RpcResult<"rollup_getStatus">;
export type ProvingStatus = RpcResult<"rollup_getProving">;
/** A transaction with the hashes of its batch and its operation in a block. */
export type TransactionDetails = NonNullable<RpcResult<"rollup_getTransaction">>;

/** Accepted: of the operator; committed: of L1, without proof; finalized: executed on L1. */
export const STATE_NAMES = ["accepted", "committed", "finalized"] as const;
export type StateName = (typeof STATE_NAMES)[number];
/** A balance in each state, in the token's smallest unit. */
export type Balances = { readonly [S in StateName]: bigint };

export type { SignedTransactionParam };
/** A transaction of a batch, signed or not yet signed. */
export type BatchMember = Transaction | SignedTransactionParam;

export type { TokenReference };

/**
 * Asks the operator of one rollup. Balances and nonces are those of the head: they include
 * everything that is accepted.
 *
 * @example
 * const deposits = await provider.getBalance(alice.address, "ETH");
 * formatAmount(deposits, await provider.getToken("ETH")); // "10.0"
 */
export class RollupProvider {
  readonly #client: RpcClient;

  /** @param client - From `createRpcClient`, over any JSON-RPC transport. */
  constructor(client: RpcClient) {
    this.#client = client;
  }

  /** Whether the user, not the node, has named the contract. */
  get isPinned(): boolean {
    return false;
  }

  /** The rollup that the node must go on to serve, if that is settled. */
  get pinned(): RollupIdentity | undefined {
    return undefined;
  }

  /** Is aborted when the connection closes, which ends all waits; undefined if none does. */
  get closing(): Abort | undefined {
    return undefined;
  }

  /**
   * Makes a provider of the same node whose calls end when a signal is aborted.
   *
   * @param signal - An `AbortSignal`.
   * @returns The provider; its calls then throw ABORTED.
   *
   * @example
   * const leaving = new AbortController();
   * const page = provider.until(leaving.signal);
   * (await page.getTokens()).length; // 1
   * leaving.abort();
   * await page.getTokens(); // throws ABORTED
   */
  until(signal: Abort): RollupProvider {
    return new RollupProvider(untilOf(this.#client, signal));
  }

  /**
   * Returns chain, contract, preset and fee account of the rollup.
   *
   * @example
   * (await provider.getConfig()).preset; // "minimal"
   */
  getConfig(): Promise<RollupInfo> {
    return this.#client.call("rollup_getConfig");
  }

  /**
   * Asserts that the operator still serves one rollup.
   *
   * @param rollup - Its chain id and address.
   * @throws ROLLUP_REPLACED
   */
  async assertRollup({ chainId, rollupAddress }: RollupIdentity): Promise<void> {
    const current = await this.getConfig();
    const isSame = getAddress(current.rollupAddress) === getAddress(rollupAddress);
    if (isSame && current.chainId === chainId) return;
    throw sdkError({ code: "ROLLUP_REPLACED", rollupAddress, current: current.rollupAddress });
  }

  /** Returns all listed tokens, in the order of their ids: ETH is the first. */
  getTokens(): Promise<ListedToken[]> {
    return this.#client.call("rollup_getTokens");
  }

  /**
   * Finds a token.
   *
   * @param reference - Symbol, L1 address or id; `"ETH"` and the zero address are ETH.
   * @returns Its id, address, symbol and decimals.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * (await provider.getToken("ETH")).decimals; // 18
   * await provider.getToken("USD"); // throws TOKEN_UNKNOWN
   */
  async getToken(reference: TokenReference): Promise<Token> {
    return findToken(await this.getTokens(), reference);
  }

  /**
   * Returns an account with its nonce, key hash and balances.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @returns The account, or null if there is none.
   * @throws ADDRESS_INVALID, OPTION_INVALID
   */
  async getAccount(account: number | string): Promise<AccountInfo | null> {
    const reference = readAccount(account);
    const method = "rollup_getAccount";
    return assertAccount(method, await this.#client.call(method, reference), reference);
  }

  /**
   * Returns the balance of an account in one token.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @param token - Symbol, L1 address or id.
   * @returns The balance in the token's smallest unit; 0 if there is no such account.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID
   *
   * @example
   * await provider.getBalance(alice.address, "ETH"); // 10_000_000_000_000_000_000n
   */
  async getBalance(account: number | string, token: TokenReference): Promise<bigint> {
    const reference = readAccount(account);
    const { id } = await this.getToken(token);
    return this.#client.call("rollup_getBalance", reference, id);
  }

  /**
   * Returns the balance of an account in one token, with everything that is accepted, as L1 has it
   * by the committed blocks, and as it is final.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @param token - Symbol, L1 address or id.
   * @returns Three balances in the token's smallest unit; 0 where there is no such account.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID
   *
   * @example
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const { accepted, finalized } = await provider.getBalances(bob.address, "ETH");
   * accepted - finalized; // 5n
   */
  async getBalances(account: number | string, token: TokenReference): Promise<Balances> {
    const reference = readAccount(account);
    const { id } = await this.getToken(token);
    const states = STATE_NAMES.map((state) => this.getAccountState(reference, state));
    const [accepted, committed, finalized] = (await Promise.all(states)).map(
      (info) => info?.balances.find(({ tokenId }) => tokenId === id)?.amount ?? 0n,
    );
    return { accepted: accepted!, committed: committed!, finalized: finalized! };
  }

  /**
   * Returns an account as it is in one state.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @param state - "accepted", "committed" or "finalized".
   * @returns The account, or null if it does not exist there.
   * @throws ADDRESS_INVALID, OPTION_INVALID
   *
   * @example
   * (await provider.getAccountState(alice.address, "finalized")).nonce; // 1
   */
  async getAccountState(account: number | string, state: StateName): Promise<AccountInfo | null> {
    const reference = readAccount(account);
    const method = "rollup_getAccountState";
    const found = await this.#client.call(method, reference, readInput(stateName, state));
    return assertAccount(method, found, reference);
  }

  /**
   * Reads what has touched an account, the newest first: its transactions, those to it, and its
   * requests on L1. Pages are asked for as the caller iterates.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @param options - `type` and `token` narrow it down; `signal` ends it.
   * @returns An iterator, for `for await`; empty if there is no such account.
   * @throws ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN, TOKEN_UNKNOWN
   *
   * @example
   * const types = [];
   * for await (const { type } of provider.history(alice.address)) types.push(type);
   * types; // ["changePubKey", "deposit"]
   */
  async *history(
    account: number | string,
    options: HistoryOptions = {},
  ): AsyncGenerator<AccountTransaction, void, undefined> {
    const { type, token, signal } = readInput(historyOptions, options, "options");
    const reference = readAccount(account);
    const filter = {
      ...(type !== undefined && { type }),
      ...(token !== undefined && { tokenId: await this.#idOf(token) }),
    };
    const ending = joinAborts(this.closing, signal);
    try {
      yield* readHistory(untilOf(this.#client, ending.signal), reference, filter);
    } finally {
      ending.stop();
    }
  }

  /**
   * Reads what is accepted of an account and not yet in a block on L1, the newest first.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @param options - As of {@link RollupProvider.history}.
   * @returns An iterator, for `for await`.
   * @throws as {@link RollupProvider.history}
   *
   * @example
   * const { hash } = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const hashes = [];
   * for await (const pending of provider.pending(alice.address)) hashes.push(pending.hash);
   * hashes[0] === hash; // true
   */
  async *pending(
    account: number | string,
    options: HistoryOptions = {},
  ): AsyncGenerator<AccountTransaction, void, undefined> {
    for await (const item of this.history(account, options)) {
      if (item.status !== "accepted") return;
      yield item;
    }
  }

  /**
   * Asks for the fee of a transaction. An operator without fees answers 0.
   *
   * @param params - `type` and `token`; the closer the rest is described, the closer the fee.
   * @returns `fee`, in the token's smallest unit; `costWei`, what it covers, part by part;
   * `gasPriceWei` of L1; and `validUntil`, Unix seconds, if there is a limit.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * TOKEN_NOT_LISTED, FEE_TOKEN_WITHOUT_PRICE, FEE_PRICE_UNKNOWN, FEE_GAS_PRICE_UNKNOWN,
   * FEE_OUT_OF_RANGE
   *
   * @example
   * (await provider.estimateFee({ type: "transfer", token: "ETH", to: bob.address })).fee; // 0n
   */
  async estimateFee(params: FeeParams): Promise<FeeEstimate> {
    const { type, token, ...rest } = readInput(feeParams, params);
    const method = "rollup_getFee";
    const tokenId = await this.#idOf(token);
    const estimate = await this.#client.call(method, type, tokenId, toFeeOptions(rest));
    assertSame(method, "tokenId", estimate.tokenId, tokenId);
    return estimate;
  }

  /**
   * Asks for the fee of a batch, which any of its transactions may pay.
   *
   * @param batch - The transactions as of {@link RollupProvider.estimateFee}, in their order. The
   * `token` of the first one pays for all; those of the others are what they move.
   * @returns As of {@link RollupProvider.estimateFee}, for all together.
   * @throws as {@link RollupProvider.estimateFee}
   *
   * @example
   * const transfer = { type: "transfer", token: "ETH", to: bob.address };
   * (await provider.estimateBatchFee([transfer, transfer])).fee; // 0n
   */
  async estimateBatchFee(batch: readonly FeeParams[]): Promise<FeeEstimate> {
    const all = readInput(listOf(feeParams, 1), batch, "batch");
    const tokenIds = await Promise.all(all.map(({ token }) => this.#idOf(token)));
    const requests = all.map((each, index) => ({
      type: each.type,
      tokenId: tokenIds[index]!,
      ...toFeeOptions(each),
    }));
    const method = "rollup_getBatchFee";
    const estimate = await this.#client.call(method, requests, tokenIds[0]!);
    assertSame(method, "tokenId", estimate.tokenId, tokenIds[0]);
    return estimate;
  }

  async #idOf(token: TokenReference): Promise<number> {
    return typeof token === "number" ? token : (await this.getToken(token)).id;
  }

  /**
   * Submits a signed transaction. `RollupWallet` does so for the usual ones.
   *
   * @param transaction - With signature; a ChangePubKey also with the owner's consent.
   * @returns Its receipt, with the status "accepted".
   * @throws The code of the rule that the transaction breaks, or OPERATOR_NOT_ACCEPTING.
   */
  async submitTransaction(transaction: SignedTransactionParam): Promise<TransactionReceipt> {
    const method = "rollup_submitTransaction";
    const receipt = await this.#client.call(method, transaction);
    assertReceipts(method, [receipt], [transaction]);
    return receipt;
  }

  /**
   * Submits a batch: transactions of one or more accounts, included together or not at all.
   *
   * @param batch - The whole batch as all wallets have signed it, in the same order.
   * @returns Receipts in the same order, with the status "accepted".
   * @throws BATCH_NOT_SIGNED, OPTION_INVALID, or the code of the first rule that is broken.
   */
  async submitBatch(batch: readonly BatchMember[]): Promise<TransactionReceipt[]> {
    const signed = readBatch(batch).map(assertSigned);
    const method = "rollup_submitBatch";
    const receipts = await this.#client.call(method, signed);
    assertReceipts(method, receipts, signed);
    return receipts;
  }

  /**
   * Returns what may leave an account without its owner's Ethereum signature, by the policy of this
   * operator; see docs/second-factor.md.
   *
   * @param account - Id (a whole number from 0 on), or address of the L1 owner.
   * @returns The limits, in the tokens' smallest units; null if there is no such account.
   * @throws ADDRESS_INVALID, OPTION_INVALID
   *
   * @example
   * await provider.getSecondFactor(alice.address); // { nonce: 0, limits: [] }
   */
  getSecondFactor(account: number | string): Promise<SecondFactor | null> {
    return this.#client.call("rollup_getSecondFactor", readAccount(account));
  }

  /**
   * Submits a setting of a second factor. `OwnerWallet.setSecondFactor` makes and submits one.
   *
   * @param setting - With the owner's signature.
   * @returns The second factor from then on.
   * @throws SECOND_FACTOR_OUTDATED, SECOND_FACTOR_INVALID, SECOND_FACTOR_LIMITS_FULL,
   * TOKEN_NOT_LISTED, ACCOUNT_NOT_FOUND
   */
  setSecondFactor(setting: SignedSecondFactorSetting): Promise<SecondFactor> {
    return this.#client.call("rollup_setSecondFactor", setting);
  }

  /**
   * Returns the receipt of a transaction.
   *
   * @param hash - 32 bytes of 0x-hex.
   * @returns Null if the operator never accepted such a transaction, or has forgotten it.
   */
  async getReceipt(hash: string): Promise<TransactionReceipt | null> {
    const method = "rollup_getReceipt";
    const receipt = await this.#client.call(method, hash);
    if (receipt !== null) assertHash(method, receipt.hash, hash);
    return receipt;
  }

  /**
   * Returns a transaction with the hashes of its batch and, in a block, its operation.
   *
   * @param hash - 32 bytes of 0x-hex.
   * @returns Null if the operator never accepted such a transaction.
   * @throws OPTION_INVALID; RPC_RESULT_INVALID, if the node answers with another transaction
   *
   * @example
   * const { hash } = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * (await provider.getTransaction(hash)).receipt.status; // "accepted"
   */
  async getTransaction(hash: string): Promise<TransactionDetails | null> {
    const asked = readInput(hash32, hash, "hash");
    const method = "rollup_getTransaction";
    const details = await this.#client.call(method, asked);
    if (details !== null) assertHash(method, details.receipt.hash, asked);
    return details;
  }

  /**
   * Returns whether the operator accepts transactions, and the last block of each stage.
   *
   * @returns The status, with the obstacle if nothing is accepted.
   *
   * @example
   * (await provider.getStatus()).accepting; // true
   */
  getStatus(): Promise<OperatorStatus> {
    return this.#client.call("rollup_getStatus");
  }

  /**
   * Returns which proofs are being made, and which workers of a farm have made some.
   *
   * @returns Without `workers` if the node proves by itself.
   *
   * @example
   * (await provider.getProving()).jobs.length; // 0
   */
  getProving(): Promise<ProvingStatus> {
    return this.#client.call("rollup_getProving");
  }

  /**
   * Returns the receipt of a deposit or full exit.
   *
   * @param requestId - Place in the priority queue, from 0 on.
   * @returns Null if the operator has not seen the request on L1 yet, or has forgotten it.
   */
  async getPriorityRequest(requestId: number): Promise<RequestReceipt | null> {
    const method = "rollup_getPriorityRequest";
    const receipt = await this.#client.call(method, requestId);
    if (receipt !== null) assertSame(method, "requestId", receipt.requestId, requestId);
    return receipt;
  }

  /**
   * Returns a sealed block.
   *
   * @param blockNumber - From 1 on, or "latest".
   * @returns Null if there is no block of that number.
   *
   * @example
   * (await provider.getBlock("latest")).status; // "executed"
   * await provider.getBlock(1_000_000); // null
   */
  async getBlock(blockNumber: number | "latest"): Promise<BlockInfo | null> {
    const method = "rollup_getBlock";
    const block = await this.#client.call(method, blockNumber);
    if (block !== null && blockNumber !== "latest") {
      assertSame(method, "blockNumber", block.blockNumber, blockNumber);
    }
    return block;
  }

  /**
   * Asks the operator to promise a sealed block, and checks the promise: if L1 executes a block of
   * this number, it has these operations, or the bond pays. See docs/receipts.md.
   *
   * @param blockNumber - From 1 on.
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @returns The promise with the operations of the block and the bond as L1 has it.
   * @throws PROMISES_NOT_OFFERED, PROMISE_NOT_READY and PROMISE_FORGOTTEN by the operator;
   * BOND_NOT_FOUND, BOND_OF_OTHER_ROLLUP, BOND_UNDERFUNDED, BOND_WITHDRAWAL_ANNOUNCED,
   * RECEIPT_SIGNATURE_INVALID, RECEIPT_ANCHOR_UNKNOWN, RECEIPT_PUBDATA_MISMATCH and
   * RECEIPT_OF_OTHER_BLOCK if it is worth nothing.
   *
   * @example
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const [{ blockNumber }] = await provider.processBlocks();
   * const trust = { bond: bob.address, l1: ethers.provider };
   * await provider.getBlockPromise(blockNumber, trust); // throws PROMISES_NOT_OFFERED
   */
  async getBlockPromise(blockNumber: number, trust: PromiseTrust): Promise<BlockPromise> {
    const trusted = readTrust(trust);
    const rollup = trusted.rollup ?? (await this.getConfig()).rollupAddress;
    const answer = await this.#client.call("rollup_getBlockPromise", blockNumber);
    return checkBlockPromise(answer, blockNumber, { ...trusted, rollup });
  }

  /**
   * Asks for what the operator promised about a transaction when it accepted it, and checks it: L1
   * executes the transaction in time, or the bond pays. See docs/receipts.md.
   *
   * @param hash - 32 bytes of 0x-hex.
   * @param wish - What the caller knows of the transaction, and how long it is willing to wait.
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @returns The promise, and the bond as L1 has it.
   * @throws INCLUSION_NOT_PROMISED, PROMISES_NOT_OFFERED and PROMISE_SIGNER_FAILED by the operator;
   * BOND_NOT_FOUND, BOND_OF_OTHER_ROLLUP, BOND_UNDERFUNDED, BOND_WITHDRAWAL_ANNOUNCED,
   * RECEIPT_SIGNATURE_INVALID, RECEIPT_ANCHOR_UNKNOWN, RECEIPT_INCLUSION_MISMATCH and
   * RECEIPT_DUE_LATE if it is worth nothing.
   *
   * @example
   * const { hash } = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const payer = { accountId: await alice.accountId(), nonce: (await alice.getNonce()) - 1 };
   * const wish = { inclusion: { ...payer, recipient: bob.address, tokenId: 0, amount: 5n } };
   * const trust = { bond: bob.address, l1: ethers.provider };
   * await provider.getInclusionPromise(hash, wish, trust); // throws PROMISES_NOT_OFFERED
   */
  async getInclusionPromise(
    hash: string,
    wish: InclusionWish,
    trust: PromiseTrust,
  ): Promise<InclusionPromise> {
    const trusted = readTrust(trust);
    const rollup = trusted.rollup ?? (await this.getConfig()).rollupAddress;
    const answer = await this.#client.call("rollup_getInclusionPromise", hash);
    if (answer === null) throw sdkError({ code: "INCLUSION_NOT_PROMISED", hash });
    return checkInclusion(answer, wish, { ...trusted, rollup });
  }

  /**
   * Waits until a transaction has reached a stage, without a time limit.
   *
   * @param hash - 32 bytes of 0x-hex.
   * @param stage - "accepted", "committed", "proven" or "executed".
   * @param options - `signal` ends the wait.
   * @returns The receipt at that stage or a later one.
   * @throws The code of the rejection, if the operator rejects the transaction; ABORTED.
   */
  async waitForReceipt(
    hash: string,
    stage: Stage,
    options: WaitOptions = {},
  ): Promise<TransactionReceipt> {
    const method = "rollup_waitForReceipt";
    const receipt = await this.#wait(
      options,
      (client) => client.call(method, hash, stage),
      ({ status }) => status === "rejected" || hasReached(status, stage),
    );
    assertHash(method, receipt.hash, hash);
    if (receipt.status !== "rejected") return receipt;
    throw toRejection(method, receipt.rejection);
  }

  /**
   * Waits until an L1 request has reached a stage, without a time limit. A request is never
   * rejected.
   *
   * @param requestId - Place in the priority queue, from 0 on.
   * @param stage - "accepted", "committed", "proven" or "executed".
   * @param options - `signal` ends the wait.
   * @returns The receipt at that stage or a later one.
   * @throws ABORTED
   */
  async waitForPriorityRequest(
    requestId: number,
    stage: Stage,
    options: WaitOptions = {},
  ): Promise<RequestReceipt> {
    const method = "rollup_waitForPriorityRequest";
    const receipt = await this.#wait(
      options,
      (client) => client.call(method, requestId, stage),
      (answer) => answer !== null && hasReached(answer.status, stage),
    );
    assertSame(method, "requestId", receipt!.requestId, requestId);
    return receipt!;
  }

  /** Waits until an answer is the wanted one, a signal is aborted, or the connection closes. */
  async #wait<T>(
    options: WaitOptions,
    ask: (client: RpcClient) => Promise<T>,
    isWanted: (answer: T) => boolean,
  ): Promise<T> {
    const { signal } = readInput(waitOptions, options, "options");
    const ending = joinAborts(this.closing, signal);
    const client = untilOf(this.#client, ending.signal);
    try {
      return await waitUntil(() => ask(client), isWanted, ending.signal);
    } finally {
      ending.stop();
    }
  }

  /**
   * Processes everything that is pending, up to execution: for tests and devnets. Only the person
   * who runs the operator may call it.
   *
   * @returns The blocks that were not executed before.
   *
   * @example
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const [block] = await provider.processBlocks();
   * block.operations[0]; // "transfer"
   */
  processBlocks(): Promise<BlockInfo[]> {
    return this.#client.call("rollup_processBlocks");
  }
}

const stateName = oneOf(STATE_NAMES);

/** Checks that a batch is a list of transactions. @throws OPTION_INVALID */
export function readBatch(batch: readonly BatchMember[]): BatchMember[] {
  return readInput(listOf(batchMember, 1), batch, "batch");
}

/** The signer and the operator check the content. */
const batchMember = option(
  "a transaction",
  (value): value is BatchMember => typeof value === "object" && value !== null && "type" in value,
);

function toFeeOptions({ to, account, auth }: Omit<FeeParams, "type" | "token">) {
  return {
    ...(to !== undefined && { recipient: BigInt(to) }),
    ...(account !== undefined && { account: readAccount(account) }),
    ...(auth !== undefined && { authorization: auth }),
  };
}

/** @throws BATCH_NOT_SIGNED */
function assertSigned(member: BatchMember, index: number): SignedTransactionParam {
  if ("signature" in member) return member;
  throw sdkError({ code: "BATCH_NOT_SIGNED", index, accountId: member.accountId });
}

/** Finds a token by symbol, address or id. @throws TOKEN_UNKNOWN */
export function findToken<T extends Token>(tokens: readonly T[], reference: TokenReference): T {
  const token = tokens.find((token) => isNamed(token, reference));
  if (token !== undefined) return token;
  const known = tokens.map(({ symbol }) => symbol);
  throw sdkError({ code: "TOKEN_UNKNOWN", token: show(reference), known });
}

/** Contracts choose their symbols, so no symbol may match "ETH" or an address. */
function isNamed({ id, symbol, address }: Token, reference: unknown): boolean {
  if (typeof reference !== "string") return id === reference;
  if (reference === "ETH") return address === ZeroAddress;
  if (isAddress(reference)) return address.toLowerCase() === reference.toLowerCase();
  return symbol === reference;
}

/** @returns The rule that the transaction broke; RPC_RESULT_INVALID if none is named. */
function toRejection(method: RpcMethod, rejection: TransactionReceipt["rejection"]): RollupError {
  if (rejection === undefined) return invalid(method, "rejection", "it has no reason");
  const { code, ...text } = rejection;
  return new RollupError({ code }, { text });
}

function invalid(method: RpcMethod, path: string, reason: string): RollupError {
  return rpcError({ code: "RPC_RESULT_INVALID", method, path, reason });
}

/** Checks that an answer is about what was asked. @throws RPC_RESULT_INVALID */
function assertSame<T extends number | string | undefined>(
  method: RpcMethod,
  path: string,
  actual: T,
  asked: T,
): void {
  if (actual !== asked) throw invalid(method, path, `it is ${actual}, not ${asked}`);
}

function assertHash(method: RpcMethod, actual: string, asked: string): void {
  assertSame(method, "hash", actual, asked.toLowerCase());
}

/** @throws RPC_RESULT_INVALID for an account of another id or owner */
function assertAccount(
  method: RpcMethod,
  account: AccountInfo | null,
  asked: number | string,
): AccountInfo | null {
  if (account === null) return null;
  if (typeof asked === "number") assertSame(method, "id", account.id, asked);
  else assertSame(method, "address", getAddress(account.address), getAddress(asked));
  return account;
}

/** @throws RPC_RESULT_INVALID for receipts of other transactions */
function assertReceipts(
  method: RpcMethod,
  receipts: readonly TransactionReceipt[],
  sent: readonly SignedTransactionParam[],
): void {
  assertSame(method, "length", receipts.length, sent.length);
  for (const [index, { type, accountId, nonce }] of sent.entries()) {
    const receipt = receipts[index]!;
    assertSame(method, `${index}.type`, receipt.type, type);
    assertSame(method, `${index}.accountId`, receipt.accountId, accountId);
    assertSame(method, `${index}.nonce`, receipt.nonce, nonce);
  }
}
