/**
 * Each `rollup_*` method once: parameters, result, access, its REST route, and its text in docs.
 */
import { z } from "zod";
import { BATCH_LENGTH_MAX } from "../protocol/batches.ts";
import * as schemas from "./schemas.ts";

/** Who may call a method: anybody, or only the person who runs the operator. */
export type RpcAccess = "public" | "operator";

/** How a method is called by REST. */
export interface RestRoute {
  readonly verb: "GET" | "POST";
  /** With the names of parameters in braces. */
  readonly path: string;
  /**
   * Names of all parameters in their order. Of those that are not in the path, GET has them in the
   * query, and the members of an object there too; POST has the only one as its body.
   */
  readonly names: readonly string[];
}

function get(path: string, ...names: string[]): { rest: RestRoute } {
  return { rest: { verb: "GET", path, names } };
}

/** As {@link get}, of a list in pages. */
function list(path: string, ...names: string[]): { rest: RestRoute; units: number } {
  return { ...get(path, ...names), units: LIST_UNITS };
}

function post(path: string, ...names: string[]): { rest: RestRoute } {
  return { rest: { verb: "POST", path, names } };
}

/** Units of a client's rate that a page of a list takes: it may come out of the store. */
export const LIST_UNITS = 10;
/** The same of a promise: it is long, and may ask L1 and a signer. */
const PROMISE_UNITS = 10;
/** The same of a setting: it is kept, and costs its owner nothing. */
const SETTING_UNITS = 10;

interface MethodTraits {
  /** Undefined for a method of JSON-RPC alone. */
  readonly rest: RestRoute | undefined;
  readonly access: RpcAccess;
  /** Whether the answer waits for a stage, or for a signer; the server limits such calls. */
  readonly waits: boolean;
  /** What a call takes of a client's rate. */
  readonly units: number;
}

function method<P extends z.ZodTupleItems | [], R extends z.ZodTypeAny>(
  description: string,
  params: P,
  result: R,
  { access = "public", waits = false, units = 1, rest }: Partial<MethodTraits> = {},
): { description: string; params: z.ZodTuple<P>; result: R } & MethodTraits {
  return { description, params: z.tuple(params), result, access, waits, units, rest };
}

