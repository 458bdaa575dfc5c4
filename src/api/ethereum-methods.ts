/**
 * Each method of the read-only Ethereum endpoint once: parameters, cost, and its text in docs.
 * Results have the form of the Ethereum JSON-RPC specification.
 */
import { z } from "zod";
import { LIST_UNITS } from "./methods.ts";

/** Path of the endpoint, on each port of an operator. */
export const ETHEREUM_PATH = "/eth";

const BLOCK_TAGS = ["latest", "safe", "finalized", "pending", "earliest"] as const;
export type BlockTag = (typeof BLOCK_TAGS)[number];

/** A block as a client names it: by its tag, its number or its hash. */
export type BlockId = BlockTag | number | { readonly hash: string };

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "expected an address of 20 bytes")
  .transform((text) => BigInt(text))
  .describe("address");
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "expected a hash of 32 bytes as 0x-hex")
  .transform((text) => text.toLowerCase())
  .describe("hash");
const bytes = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/, "expected bytes as 0x-hex");
/** Below 2^52, so a number of JavaScript holds it. */
const blockNumber = z
  .string()
  .regex(
    /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,12})$/,
    "expected a tag, or a number as 0x-hex without leading zeros",
  )
  .transform(Number);
/** A tag or a number, or an object as in EIP-1898. */
const block: z.ZodType<BlockId, z.ZodTypeDef, unknown> = z
  .union([
    z.enum(BLOCK_TAGS),
    blockNumber,
    z
      .object({ blockNumber })
      .strict()
      .transform((given) => given.blockNumber),
    z
      .object({ blockHash: hash, requireCanonical: z.boolean().optional() })
      .strict()
      .transform(({ blockHash }) => ({ hash: blockHash })),
  ])
  .describe("block");
const blockOrLatest = block.default("latest").describe("block?");
const isFull = z.boolean().default(false).describe("full?");
/** What else a client sends, such as gas, has no meaning here. */
const call = z
  .object({ to: address, data: bytes.optional(), input: bytes.optional() })
  .describe("call");

/** Addresses, and topics of one place, that a filter may name. */
const LOG_CHOICES_MAX = 100;

/** One value or several of which any may match; undefined for all, also if the list is empty. */
function choiceOf<T>(value: z.ZodType<T, z.ZodTypeDef, unknown>) {
  return z
    .union([value.transform((one) => [one]), z.array(value).max(LOG_CHOICES_MAX)])
    .nullish()
    .transform((list) => (list?.length ? list : undefined));
}

const tagOrNumber = z.union([z.enum(BLOCK_TAGS), blockNumber]).nullish();
/** Which events are meant. A range begins and ends with the last block if nothing is said. */
const logFilter = z
  .object({
    fromBlock: tagOrNumber.transform((id) => id ?? "latest"),
    toBlock: tagOrNumber.transform((id) => id ?? "latest"),
    blockHash: hash.nullish().transform((word) => word ?? undefined),
    address: choiceOf(address),
    topics: z
      .array(choiceOf(hash))
      .max(4)
      .nullish()
      .transform((list) => list ?? []),
  })
  .refine(
    ({ blockHash, fromBlock, toBlock }) =>
      blockHash === undefined || (fromBlock === "latest" && toBlock === "latest"),
    { message: "expected blockHash, or a range, and not both", path: ["blockHash"] },
  )
  .describe("filter");
export type LogFilter = z.output<typeof logFilter>;
/** Blocks of L2 that one question for events may be about. */
export const LOG_BLOCKS_MAX = 100;

/** Units of a method that shows a whole block, which may have more items than a page of a list. */
export const BLOCK_UNITS = 3 * LIST_UNITS;

function method<P extends z.ZodTupleItems | []>(
  description: string,
  params: P,
  units = 1,
): { description: string; params: z.ZodTuple<P>; units: number } {
  return { description, params: z.tuple(params), units };
}

