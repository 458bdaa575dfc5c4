/** The operator's side of the read-only Ethereum endpoint. */
import type { z } from "zod";
import { rpcError } from "../../api/errors.ts";
import {
  type BlockId,
  ETHEREUM_METHODS,
  type EthereumMethod,
  type EthereumParams,
  GAS_METHODS,
  isEthereumMethod,
  isWriting,
} from "../../api/ethereum-methods.ts";
import { firstIssue } from "../../api/methods.ts";
import type { Operator } from "../../operator/operator.ts";
import { shareRuns } from "../../util/shared-run.ts";
import type { RpcHandler } from "../handler.ts";
import { Chain, type ChainBlock } from "./chain.ts";
import { FULL_BLOOM, toAddress, toQuantity, toWord } from "./encoding.ts";
import { decodeErc20Call, encodeErc20Result } from "./erc20.ts";
import { findLogs } from "./logs.ts";
import { requestIdIn } from "./names.ts";
import {
  hashOf,
  type Surroundings,
  toReceiptAt,
  toReceipts,
  toTransaction,
} from "./transactions.ts";

type Methods = {
  readonly [M in EthereumMethod]: (...params: EthereumParams<M>) => unknown;
};

const CLIENT_VERSION = "hardhat-zkrollup";
/** Keccak-256 of the RLP of an empty list. */
const NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
const ZERO_WORD = toWord(0);

/**
 * Creates a function that answers Ethereum tools about L2, and writes nothing.
 *
 * @param operator - Answers the calls.
 * @param l2ChainId - Other than L1's.
 */
export function createEthereumHandler(operator: Operator, l2ChainId: number): RpcHandler {
  const methods = createMethods(operator, l2ChainId);
  return async (method, params) => {
    if (!isEthereumMethod(method)) throw refusalOf(method);
    const tuple = ETHEREUM_METHODS[method].params as z.AnyZodTuple;
    const parsed = tuple.safeParse(padded(params, tuple.items.length));
    if (!parsed.success) {
      throw rpcError({ code: "RPC_PARAMS_INVALID", method, ...firstIssue(parsed.error) });
    }
    const run = methods[method] as (...params: unknown[]) => unknown;
    return run(...(parsed.data as unknown[]));
  };
}

/** Parameters at the end may be left out. */
function padded(params: unknown, length: number): unknown {
  if (params === undefined) return padded([], length);
  if (!Array.isArray(params) || params.length >= length) return params;
  return [...(params as unknown[]), ...Array<undefined>(length - params.length)];
}

function refusalOf(method: string): Error {
  if (isWriting(method)) return rpcError({ code: "RPC_READ_ONLY", method });
  if (GAS_METHODS.includes(method)) return rpcError({ code: "RPC_WITHOUT_GAS", method });
  return rpcError({ code: "RPC_METHOD_UNKNOWN", method });
}

function createMethods(operator: Operator, l2ChainId: number): Methods {
  const chain = new Chain(operator);
  const catchUp = shareRuns(() => operator.catchUp());
  const around = (): Surroundings => ({
    l2ChainId,
    domain: chain.domain,
    rollupAddress: BigInt(operator.rollupAddress),
    tokens: operator.tokens,
    addressOf: (accountId) => chain.addressOf(accountId),
  });
  const showBlock = (block: ChainBlock | undefined, isFull: boolean) =>
    block === undefined ? null : toBlock(block, isFull, around());
  const countOf = (block: ChainBlock | undefined) =>
    block === undefined ? null : toQuantity(block.operations.length);
  const find = (hash: string) => findTransaction(operator, chain, hash, around());
  return {
    eth_chainId: () => toQuantity(l2ChainId),
    net_version: () => String(l2ChainId),
    web3_clientVersion: () => CLIENT_VERSION,
    eth_syncing: () => false,
    eth_accounts: () => [],
    eth_blockNumber: () => toQuantity(chain.latest),
    eth_getBlockByNumber: async (id, isFull) => showBlock(await chain.find(id), isFull),
    eth_getBlockByHash: async (hash, isFull) => showBlock(await chain.find({ hash }), isFull),
    eth_getBlockTransactionCountByNumber: async (id) => countOf(await chain.find(id)),
    eth_getBlockTransactionCountByHash: async (hash) => countOf(await chain.find({ hash })),
    eth_getBlockReceipts: async (id) => {
      const block = id === "pending" ? undefined : await chain.find(id);
      return block === undefined ? null : toReceipts(block, around());
    },
    eth_getLogs: (filter) => findLogs(chain, filter, around()),
    eth_getTransactionByHash: async (hash) => {
      await catchUp();
      const found = await find(hash);
      return found === undefined ? null : toTransaction(found.block, found.index, around());
    },
    eth_getTransactionReceipt: async (hash) => {
      const found = await find(hash);
      if (found?.block.hash === undefined) return null;
      return toReceiptAt(found.block, found.index, around());
    },
    eth_getBalance: async (address, id) => {
      await catchUp();
      return toQuantity(await balanceOf(chain, address, 0, id));
    },
    eth_getTransactionCount: async (address, id) => {
      await catchUp();
      const state = await chain.stateAt(id);
      const accountId = state.accountIdOf(address);
      return toQuantity(accountId === undefined ? 0 : state.account(accountId).nonce);
    },
    eth_getCode: () => "0x",
    eth_call: async (call, id) => {
      await catchUp();
      return answerCall(operator, chain, call, id);
    },
    eth_gasPrice: () => "0x0",
    eth_maxPriorityFeePerGas: () => "0x0",
  };
}

