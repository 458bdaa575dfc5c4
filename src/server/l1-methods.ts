/** What clients may ask of L1 through an operator's port. */

/**
 * `none`; `wallet`: what wallets and libraries need to read L1 and to send what they have signed;
 * `all`: whatever the L1 node answers, for a chain that is nobody's but one's own.
 */
export const L1_METHOD_SETS = ["none", "wallet", "all"] as const;
export type L1MethodSet = (typeof L1_METHOD_SETS)[number];

/** None of them changes the node, uses its keys, keeps a filter there, or has it trace. */
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

/** L1 blocks that one eth_getLogs may go through. */
export const LOG_BLOCKS_MAX = 10_000;
