/**
 * Payouts of executed blocks that are still to be made, found from L1 alone: which blocks have any
 * from the events, their lists from the public data, and which of them are open from the contract.
 */
import { decodePubdata } from "../block/pubdata.ts";
import type { RollupClient } from "../l1/client.ts";
import { readCommittedBlock } from "../l1/commit-calldata.ts";
import { l1Error } from "../l1/errors.ts";
import { findLastEvent, toStoredBlock } from "../l1/events.ts";
import { REQUESTS_MAX } from "../l1/requests.ts";
import { hashPayouts, hashStoredBlock } from "../l1/stored-block.ts";
import { type ExecuteBlock, type L1Transaction, PAYOUTS_NOT_COUNTED } from "../l1/types.ts";
import { payoutsOf } from "../operations/payouts.ts";
import { restoreError } from "./errors.ts";
import { completeHistory, type L1History } from "./history.ts";

/** An executed block, with all its payouts as `payOut` takes them. */
export interface OpenPayouts extends ExecuteBlock {
  /** Indexes of the open payouts in the list, ascending; at least one. */
  readonly open: readonly number[];
}

/**
 * Finds the executed blocks whose payouts are not all made.
 *
 * @param l1 - A client of the rollup.
 * @param history - Up to the latest L1 block; default: it is read.
 * @returns The blocks in order, each with all its payouts and the indexes of the open ones.
 * @throws L1_BLOCK_NOT_FOUND, L1_CALLDATA_NOT_FOUND, L1_LOGS_REFUSED, L1_REQUEST_FAILED,
 * RESTORE_BLOCK_UNREADABLE
 *
 * @example
 * await (await alice.withdraw({ token: "ETH", amount: 5n })).wait("executed");
 * await findOpenPayouts(client); // []
 */
export async function findOpenPayouts(
  l1: Pick<RollupClient, "contract" | "deploymentBlock">,
  history?: L1History,
): Promise<OpenPayouts[]> {
  const { events } = history ?? (await completeHistory(l1));
  const latest = new Map<number, { readonly open: number; readonly toBlock: number }>();
  for (const { l1Block, event } of events) {
    if (event.type !== "payoutsOpen") continue;
    latest.set(event.blockNumber, { open: event.open, toBlock: l1Block.number });
  }
  const found: OpenPayouts[] = [];
  for (const [blockNumber, { open: count, toBlock }] of sortedByKey(latest)) {
    if (count === 0) continue;
    const block = await readExecutedBlock(l1, blockNumber, toBlock);
    const open = await openIndexes(l1, block);
    if (open.length > 0) found.push({ ...block, open });
  }
  return found;
}

/**
 * Makes all open payouts of some blocks, in several L1 transactions if their gas demands it. Anyone
 * may, also in exodus.
 *
 * @param l1 - A client whose signer pays for gas.
 * @param blocks - From {@link findOpenPayouts}.
 * @param onPaid - Receives each transaction.
 * @throws L1_REVERTED, and the other codes of sending, see {@link RollupClient}; payouts made
 * before the failure stay made.
 *
 * @example
 * await makeOpenPayouts(client, await findOpenPayouts(client));
 * (await findOpenPayouts(client)).length; // 0
 */
export async function makeOpenPayouts(
  l1: Pick<RollupClient, "contract" | "payOut">,
  blocks: readonly OpenPayouts[],
  onPaid: (transaction: L1Transaction) => void = () => {},
): Promise<void> {
  for (const block of blocks) {
    for (let { open } = block; open.length > 0; open = await openIndexes(l1, block)) {
      const first = open[0]!;
      // The contract makes at least one payout or reverts; it skips those already made.
      onPaid(await l1.payOut(block, { first, count: open.at(-1)! + 1 - first }));
    }
  }
}

function sortedByKey<V>(map: ReadonlyMap<number, V>): [number, V][] {
  return [...map].sort(([one], [other]) => one - other);
}

/**
 * The block of a number that stayed: an executed one is never committed again.
 *
 * @param toBlock - An L1 block after its execution; its last commit is not far before.
 */
async function readExecutedBlock(
  { contract, deploymentBlock }: Pick<RollupClient, "contract" | "deploymentBlock">,
  blockNumber: number,
  toBlock: number,
): Promise<ExecuteBlock> {
  const known = await contract.storedBlockHash(blockNumber);
  const range = { fromBlock: deploymentBlock, toBlock };
  const event = await findLastEvent(contract, "BlockCommitted", range, blockNumber);
  if (event === undefined || hashStoredBlock(toStoredBlock(event)) !== known) {
    const rollupAddress = await contract.getAddress();
    throw l1Error({ code: "L1_BLOCK_NOT_FOUND", blockNumber, rollupAddress });
  }
  const { storedBlock, commitBlock } = await readCommittedBlock(contract, event);
  const payouts = commitBlock && payoutsOf(decodePubdata(commitBlock.pubdata));
  if (payouts === undefined || hashPayouts(payouts) !== storedBlock.payoutsHash) {
    throw restoreError({ code: "RESTORE_BLOCK_UNREADABLE", blockNumber });
  }
  return { storedBlock, payouts };
}

async function openIndexes(
  { contract }: Pick<RollupClient, "contract">,
  { storedBlock: { blockNumber }, payouts }: ExecuteBlock,
): Promise<number[]> {
  const all = [...payouts.keys()];
  const count = Number(await contract.openPayouts(blockNumber));
  if (count === PAYOUTS_NOT_COUNTED) return all;
  const open: number[] = [];
  // Payouts are made from the front, so the last ones are asked first.
  for (let end = all.length; end > 0 && open.length < count; end -= REQUESTS_MAX) {
    const some = all.slice(Math.max(0, end - REQUESTS_MAX), end);
    const made = await Promise.all(some.map((index) => contract.isPayoutMade(blockNumber, index)));
    open.unshift(...some.filter((_, place) => !made[place]));
  }
  return open;
}
