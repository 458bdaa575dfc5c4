/** Reads the history of a rollup's blocks from events and calldata of L1. */
import type { Rollup } from "../../types/ethers-contracts/contracts/Rollup.ts";
import { readCommittedBlock } from "./commit-calldata.ts";
import { l1Error } from "./errors.ts";
import { findFirstEvent, readEvents, type RollupEvent, toGenesisBlock } from "./events.ts";
import type { BlockRange } from "./logs.ts";
import { mapBounded, REQUESTS_MAX } from "./requests.ts";
import type { BlockEvent, CommittedBlock, DatedBlockEvent, L1Genesis } from "./types.ts";

const BLOCK_EVENTS = ["BlockCommitted", "BlocksProven", "BlockExecuted", "BlocksReverted"] as const;
type BlockEventName = (typeof BLOCK_EVENTS)[number];

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
 * Reads all events of the rollup's blocks in order, including blocks that were reverted later.
 *
 * @throws L1_CALLDATA_NOT_FOUND
 */
export async function readBlockEvents(
  contract: Rollup,
  range: BlockRange,
): Promise<DatedBlockEvent[]> {
  const events = await readEvents(contract, BLOCK_EVENTS, range);
  return mapBounded(events, REQUESTS_MAX, (event) => toDatedEvent(contract, event));
}

async function toDatedEvent(
  contract: Rollup,
  event: RollupEvent<BlockEventName>,
): Promise<DatedBlockEvent> {
  return { l1Block: event.l1Block, event: await toBlockEvent(contract, event) };
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
 * Reads the blocks that were committed and not reverted in a range, oldest first, with their data
 * from the calldata of `commitBlocks`.
 *
 * @throws L1_CALLDATA_NOT_FOUND
 */
export async function readCommittedBlocks(
  contract: Rollup,
  range: BlockRange,
): Promise<CommittedBlock[]> {
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