export const ETHEREUM_METHODS = {
  eth_chainId: method("The chain id of L2.", []),
  net_version: method("The same as a decimal number.", []),
  web3_clientVersion: method("`hardhat-zkrollup`.", []),
  eth_syncing: method("`false`.", []),
  eth_accounts: method("An empty list: the node signs for nobody.", []),
  eth_blockNumber: method("The number of the last sealed block; 0 before the first.", []),
  eth_getBlockByNumber: method(
    "A block with the hashes of its transactions, or with all of each; null if it is not known.",
    [block, isFull],
    BLOCK_UNITS,
  ),
  eth_getBlockByHash: method("The same, by its hash.", [hash, isFull], BLOCK_UNITS),
  eth_getBlockTransactionCountByNumber: method(
    "How many transactions a block has; null if it is not known.",
    [block],
    LIST_UNITS,
  ),
  eth_getBlockTransactionCountByHash: method("The same, by its hash.", [hash], LIST_UNITS),
  eth_getBlockReceipts: method(
    "The receipts of all transactions of a block; null if it is not known.",
    [block],
    BLOCK_UNITS,
  ),
  eth_getLogs: method(
    "The events of sealed blocks that match: `blockHash`, or `fromBlock` to `toBlock`, at most " +
      `${LOG_BLOCKS_MAX} (\`RPC_RANGE_TOO_WIDE\`); \`address\` and \`topics\` as of any node. Units are of each block.`,
    [logFilter],
    LIST_UNITS,
  ),
  eth_getTransactionByHash: method(
    "A transaction, also of the open block; null if it is not known, or was rejected.",
    [hash],
    LIST_UNITS,
  ),
  eth_getTransactionReceipt: method(
    "The receipt of a transaction in a sealed block; null before that, or if it was rejected.",
    [hash],
    LIST_UNITS,
  ),
  eth_getBalance: method("The balance in ETH on L2, in wei.", [address, blockOrLatest]),
  eth_getTransactionCount: method("The nonce on L2.", [address, blockOrLatest]),
  eth_getCode: method("`0x`: L2 has no contracts.", [address, blockOrLatest]),
  eth_call: method(
    "`balanceOf`, `decimals` and `symbol` of a listed token at its L1 address; a refusal for all else.",
    [call, blockOrLatest],
  ),
  eth_gasPrice: method("0: fees of L2 are not gas.", []),
  eth_maxPriorityFeePerGas: method("0.", []),
};

export type EthereumMethod = keyof typeof ETHEREUM_METHODS;
/** Decoded parameters of a method. */
export type EthereumParams<M extends EthereumMethod> = z.output<
  (typeof ETHEREUM_METHODS)[M]["params"]
>;

export function isEthereumMethod(name: string): name is EthereumMethod {
  return Object.hasOwn(ETHEREUM_METHODS, name);
}

/** What a call takes of a client's rate; of a range of blocks, as much for each as can be seen. */
export function unitsOfEthereum(name: string, params: readonly unknown[]): number {
  if (!isEthereumMethod(name)) return 1;
  const { units } = ETHEREUM_METHODS[name];
  return name === "eth_getLogs" ? units * blocksOf(params) : units;
}

function blocksOf([given]: readonly unknown[]): number {
  const filter = logFilter.safeParse(given).data;
  if (filter === undefined || filter.blockHash !== undefined) return 1;
  const { fromBlock, toBlock } = filter;
  if (fromBlock === toBlock) return 1;
  const isRange = typeof fromBlock === "number" && typeof toBlock === "number";
  return isRange ? Math.min(LOG_BLOCKS_MAX, Math.max(1, toBlock - fromBlock + 1)) : LOG_BLOCKS_MAX;
}

/** Methods of Ethereum that sign or send. */
export function isWriting(name: string): boolean {
  return /^(?:eth_(?:send|sign|submit)|personal_|wallet_)/.test(name);
}

/** Methods of Ethereum whose only subject is gas, which L2 does not have. */
export const GAS_METHODS: readonly string[] = [
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_createAccessList",
  "eth_blobBaseFee",
];
