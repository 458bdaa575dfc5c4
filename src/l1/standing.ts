/** Reads the standing of the operator's account with the contract. */
import type { Signer } from "ethers";
import type { Rollup } from "./generated/rollup.ts";
import { type BlockRange, providerOf, readEvents } from "./events.ts";
import type { L1Standing } from "./types.ts";

/** Reads the runner's standing. @param l1BlockNumber - L1 block whose state is read. */
export async function readStanding(contract: Rollup, l1BlockNumber: number): Promise<L1Standing> {
  const at = { blockTag: l1BlockNumber };
  const [isValidator, protocolDigest] = await Promise.all([
    contract.isValidator(await addressOf(contract), at),
    contract.protocolDigest(at),
  ]);
  return { isValidator, protocolDigest };
}

/** Returns whether the account of the contract's runner has committed a block. */
export async function isOwnCommit(
  contract: Rollup,
  blockNumber: number,
  range: BlockRange,
): Promise<boolean> {
  // A block that was reverted and committed again has several events; the last one is valid.
  const event = (await readEvents(contract, ["BlockCommitted"], range, blockNumber)).at(-1);
  if (event === undefined) return false;
  const transaction = await providerOf(contract).getTransaction(event.transactionHash);
  return transaction?.from === (await addressOf(contract));
}

/** Returns the runner's address, checksummed like all addresses of ethers. */
function addressOf({ runner }: Rollup): Promise<string> {
  return (runner as Signer).getAddress();
}
