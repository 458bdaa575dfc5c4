/** Reads the history of a rollup from events and calldata of L1. */
import type { Rollup } from "./generated/rollup.ts";
import { readCommittedBlock } from "./commit-calldata.ts";
import { l1Error } from "./errors.ts";
import {
  findFirstEvent,
  readEvents,
  type RollupEvent,
  toGenesisBlock,
  toQueuedRequest,
} from "./events.ts";
import type { BlockRange } from "./logs.ts";
import { mapBounded, REQUESTS_MAX } from "./requests.ts";
import type { BlockEvent, BlockOnL1, Dated, L1Genesis, SideEvent } from "./types.ts";

const BLOCK_EVENTS = ["BlockCommitted", "BlocksProven", "BlockExecuted", "BlocksReverted"] as const;
const SIDE_EVENTS = ["TokenListed", "PriorityRequestAdded", "PayoutsOpen"] as const;
type BlockEventName = (typeof BLOCK_EVENTS)[number];
type SideEventName = (typeof SIDE_EVENTS)[number];

/**
 * Reads the genesis of the rollup.
 *
 * @throws L1_BLOCK_NOT_FOUND
 */
export async function readGenesis(contract: Rollup, range: BlockRange): Promise<L1Genesis> {
  const initialized = await findFirstEvent(contract, "RollupInitialized", range);
  if (initialized === undefined) {
    const rollupAddress = await contract.getAddress();
    throw l1Error({ code: "L1_BLOCK_NOT_FOUND", blockNumber: 0, rollupAddress });
  }
  const { feeAccount, accountCapacity, tokenCapacity } = initialized.args;
  return {
    storedBlock: toGenesisBlock(initialized),
    feeAccountAddress: BigInt(feeAccount),
    accountCapacity: Number(accountCapacity),
    tokenCapacity: Number(tokenCapacity),
    l1Block: initialized.l1Block,
  };
}

/**
 * Everything that happened to a rollup, in order: blocks, those reverted later included, with their
 * data from calldata; and the events beside them. One pass over the logs of L1.
 *
 * @throws L1_CALLDATA_NOT_FOUND, L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function readHistory(contract: Rollup, range: BlockRange): Promise<Dated[]> {
  const events = await readEvents(contract, [...BLOCK_EVENTS, ...SIDE_EVENTS], range);
  return mapBounded(events, REQUESTS_MAX, async (event) => {
    const { l1Block } = event;
    if (isSideEvent(event)) return { l1Block, event: toSideEvent(event) };
    return { l1Block, event: await toBlockEvent(contract, event) };
  });
}

/**
 * The events that change no block, in order.
 *
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function readSideEvents(
  contract: Rollup,
  range: BlockRange,
): Promise<Dated<SideEvent>[]> {
  const events = await readEvents(contract, SIDE_EVENTS, range);
  return events.map((event) => ({ l1Block: event.l1Block, event: toSideEvent(event) }));
}

function isSideEvent(
  event: RollupEvent<BlockEventName | SideEventName>,
): event is RollupEvent<SideEventName> {
  return (SIDE_EVENTS as readonly string[]).includes(event.name);
}

function toSideEvent(event: RollupEvent<SideEventName>): SideEvent {
  switch (event.name) {
    case "TokenListed":
      return { type: "tokenListed", tokenId: Number(event.args.tokenId), token: event.args.token };
    case "PriorityRequestAdded":
      return { type: "requestAdded", request: toQueuedRequest(event) };
    case "PayoutsOpen": {
      const { blockNumber, open } = event.args;
      return { type: "payoutsOpen", blockNumber: Number(blockNumber), open: Number(open) };
    }
  }
}

async function toBlockEvent(
  contract: Rollup,
  event: RollupEvent<BlockEventName>,
): Promise<BlockEvent> {
  switch (event.name) {
    case "BlockCommitted": {
      const { storedBlock, commitBlock } = await readCommittedBlock(contract, event);
      return { type: "committed", storedBlock, commitBlock };
    }
    case "BlocksProven":
      return { type: "proven", provenBlocks: Number(event.args.provenBlocks) };
    case "BlockExecuted":
      return { type: "executed", blockNumber: Number(event.args.blockNumber) };
    case "BlocksReverted":
      return { type: "reverted", committedBlocks: Number(event.args.committedBlocks) };
  }
}

/**
 * Blocks that were committed in a range and not reverted in it, oldest first, with their data
 * from the calldata of `commitBlocks`.
 *
 * @throws L1_CALLDATA_NOT_FOUND
 */
export async function readCommittedBlocks(
  contract: Rollup,
  range: BlockRange,
): Promise<BlockOnL1[]> {
  const events = await readEvents(contract, ["BlockCommitted", "BlocksReverted"], range);
  const kept = new Map<number, RollupEvent<"BlockCommitted">>();
  for (const event of events) {
    if (event.name === "BlockCommitted") kept.set(Number(event.args.blockNumber), event);
    else dropAbove(kept, Number(event.args.committedBlocks));
  }
  return mapBounded([...kept.values()], REQUESTS_MAX, (event) =>
    readCommittedBlock(contract, event),
  );
}

function dropAbove(blocks: Map<number, unknown>, blockNumber: number): void {
  for (const key of [...blocks.keys()]) if (key > blockNumber) blocks.delete(key);
}
