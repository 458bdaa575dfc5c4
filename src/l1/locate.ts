/** Finds the L1 block in which a rollup was deployed. */
import type { Rollup } from "./generated/rollup.ts";
import { findFirstEvent, providerOf } from "./events.ts";
import { LOG_BLOCKS_MAX } from "./logs.ts";

/**
 * Finds the block of the deployment by a binary search for the contract's code, about twenty
 * requests. The result must contain RollupInitialized, because some nodes lack old states.
 *
 * @returns The number of the L1 block; 0 if it is not found or the chain is short.
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
