/** Checks that an L1 node is on the chain of the rollup. */
import { sdkError } from "./errors.ts";

const CHAIN_ID = /^0x[0-9a-f]{1,64}$/i;

/**
 * @param answer - What the node has answered to `eth_chainId`, or the chain id itself.
 * @throws L1_CHAIN_MISMATCH, also for an answer that is no chain id
 */
export function assertL1Chain(expected: bigint, answer: unknown): void {
  const isText = typeof answer === "string" && CHAIN_ID.test(answer);
  const actual = isText || typeof answer === "bigint" ? BigInt(answer) : 0n;
  if (actual !== expected) throw sdkError({ code: "L1_CHAIN_MISMATCH", expected, actual });
}
