/** A client of one rollup: what its operator knows, in the terms of a user. */
import { getAddress, isAddress, ZeroAddress } from "ethers";
import type { Transaction } from "../operations/transaction.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { RpcClient } from "../api/client.ts";
import type { RpcResult, SignedTransactionParam } from "../api/methods.ts";
import { isRollupError, RollupError } from "../util/errors.ts";
import { sdkError } from "./errors.ts";
import { address, integer, listOf, option, readInput, show } from "./inputs.ts";
import type { RollupIdentity } from "./key-derivation.ts";

export type RollupInfo = RpcResult<"rollup_getConfig">;
export type Token = RpcResult<"rollup_getTokens">[number];
export type AccountInfo = NonNullable<RpcResult<"rollup_getAccount">>;
export type TransactionReceipt = RpcResult<"rollup_submitTransaction">;
export type RequestReceipt = NonNullable<RpcResult<"rollup_getPriorityRequest">>;
export type BlockInfo = NonNullable<RpcResult<"rollup_getBlock">>;

export type { SignedTransactionParam };
/** A transaction of a batch, which its wallet has signed or will. */
export type BatchMember = Transaction | SignedTransactionParam;

/** A token by symbol, by L1 address, or by id; `"ETH"` and the zero address are ETH. */
export type TokenReference = string | number;

/** Pause of a wait that the operator has had no place for. */
const BUSY_PAUSE_MS = 500;

/** All balances and nonces are those with everything accepted so far. */
export class RollupProvider {
  readonly #client: RpcClient;

  /** @param client - From `createRpcClient`, over any JSON-RPC transport. */
  constructor(client: RpcClient) {
    this.#client = client;
  }

  getConfig(): Promise<RollupInfo> {
    return this.#client.call("rollup_getConfig");
  }

  /** Whether it is still this rollup that answers. @throws ROLLUP_REPLACED */
  async assertRollup({ chainId, rollupAddress }: RollupIdentity): Promise<void> {
    const current = await this.getConfig();
    const isSame = getAddress(current.rollupAddress) === getAddress(rollupAddress);
    if (isSame && current.chainId === chainId) return;
    throw sdkError({ code: "ROLLUP_REPLACED", rollupAddress, current: current.rollupAddress });
  }

  getTokens(): Promise<Token[]> {
    return this.#client.call("rollup_getTokens");
  }

  /** @throws TOKEN_UNKNOWN */
  async getToken(reference: TokenReference): Promise<Token> {
    return findToken(await this.getTokens(), reference);
  }

  /**
   * @param account - Id, or address of the L1 owner.
   * @returns Null if there is none.
   * @throws ADDRESS_INVALID, OPTION_INVALID
   */
  async getAccount(account: number | string): Promise<AccountInfo | null> {
    return this.#client.call("rollup_getAccount", readAccount(account));
  }

  /**
   * @param account - Id, or address of the L1 owner.
   * @returns In the token's smallest unit; 0 if there is no such account.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID
   */
  async getBalance(account: number | string, token: TokenReference): Promise<bigint> {
    const reference = readAccount(account);
    const { id } = await this.getToken(token);
    return this.#client.call("rollup_getBalance", reference, id);
  }

  /** @throws The code of the rule that the transaction breaks. */
  submitTransaction(transaction: SignedTransactionParam): Promise<TransactionReceipt> {
    return this.#client.call("rollup_submitTransaction", transaction);
  }

  /**
   * Submits transactions of one or more accounts that are included all or none.
   *
   * @param batch - As all wallets have signed it: all of it, and in the same order.
   * @returns Their receipts, in the same order.
   * @throws BATCH_NOT_SIGNED, OPTION_INVALID, and the code of the first rule that one of them
   * breaks.
   */
  async submitBatch(batch: readonly BatchMember[]): Promise<TransactionReceipt[]> {
    return this.#client.call("rollup_submitBatch", readBatch(batch).map(assertSigned));
  }

  /** @returns Null if the operator never accepted such a transaction. */
  getReceipt(hash: string): Promise<TransactionReceipt | null> {
    return this.#client.call("rollup_getReceipt", hash);
  }

  /** @param requestId - Place in the priority queue. @returns Null while it is unseen on L2. */
  getPriorityRequest(requestId: number): Promise<RequestReceipt | null> {
    return this.#client.call("rollup_getPriorityRequest", requestId);
  }

  /** @returns Null if there is no block of that number. */
  getBlock(blockNumber: number | "latest"): Promise<BlockInfo | null> {
    return this.#client.call("rollup_getBlock", blockNumber);
  }

  /** Waits as long as it takes. @throws The code for which the transaction was rejected. */
  async waitForReceipt(hash: string, stage: Stage): Promise<TransactionReceipt> {
    for (;;) {
      const receipt = await patiently(() =>
        this.#client.call("rollup_waitForReceipt", hash, stage),
      );
      if (receipt.rejection !== undefined) throw toRejection(receipt.rejection);
      if (hasReached(receipt.status, stage)) return receipt;
    }
  }

  /** Waits as long as it takes. An L1 request is never rejected. */
  async waitForPriorityRequest(requestId: number, stage: Stage): Promise<RequestReceipt> {
    for (;;) {
      const receipt = await patiently(() =>
        this.#client.call("rollup_waitForPriorityRequest", requestId, stage),
      );
      if (receipt !== null && hasReached(receipt.status, stage)) return receipt;
    }
  }

  /** Makes the operator work off all that is pending: for tests and devnets. */
  processBlocks(): Promise<BlockInfo[]> {
    return this.#client.call("rollup_processBlocks");
  }
}

/** Asks again, after a pause, while too many others wait for the operator at the same time. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isRollupError(error) || error.code !== "RPC_BUSY") throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
  }
}

/** Transactions of a batch. @throws OPTION_INVALID */
export function readBatch(batch: readonly BatchMember[]): BatchMember[] {
  return readInput(listOf(batchMember, 1), batch, "batch");
}

/** What is in it is checked by who signs it, and by the operator. */
const batchMember = option(
  "a transaction",
  (value): value is BatchMember => typeof value === "object" && value !== null && "type" in value,
);

function readAccount(account: number | string): number | string {
  if (typeof account === "number") return readInput(integer(0), account, "account");
  return readInput(address, account, "account");
}

/** @throws BATCH_NOT_SIGNED */
function assertSigned(member: BatchMember, index: number): SignedTransactionParam {
  if ("signature" in member) return member;
  throw sdkError({ code: "BATCH_NOT_SIGNED", index, accountId: member.accountId });
}

/** The token that goes by a name. @throws TOKEN_UNKNOWN */
export function findToken(tokens: readonly Token[], reference: TokenReference): Token {
  const token = tokens.find((token) => isNamed(token, reference));
  if (token !== undefined) return token;
  const known = tokens.map(({ symbol }) => symbol);
  throw sdkError({ code: "TOKEN_UNKNOWN", token: show(reference), known });
}

/** Symbols are what contracts call themselves, so none may pass for ETH or for an address. */
function isNamed({ id, symbol, address }: Token, reference: unknown): boolean {
  if (typeof reference !== "string") return id === reference;
  if (reference === "ETH") return address === ZeroAddress;
  if (isAddress(reference)) return address.toLowerCase() === reference.toLowerCase();
  return symbol === reference;
}

function toRejection({ code, ...text }: NonNullable<TransactionReceipt["rejection"]>): RollupError {
  return new RollupError({ code }, { text });
}
