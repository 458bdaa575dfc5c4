/** Chain ids of Ethereum. */

/** The highest one by EIP-2294, for integers of 53 bits: numbers of JavaScript hold it. */
export const CHAIN_ID_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 2) - 36;
