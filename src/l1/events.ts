/** Reads what has happened on L1 from the contract's events, and blocks from commit calldata. */
import {
  type EventFragment,
  getBytes,
  type Log,
  type Provider,
  type Result,
  toBeHex,
} from "ethers";
import { OPERATIONS } from "../protocol/operations.ts";
import type {
  CommitBlockStructOutput,
  Rollup,
  StoredBlockStructOutput,
} from "../../types/ethers-contracts/Rollup.ts";
import { l1Error } from "./errors.ts";
import type {
  CommitBlock,
  CommittedBlock,
  PubKeyAuthorization,
  QueuedRequest,
  StoredBlock,
} from "./types.ts";

/** Nodes limit how many blocks one request for logs may span. */
const LOG_BLOCKS_MAX = 5000;
const TOPIC_BYTES = 32;

type EventName = Extract<Parameters<Rollup["interface"]["getEvent"]>[0], string>;

/** An event of the contract. */
export interface RollupEvent {
  readonly name: EventName;
  readonly args: Result;
  readonly transactionHash: string;
}

/** Blocks of L1, both ends included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** The provider behind a contract's runner. */
export function providerOf(contract: Rollup): Provider {
  return contract.runner!.provider!;
}

/**
 * The contract's events of the given names, in the order in which they happened.
 *
 * @param indexed - Value of the first indexed parameter; any, if it is left out.
 */
export async function readEvents(
  contract: Rollup,
  names: readonly EventName[],
  { fromBlock, toBlock }: BlockRange,
  indexed?: number,
): Promise<RollupEvent[]> {
  const address = await contract.getAddress();
  const topics = [
    names.map((name) => contract.interface.getEvent(name).topicHash),
    ...(indexed === undefined ? [] : [toBeHex(indexed, TOPIC_BYTES)]),
  ];
  const events: RollupEvent[] = [];
  for (let first = fromBlock; first <= toBlock; first += LOG_BLOCKS_MAX) {
    const last = Math.min(first + LOG_BLOCKS_MAX - 1, toBlock);
    const filter = { address, topics, fromBlock: first, toBlock: last };
    const logs = await providerOf(contract).getLogs(filter);
    events.push(...logs.map((log) => parseLog(contract, log)));
  }
  return events;
}

/** The events of the given names in one transaction's logs. */
export function eventsOf(
  contract: Rollup,
  logs: readonly Log[],
  address: string,
  name: EventName,
): RollupEvent[] {
  const { topicHash }: EventFragment = contract.interface.getEvent(name);
  return logs
    .filter((log) => log.address === address && log.topics[0] === topicHash)
    .map((log) => parseLog(contract, log));
}

/** From a `PriorityRequestAdded`. */
export function toQueuedRequest({ args }: RollupEvent): QueuedRequest {
  const { op, owner, tokenId, accountId, amount } = args;
  const common = {
    requestId: Number(args["requestId"]),
    owner: BigInt(owner),
    tokenId: Number(tokenId),
  };
  return Number(op) === OPERATIONS.deposit.code
    ? { ...common, type: "deposit", amount }
    : { ...common, type: "fullExit", accountId: Number(accountId) };
}

/** From an `AuthPubKeyHashSet`. */
export function toPubKeyAuthorization({ args }: RollupEvent): PubKeyAuthorization {
  const { owner, nonce, pubKeyHash } = args;
  return { owner: BigInt(owner), nonce: Number(nonce), pubKeyHash };
}

/** From a `BlockCommitted`. */
export function toStoredBlock({ args }: RollupEvent): StoredBlock {
  return fromStoredStruct(args["storedBlock"]);
}

/** The block before the first. From the `RollupInitialized`. */
export function toGenesisBlock({ args }: RollupEvent): StoredBlock {
  return {
    blockNumber: 0,
    priorityRequests: 0,
    timestamp: 0n,
    payoutsHash: ZERO_HASH,
    stateRoot: args["genesisStateRoot"],
    commitment: ZERO_HASH,
  };
}

/**
 * Blocks that were committed in a range and not taken back in it, oldest first, with their data from
 * the calldata of `commitBlocks`.
 *
 * @throws L1_CALLDATA_NOT_FOUND if a block was committed otherwise than by a direct call.
 */
export async function readCommittedBlocks(
  contract: Rollup,
  range: BlockRange,
): Promise<CommittedBlock[]> {
  const events = await readEvents(contract, ["BlockCommitted", "BlocksReverted"], range);
  const kept = new Map<number, RollupEvent>();
  for (const event of events) {
    if (event.name === "BlockCommitted") kept.set(Number(event.args["blockNumber"]), event);
    else dropAbove(kept, Number(event.args["committedBlocks"]));
  }
  return Promise.all([...kept.values()].map((event) => readCommittedBlock(contract, event)));
}

function dropAbove(blocks: Map<number, unknown>, blockNumber: number): void {
  for (const key of [...blocks.keys()]) if (key > blockNumber) blocks.delete(key);
}

async function readCommittedBlock(contract: Rollup, event: RollupEvent): Promise<CommittedBlock> {
  const storedBlock = toStoredBlock(event);
  const { transactionHash } = event;
  const transaction = await providerOf(contract).getTransaction(transactionHash);
  const call = transaction && contract.interface.parseTransaction(transaction);
  if (call?.name !== "commitBlocks") throw calldataNotFound(storedBlock, transactionHash);
  const [last, blocks] = call.args as unknown as [
    StoredBlockStructOutput,
    CommitBlockStructOutput[],
  ];
  const block = blocks[storedBlock.blockNumber - Number(last.blockNumber) - 1];
  if (block === undefined) throw calldataNotFound(storedBlock, transactionHash);
  return { storedBlock, commitBlock: fromCommitStruct(block), transactionHash };
}

function calldataNotFound({ blockNumber }: StoredBlock, transactionHash: string): Error {
  return l1Error({ code: "L1_CALLDATA_NOT_FOUND", blockNumber, transactionHash });
}

const ZERO_HASH = `0x${"00".repeat(32)}`;

function fromStoredStruct(struct: StoredBlockStructOutput): StoredBlock {
  return {
    blockNumber: Number(struct.blockNumber),
    priorityRequests: Number(struct.priorityRequests),
    timestamp: struct.timestamp,
    payoutsHash: struct.payoutsHash,
    stateRoot: struct.stateRoot,
    commitment: struct.commitment,
  };
}

function fromCommitStruct(struct: CommitBlockStructOutput): CommitBlock {
  return {
    timestamp: struct.timestamp,
    feeAccountId: Number(struct.feeAccountId),
    slots: Number(struct.slots),
    newStateRoot: struct.newStateRoot,
    digest: struct.digest,
    pubdata: getBytes(struct.pubdata),
    authorizations: [...struct.authorizations],
  };
}

function parseLog(contract: Rollup, log: Log): RollupEvent {
  const { name, args } = contract.interface.parseLog(log)!;
  return { name: name as EventName, args, transactionHash: log.transactionHash };
}
