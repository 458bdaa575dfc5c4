/** What the contract makes of who sends the operator's transactions. */
import type { Signer } from "ethers";
import type { Rollup } from "./generated/rollup.ts";
import { type BlockRange, providerOf, readEvents } from "./events.ts";
import type { L1Standing } from "./types.ts";

/** @param l1BlockNumber - L1 block at whose end the question is asked. */
export async function readStanding(contract: Rollup, l1BlockNumber: number): Promise<L1Standing> {
  const at = { blockTag: l1BlockNumber };
  const [isValidator, protocolDigest] = await Promise.all([
    contract.isValidator(await addressOf(contract), at),
    contract.protocolDigest(at),
  ]);
  return { isValidator, protocolDigest };
}

/** Whether a committed block was sent by the account that the contract's runner sends with. */
export async function isOwnCommit(
  contract: Rollup,
  blockNumber: number,
  range: BlockRange,
): Promise<boolean> {
  // Of a block that was taken back and committed again, the last event is the one that holds.
  const event = (await readEvents(contract, ["BlockCommitted"], range, blockNumber)).at(-1);
  if (event === undefined) return false;
  const transaction = await providerOf(contract).getTransaction(event.transactionHash);
  return transaction?.from === (await addressOf(contract));
}

/** Checksummed, like all addresses of ethers. */
function addressOf({ runner }: Rollup): Promise<string> {
  return (runner as Signer).getAddress();
}