async function balanceOf(
  chain: Chain,
  address: bigint,
  tokenId: number,
  id: BlockId,
): Promise<bigint> {
  const state = await chain.stateAt(id);
  const accountId = state.accountIdOf(address);
  return accountId === undefined ? 0n : state.balance(accountId, tokenId);
}

/** @throws RPC_CALL_UNSUPPORTED, RPC_STATE_NOT_KEPT */
async function answerCall(
  operator: Operator,
  chain: Chain,
  { to, data, input }: EthereumParams<"eth_call">[0],
  id: BlockId,
): Promise<string> {
  const given = input ?? data ?? "0x";
  const token = operator.tokens.find((listed) => listed.id > 0 && BigInt(listed.address) === to);
  const call = decodeErc20Call(given);
  if (token === undefined || call === undefined) {
    const facts = { to: toAddress(to), data: given.slice(0, 10) };
    throw rpcError({ code: "RPC_CALL_UNSUPPORTED", ...facts });
  }
  if (call.name !== "balanceOf") return encodeErc20Result(call.name, token[call.name]);
  return encodeErc20Result("balanceOf", await balanceOf(chain, call.owner, token.id, id));
}

/** Where the transaction of a hash stands; undefined if it is not known, or was rejected. */
async function findTransaction(
  operator: Operator,
  chain: Chain,
  hash: string,
  around: Surroundings,
): Promise<{ readonly block: ChainBlock; readonly index: number } | undefined> {
  const requestId = requestIdIn(chain.domain, hash);
  const receipt = await (requestId === undefined
    ? operator.findReceipt(hash)
    : operator.findRequestReceipt(requestId));
  if (receipt?.blockNumber === undefined) return undefined;
  const block = await chain.findOpenOrSealed(receipt.blockNumber);
  if (block === undefined) return undefined;
  const index = block.operations.findIndex(({ slotIndex }) => slotIndex === receipt.slotIndex);
  const found = block.operations[index];
  // The block may have been rebuilt since the receipt was read.
  return found !== undefined && hashOf(found, around) === hash ? { block, index } : undefined;
}

function toBlock(block: ChainBlock, isFull: boolean, around: Surroundings) {
  const { hash, stateRoot, operations, slots } = block;
  return {
    number: toQuantity(block.blockNumber),
    hash: hash ?? null,
    parentHash: block.parentHash,
    timestamp: toQuantity(block.timestamp),
    stateRoot: stateRoot === undefined ? ZERO_WORD : toWord(stateRoot),
    // L2 has no trees of transactions and receipts.
    transactionsRoot: ZERO_WORD,
    receiptsRoot: ZERO_WORD,
    logsBloom: FULL_BLOOM,
    miner: toAddress(block.feeAccountAddress),
    size: toQuantity(block.pubdataBytes),
    gasLimit: toQuantity(slots),
    gasUsed: toQuantity(operations.length),
    baseFeePerGas: "0x0",
    difficulty: "0x0",
    nonce: "0x0000000000000000",
    mixHash: ZERO_WORD,
    sha3Uncles: NO_UNCLES,
    uncles: [],
    extraData: "0x",
    transactions: operations.map((operation, index) =>
      isFull ? toTransaction(block, index, around) : hashOf(operation, around),
    ),
  };
}
