/** Finds the L1 block in which a rollup was deployed. */
import type { Rollup } from "./generated/rollup.ts";
import { findFirstEvent, providerOf } from "./events.ts";
import { LOG_BLOCKS_MAX } from "./logs.ts";

/**
 * The block from which on the contract has code, found in about twenty questions. It counts only if
 * the rollup has started there: not every node knows old states, or is right about them.
 *
 * @returns 0 if it is not found, or the chain is short: then all of L1 is searched.
 */
export async function findDeploymentBlock(contract: Rollup): Promise<number> {
  const provider = providerOf(contract);
  const address = await contract.getAddress();
  let last = await provider.getBlockNumber();
  if (last <= LOG_BLOCKS_MAX) return 0;
  let first = 0;
  try {
    while (first < last) {
      const middle = Math.floor((first + last) / 2);
      if ((await provider.getCode(address, middle)) === "0x") first = middle + 1;
      else last = middle;
    }
    const range = { fromBlock: first, toBlock: first };
    const started = await findFirstEvent(contract, "RollupInitialized", range);
    return started === undefined ? 0 : first;
  } catch {
    return 0;
  }
}