export const RPC_METHODS = {
  rollup_getConfig: method(
    "Chain, contract and sizes of the rollup.",
    [],
    schemas.config,
    get("/v1/config"),
  ),
  rollup_getStatus: method(
    "Whether the operator accepts transactions, or why not, and the last block of each stage.",
    [],
    schemas.status,
    get("/v1/status"),
  ),
  rollup_getProving: method(
    "Which proofs are being made, and who has made some: `workers` of a farm, by fingerprints of " +
      "their keys, the one that has answered last first. Without it the node proves by itself.",
    [],
    schemas.proving,
    get("/v1/proving"),
  ),
  rollup_getTokens: method(
    "All listed tokens. `isMain`: blocks of every kind can move it, others need a `wide` one, which " +
      "costs more. `priceWei`: what a whole token (10^decimals) is worth for fees, where known.",
    [],
    z.array(schemas.token),
    get("/v1/tokens"),
  ),
  rollup_getAccount: method(
    "An account by id or owner in the head state; null if there is none.",
    [schemas.accountReference],
    schemas.account.nullable(),
    get("/v1/accounts/{account}", "account"),
  ),
  rollup_getAccountState: method(
    "An account in the state after everything accepted, after the last committed block, or after " +
      "the last executed one, which is final; null if it does not exist there.",
    [schemas.accountReference, schemas.stateName],
    schemas.account.nullable(),
    get("/v1/accounts/{account}/states/{state}", "account", "state"),
  ),
  rollup_getAccountTransactions: method(
    "What has touched an account, the newest first: transactions of and to it, and L1 requests. " +
      "`type` and `tokenId` narrow it down; then a page may have few items and still a `next`. Null " +
      "if there is no such account. Rejected transactions are not in it (rollup_getReceipt).",
    [schemas.accountReference, schemas.historyOptions],
    schemas.historyOf(schemas.accountTransaction).nullable(),
    list("/v1/accounts/{account}/transactions", "account", "options"),
  ),
  rollup_getBalance: method(
    "The balance of an account in one token, in the head state; 0 if there is no such account.",
    [schemas.accountReference, schemas.tokenId],
    schemas.quantity,
    get("/v1/accounts/{account}/balances/{token}", "account", "token"),
  ),
  rollup_getFee: method(
    "The fee of a transaction in a token, what it covers, and until when it is accepted; 0 if the " +
      "operator asks for no fees. The more is known of the transaction, the closer it is.",
    [schemas.transactionType, schemas.tokenId, schemas.feeOptions],
    schemas.fee,
    get("/v1/fees/{type}/{token}", "type", "token", "options"),
  ),
  rollup_getBatchFee: method(
    "The fee of several transactions together, in the order of their batch; any of them may pay it.",
    [z.array(schemas.feeRequest).min(1).max(BATCH_LENGTH_MAX), schemas.tokenId],
    schemas.fee,
    post("/v1/batch-fees/{token}", "transactions", "token"),
  ),
  rollup_submitTransaction: method(
    "Accepts a signed transaction, or refuses it with the code of the rule that it breaks. `promise`: " +
      "what the operator promises about it, signed for its bond on L1, as of rollup_getInclusionPromise. " +
      "`ethereumSignature`: the owner's, if the account asks for it (docs/second-factor.md).",
    [schemas.signedTransaction],
    schemas.acceptedReceipt,
    post("/v1/transactions", "transaction"),
  ),
  rollup_submitBatch: method(
    "Accepts a batch of transactions of one or more accounts, or refuses all of them. Each is signed " +
      "as a part of the batch (docs/batches.md); no block can hold some without the others. An " +
      "`ethereumSignature` is one of the whole batch, on any transaction of its owner.",
    [z.array(schemas.signedTransaction).min(1).max(BATCH_LENGTH_MAX)],
    z.array(schemas.acceptedReceipt),
    post("/v1/batches", "transactions"),
  ),
  rollup_getSecondFactor: method(
    "What may leave an account without its owner's Ethereum signature (docs/second-factor.md): at " +
      "once `left`, and in the course of a day `limit` again. Other tokens have no limit. " +
      "Null if there is no such account.",
    [schemas.accountReference],
    schemas.secondFactor.nullable(),
    get("/v1/accounts/{account}/second-factor", "account"),
  ),
  rollup_setSecondFactor: method(
    "Sets the limit of one token, as the account's owner has signed it by EIP-191. It is policy of " +
      "this operator: exits on L1 and other operators do not know it. The same setting again is " +
      "answered again.",
    [schemas.secondFactorSetting],
    schemas.secondFactor,
    { ...post("/v1/second-factors", "setting"), units: SETTING_UNITS },
  ),
  rollup_getReceipt: method(
    "The stage of a transaction; null if it was never accepted.",
    [schemas.hash],
    schemas.transactionReceipt.nullable(),
    get("/v1/receipts/{hash}", "hash"),
  ),
  rollup_getTransaction: method(
    "A transaction with the hashes of its batch and its operation in a block; null if it was never " +
      "accepted. The signed `data` are kept until its block leaves the memory.",
    [schemas.hash],
    schemas.transactionDetails.nullable(),
    get("/v1/transactions/{hash}", "hash"),
  ),
  rollup_getInclusionPromise: method(
    "What the operator promised about a transaction when it accepted it, signed for its bond on L1 " +
      "(docs/receipts.md): from a block and a second on its nonce is used, by nothing else. Null if " +
      "L1 can still take away what it rests on, if a reorg has voided the promise, and as soon as " +
      "its block has left the operator's memory.",
    [schemas.hash],
    schemas.inclusionPromise.nullable(),
    { ...get("/v1/transactions/{hash}/promise", "hash"), units: PROMISE_UNITS, waits: true },
  ),
  rollup_waitForReceipt: method(
    "Answers when the transaction has reached the stage or was rejected, or after a time limit.",
    [schemas.hash, schemas.stage],
    schemas.transactionReceipt,
    { waits: true },
  ),
  rollup_getPriorityRequest: method(
    "The stage of a deposit or full exit; null if the operator has not seen it on L1. " +
      "`refunded`: L1 pays the deposit back to its owner, because L2 has no place for it.",
    [schemas.requestId],
    schemas.requestReceipt.nullable(),
    get("/v1/requests/{requestId}", "requestId"),
  ),
  rollup_waitForPriorityRequest: method(
    "As rollup_waitForReceipt, for a deposit or full exit; null if it is still unseen on L1.",
    [schemas.requestId, schemas.stage],
    schemas.requestReceipt.nullable(),
    { waits: true },
  ),
  rollup_getBlock: method(
    "A sealed block; null if there is none of that number.",
    [schemas.blockNumber],
    schemas.block.nullable(),
    get("/v1/blocks/{number}", "number"),
  ),
  rollup_getBlocks: method(
    "Sealed blocks, the latest first, back to `firstBlock`.",
    [schemas.pageOptions],
    schemas.historyOf(schemas.block),
    list("/v1/blocks", "page"),
  ),
  rollup_getBlockOperations: method(
    "The operations of a sealed block with all fields, in the order of their slots; null if there " +
      "is no block of that number.",
    [schemas.blockNumber, schemas.pageOptions],
    schemas.pageOf(schemas.operation).nullable(),
    list("/v1/blocks/{number}/operations", "number", "page"),
  ),
  rollup_getBlockPromise: method(
    "What the operator promises about a sealed block, signed for its bond on L1 (docs/receipts.md), " +
      "with the block's public data: if L1 executes a block of this number, it has these. A block " +
      "is promised when it is asked for, if it can be kept, and the same each time.",
    [schemas.sealedBlockNumber],
    schemas.blockPromise,
    { ...get("/v1/blocks/{number}/promise", "number"), units: PROMISE_UNITS, waits: true },
  ),
  rollup_getL1Transactions: method(
    "L1 transactions of the operator that have committed, proven or executed blocks, those of the " +
      "latest block first, back to `firstBlock`.",
    [schemas.pageOptions],
    schemas.historyOf(schemas.l1Step),
    list("/v1/l1-transactions", "page"),
  ),
  rollup_processBlocks: method(
    "Processes everything that is pending, up to execution; answers with these blocks. A node, whose " +
      "blocks go on by themselves, answers at the latest after a time limit, with the blocks as far " +
      "as they are. Calls during a run share one further run.",
    [],
    z.array(schemas.block),
    { access: "operator", waits: true },
  ),
};

export type RpcMethod = keyof typeof RPC_METHODS;
/** Decoded parameters of a method: integers as bigint. */
export type RpcParams<M extends RpcMethod> = z.output<(typeof RPC_METHODS)[M]["params"]>;
/** Decoded result of a method. */
export type RpcResult<M extends RpcMethod> = z.output<(typeof RPC_METHODS)[M]["result"]>;

export type SignedTransactionParam = RpcParams<"rollup_submitTransaction">[0];

/** Whether there is a method of this name. */
export function isRpcMethod(name: string): name is RpcMethod {
  return Object.hasOwn(RPC_METHODS, name);
}

/** The first place where a value breaks its schema, and the reason. */
export function firstIssue({ issues }: z.ZodError): { path: string; reason: string } {
  const issue = issues[0];
  return { path: issue?.path.join(".") || "(whole)", reason: issue?.message ?? "invalid" };
}
