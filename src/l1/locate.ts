/** Finds the L1 block in which a contract was deployed. */
import type { Provider } from "ethers";
import { LOG_BLOCKS_MAX } from "./logs.ts";

/**
 * The block from which on a contract has code, found in about twenty questions.
 *
 * @returns 0 if the chain is short, or the node keeps no old states: then all of L1 is searched.
 */
export async function findDeploymentBlock(provider: Provider, address: string): Promise<number> {
  let last = await provider.getBlockNumber();
  if (last <= LOG_BLOCKS_MAX) return 0;
  let first = 0;
  try {
    while (first < last) {
      const middle = Math.floor((first + last) / 2);
      if ((await provider.getCode(address, middle)) === "0x") first = middle + 1;
      else last = middle;
    }
  } catch {
    return 0;
  }
  return first;
}
