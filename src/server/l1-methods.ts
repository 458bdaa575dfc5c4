/** The L1 methods that clients may call through an operator's port. */

/**
 * `none`; `wallet`: what wallets and libraries need to read L1 and to send signed transactions;
 * `all`: every method of the L1 node, for a private chain.
 */
export const L1_METHOD_SETS = ["none", "wallet", "all"] as const;
export type L1MethodSet = (typeof L1_METHOD_SETS)[number];

/** No method changes the node, uses its keys, keeps a filter there, or traces. */
export const WALLET_L1_METHODS: readonly string[] = [
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getStorageAt",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_maxPriorityFeePerGas",
  "eth_sendRawTransaction",
  "eth_syncing",
  "net_version",
  "web3_clientVersion",
];

/** Maximum L1 blocks in the range of one eth_getLogs. */
export const LOG_BLOCKS_MAX = 10_000;
