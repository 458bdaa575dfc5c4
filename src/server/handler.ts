/** The operator's side of the `rollup_*` methods: cheap checks first, L1 last. */
import type { z } from "zod";
import { toChecksumAddress } from "../l1/addresses.ts";
import { ON_CHAIN_AUTHORIZATION } from "../l1/authorization.ts";
import type { Operator } from "../operator/operator.ts";
import { numberOf } from "../operator/ledger/blocks.ts";
import { summarizeBlock } from "../operator/ledger/summary.ts";
import type { Submission } from "../operator/submissions.ts";
import { assertSignatures } from "../operations/authorization.ts";
import { signingDomain } from "../operations/transaction.ts";
import type { ProverWorker } from "../prover/prover.ts";
import { GENESIS_FEE_ACCOUNT_ID, LEAF_KIND } from "../protocol/constants.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { isMainToken } from "../protocol/kinds.ts";
import { accountCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { toJson } from "../util/json.ts";
import { shareRuns } from "../util/shared-run.ts";
import { rpcError } from "../api/errors.ts";
import {
  firstIssue,
  isRpcMethod,
  RPC_METHODS,
  type RpcAccess,
  type RpcMethod,
} from "../api/methods.ts";
import { findInclusionPromise, toBlockPromise, withPromises } from "./promises.ts";
import { redact } from "./public-errors.ts";
import { listAccountTransactions, listBlocks, listL1Transactions } from "./lists.ts";
import { findTransaction, listBlockOperations, stateOf } from "./reads.ts";
import type { RpcParams, RpcResult, SignedTransactionParam } from "../api/methods.ts";

/**
 * Answers one call: JSON in, JSON out.
 *
 * @throws RPC_METHOD_UNKNOWN, RPC_METHOD_RESTRICTED, RPC_PARAMS_INVALID, and the codes of the
 * operator; a transport turns an error into JSON-RPC with `toJsonRpcError`.
 */
export type RpcHandler = (method: string, params: unknown) => Promise<unknown>;

type Methods = {
  readonly [M in RpcMethod]: (
    ...params: RpcParams<M>
  ) => RpcInput<RpcResult<M>> | Promise<RpcInput<RpcResult<M>>>;
};
/** What a method may return for a result: lists may be read-only. */
type RpcInput<T> = T extends readonly (infer E)[] ? readonly E[] : T;

/**
 * Creates a function that answers `rollup_*` calls, for a transport of your own.
 *
 * @param operator - Answers the calls.
 * @param access - Whom the handler serves; default: the person who runs the operator, as in tests
 * and devnets.
 * @returns Answers one call, see {@link RpcHandler}.
 *
 * @example
 * const handle = createRpcHandler(rollup.operator, "public");
 * (await handle("rollup_getConfig", [])).preset; // "minimal"
 * await handle("rollup_processBlocks", []); // throws RPC_METHOD_RESTRICTED
 */
export function createRpcHandler(operator: Operator, access: RpcAccess = "operator"): RpcHandler {
  const methods = createMethods(operator);
  return async (method, params) => {
    if (!isRpcMethod(method)) throw rpcError({ code: "RPC_METHOD_UNKNOWN", method });
    if (access === "public" && RPC_METHODS[method].access !== "public") {
      throw rpcError({ code: "RPC_METHOD_RESTRICTED", method });
    }
    const schema: z.ZodType<unknown[], z.ZodTypeDef, unknown> = RPC_METHODS[method].params;
    const parsed = schema.safeParse(params ?? []);
    if (!parsed.success) {
      throw rpcError({ code: "RPC_PARAMS_INVALID", method, ...firstIssue(parsed.error) });
    }
    const run = methods[method] as (...params: unknown[]) => unknown;
    return toJson(await run(...parsed.data));
  };
}

function createMethods(operator: Operator): Methods {
  const l1 = createL1Reader(operator);
  const processBlocks = shareRuns(() => operator.processBlocks());
  return {
    ...createSecondFactorMethods(operator, l1),
    rollup_getConfig: () => toConfig(operator),
    rollup_getStatus: () => toStatus(operator),
    rollup_getProving: () => toProving(operator),
    rollup_getTokens: async () => {
      await l1.catchUp();
      return operator.pricedTokens().map((token) => ({ ...token, isMain: isMainToken(token.id) }));
    },
    rollup_getAccount: async (reference) => {
      await l1.catchUp();
      return findAccount(operator.state, reference);
    },
    rollup_getAccountState: async (reference, state) => {
      await l1.catchUp();
      return findAccount(stateOf(operator, state), reference);
    },
    rollup_getAccountTransactions: async (reference, options) => {
      await l1.catchUp();
      const accountId = findAccountId(operator.state, reference);
      if (accountId === undefined) return null;
      return listAccountTransactions(operator, accountId, options);
    },
    rollup_getBalance: async (reference, tokenId) => {
      await l1.catchUp();
      const accountId = findAccountId(operator.state, reference);
      return accountId === undefined ? 0n : operator.state.balance(accountId, tokenId);
    },
    rollup_getFee: async (type, tokenId, options) => {
      await l1.catchUp();
      return operator.quoteFee([{ type, ...options }], tokenId);
    },
    rollup_getBatchFee: async (requests, tokenId) => {
      await l1.catchUp();
      return operator.quoteFee(requests, tokenId);
    },
    rollup_submitTransaction: async (signed) => (await submit(operator, l1, [signed]))[0]!,
    rollup_getInclusionPromise: (hash) => findInclusionPromise(operator, hash),
    rollup_submitBatch: (batch) => submit(operator, l1, batch),
    rollup_getReceipt: async (hash) => (await operator.findReceipt(hash)) ?? null,
    rollup_getTransaction: (hash) => findTransaction(operator, hash),
    rollup_waitForReceipt: (hash, stage) => operator.waitFor(hash, stage),
    rollup_getPriorityRequest: async (requestId) => {
      await l1.catchUp();
      return (await operator.findRequestReceipt(requestId)) ?? null;
    },
    rollup_waitForPriorityRequest: async (requestId, stage) =>
      (await operator.waitForRequest(requestId, stage)) ?? null,
    rollup_getBlock: async (number) => {
      const latest = operator.blocks.at(-1);
      const wanted = number === "latest" ? latest && numberOf(latest) : number;
      return (wanted === undefined ? undefined : await operator.findBlock(wanted)) ?? null;
    },
    rollup_processBlocks: async () => {
      const { executed } = operator.progress;
      await operator.waitForWork(processBlocks());
      const blocks = operator.blocks.filter((block) => numberOf(block) > executed);
      return blocks.map(summarizeBlock);
    },
    rollup_getBlocks: (page) => listBlocks(operator, page),
    rollup_getBlockOperations: (number, page) => listBlockOperations(operator, number, page),
    rollup_getBlockPromise: async (number) => toBlockPromise(await operator.promiseBlock(number)),
    rollup_getL1Transactions: (page) => listL1Transactions(operator, page),
  };
}

function createSecondFactorMethods(
  operator: Operator,
  l1: L1Reader,
): Pick<Methods, "rollup_getSecondFactor" | "rollup_setSecondFactor"> {
  return {
    rollup_getSecondFactor: async (reference) => {
      await l1.catchUp();
      const accountId = findAccountId(operator.state, reference);
      return accountId === undefined ? null : operator.secondFactor(accountId);
    },
    rollup_setSecondFactor: async ({ limit, ...setting }) => {
      await l1.catchUp();
      return operator.setSecondFactor({ ...setting, limit: limit ?? undefined });
    },
  };
}

/** Reads L1 for calls; concurrent calls share one read. */
interface L1Reader {
  /** Reads L1 unless the operator does so by itself. */
  readonly catchUp: () => Promise<void>;
  /** Reads L1 in any mode. */
  readonly sync: () => Promise<unknown>;
}

function createL1Reader(operator: Operator): L1Reader {
  return {
    catchUp: shareRuns(() => operator.catchUp()),
    sync: shareRuns(() => operator.syncL1()),
  };
}

/** Checks everything that needs no L1 before it asks L1. */
async function submit(
  operator: Operator,
  l1: L1Reader,
  batch: readonly SignedTransactionParam[],
): Promise<RpcResult<"rollup_submitBatch">> {
  const submissions = batch.map(toSubmission);
  const readL1 = l1ReadFor(operator, l1, submissions);
  if (readL1 !== undefined) {
    const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
    const transactions = submissions.map(({ transaction }) => transaction);
    assertSignatures(transactions, domain);
    await readL1();
  }
  const receipts = await operator.receiveBatch(submissions);
  return withPromises(operator, receipts);
}

/** The read of L1 that a batch needs before it is accepted, if any. */
function l1ReadFor(
  operator: Operator,
  l1: L1Reader,
  batch: readonly Submission[],
): (() => Promise<unknown>) | undefined {
  const isUsable = ({ authorization, transaction: { accountId, nonce } }: Submission): boolean => {
    if (authorization !== ON_CHAIN_AUTHORIZATION) return false;
    const { state } = operator;
    if (findAccountId(state, accountId) === undefined) return false;
    const { nonce: next } = state.account(accountId);
    return nonce >= next && nonce < next + batch.length;
  };
  if (batch.some(isUsable)) return l1.sync;
  return operator.options.mode === "on-demand" ? l1.catchUp : undefined;
}

function toSubmission({ ethereumSignature, ...signed }: SignedTransactionParam): Submission {
  const factor = ethereumSignature !== undefined && { ethereumSignature };
  if (signed.type !== "changePubKey") {
    return { transaction: signed, authorization: "0x", ...factor };
  }
  const { authorization, ...transaction } = signed;
  return { transaction, authorization, ...factor };
}

function toConfig(operator: Operator): RpcResult<"rollup_getConfig"> {
  const { chainId, rollupAddress, preset, prover } = operator;
  return {
    chainId,
    rollupAddress,
    preset: preset.name,
    prover: prover.name,
    protocolDigest: PROTOCOL_DIGEST,
    feeAccountId: GENESIS_FEE_ACCOUNT_ID,
  };
}

function toStatus({
  obstacle,
  blocks,
  progress,
  kindCounts,
}: Operator): RpcResult<"rollup_getStatus"> {
  const { committed, proven, executed } = progress;
  const sealed = blocks.at(-1)?.applied.block.blockNumber ?? committed;
  const words = obstacle && {
    code: obstacle.code,
    sentence: redact(obstacle.sentence),
    fix: obstacle.fix,
  };
  return {
    accepting: obstacle === undefined,
    ...(words && { obstacle: words }),
    blocks: { sealed, committed, proven, executed },
    kinds: Object.entries(kindCounts).map(([kind, count]) => ({ kind, blocks: count })),
  };
}

/** Workers that are named, of many: an owner may start one after the other. */
const WORKERS_MAX = 100;

function toProving({ prover, proofJobs }: Operator): RpcResult<"rollup_getProving"> {
  const { name, capacity, workers } = prover;
  return {
    prover: name,
    capacity,
    jobs: proofJobs.map(({ blockNumber, askedMs, startedMs }) => ({
      blockNumber,
      askedMs,
      ...(startedMs !== undefined && { startedMs }),
    })),
    ...(workers && { workers: workers.slice(0, WORKERS_MAX).map(toWorker) }),
  };
}

/** Without its name, which may be that of a machine: the log of the node has both. */
function toWorker({ name, proofs, wrong, failures, isTrusted, lastAnswerMs }: ProverWorker) {
  const id = name.slice(name.indexOf("#") + 1);
  const lastAnswer = BigInt(Math.floor(lastAnswerMs / 1_000));
  return { id, proofs, wrong, failures, trusted: isTrusted, lastAnswer };
}

function findAccountId(state: RollupState, reference: number | string): number | undefined {
  if (typeof reference === "string") return state.accountIdOf(BigInt(reference));
  if (reference >= accountCapacity(state.preset)) return undefined;
  return state.account(reference).kind === LEAF_KIND.account ? reference : undefined;
}

function findAccount(
  state: RollupState,
  reference: number | string,
): RpcResult<"rollup_getAccount"> {
  const id = findAccountId(state, reference);
  if (id === undefined) return null;
  const { address, nonce, pubKeyHash } = state.account(id);
  const balances = [...state.balances(id)].map(([tokenId, amount]) => ({ tokenId, amount }));
  return { id, address: toChecksumAddress(address), nonce, pubKeyHash, balances };
}
