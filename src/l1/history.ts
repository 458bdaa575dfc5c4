/** The history of a rollup's blocks, from events and calldata of L1 and nothing else. */
import type { Rollup } from "../../types/ethers-contracts/contracts/Rollup.ts";
import { readCommittedBlock } from "./commit-calldata.ts";
import { l1Error } from "./errors.ts";
import {
  type BlockRange,
  LOG_BLOCKS_MAX,
  readEvents,
  type RollupEvent,
  toGenesisBlock,
} from "./events.ts";
import type { BlockEvent, CommittedBlock, DatedBlockEvent, L1Genesis } from "./types.ts";

/** Requests for calldata that are under way at a time: nodes refuse floods. */
const REQUESTS_MAX = 16;

const BLOCK_EVENTS = ["BlockCommitted", "BlocksProven", "BlockExecuted", "BlocksReverted"] as const;
type BlockEventName = (typeof BLOCK_EVENTS)[number];

/**
 * How the rollup started.
 *
 * @throws L1_BLOCK_NOT_FOUND
 */
export async function readGenesis(contract: Rollup, range: BlockRange): Promise<L1Genesis> {
  const initialized = await findInitialized(contract, range);
  const { feeAccount, accountCapacity, tokenCapacity } = initialized.args;
  return {
    storedBlock: toGenesisBlock(initialized),
    feeAccountAddress: BigInt(feeAccount),
    accountCapacity: Number(accountCapacity),
    tokenCapacity: Number(tokenCapacity),
    l1Block: initialized.l1Block,
  };
}

/** Reads no further than it has to. @throws L1_BLOCK_NOT_FOUND */
async function findInitialized(
  contract: Rollup,
  { fromBlock, toBlock }: BlockRange,
): Promise<RollupEvent<"RollupInitialized">> {
  for (let first = fromBlock; first <= toBlock; first += LOG_BLOCKS_MAX) {
    const range = { fromBlock: first, toBlock: Math.min(first + LOG_BLOCKS_MAX - 1, toBlock) };
    const [initialized] = await readEvents(contract, ["RollupInitialized"], range);
    if (initialized !== undefined) return initialized;
  }
  const rollupAddress = await contract.getAddress();
  throw l1Error({ code: "L1_BLOCK_NOT_FOUND", blockNumber: 0, rollupAddress });
}

/**
 * All that has happened to blocks of the rollup, in order, those taken back later included.
 *
 * @throws L1_CALLDATA_NOT_FOUND
 */
export async function readBlockEvents(
  contract: Rollup,
  range: BlockRange,
): Promise<DatedBlockEvent[]> {
  const events = await readEvents(contract, BLOCK_EVENTS, range);
  const history: DatedBlockEvent[] = [];
  for (let first = 0; first < events.length; first += REQUESTS_MAX) {
    const batch = events.slice(first, first + REQUESTS_MAX);
    history.push(...(await Promise.all(batch.map((event) => toDatedEvent(contract, event)))));
  }
  return history;
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
 * Blocks that were committed in a range and not taken back in it, oldest first, with their data
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
  return Promise.all([...kept.values()].map((event) => readCommittedBlock(contract, event)));
}

function dropAbove(blocks: Map<number, unknown>, blockNumber: number): void {
  for (const key of [...blocks.keys()]) if (key > blockNumber) blocks.delete(key);
}
