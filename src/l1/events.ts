/** Reads the contract's events. */
import { EventFragment, type Log, type Provider, toBeHex, ZeroHash } from "ethers";
import { OPERATIONS } from "../operations/table.ts";
import type { Rollup, RollupEvents, StoredBlockStructOutput } from "./generated/rollup.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { type BlockRange, type LogFilter, readLogs, readLogsBackwards } from "./logs.ts";
import type {
  AuthorizationPlace,
  AuthorizationReset,
  L1BlockId,
  PubKeyAuthorization,
  QueuedRequest,
  StoredBlock,
} from "./types.ts";

export type { BlockRange } from "./logs.ts";

const TOPIC_BYTES = 32;

export type EventName = keyof RollupEvents;

/** An event of the contract. */
export type RollupEvent<N extends EventName> = {
  [M in N]: {
    readonly name: M;
    readonly args: RollupEvents[M];
    readonly transactionHash: string;
    readonly l1Block: L1BlockId;
  };
}[N];

/** Returns the provider behind a contract's runner. */
export function providerOf(contract: Rollup): Provider {
  return contract.runner!.provider!;
}

/**
 * Reads the contract's events of the given names, in the order of L1.
 *
 * @param indexed - Value of the first indexed parameter; default: any.
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function readEvents<N extends EventName>(
  contract: Rollup,
  names: readonly N[],
  range: BlockRange,
  indexed?: number,
): Promise<RollupEvent<N>[]> {
  const filter = await filterOf(contract, names, indexed);
  const events: RollupEvent<N>[] = [];
  for await (const logs of readLogs(providerOf(contract), filter, range)) {
    for (const log of logs) events.push(parseLog<N>(log));
  }
  return events;
}

/** Finds the first event of a name, searching forwards; undefined if there is none. */
export async function findFirstEvent<N extends EventName>(
  contract: Rollup,
  name: N,
  range: BlockRange,
): Promise<RollupEvent<N> | undefined> {
  const filter = await filterOf(contract, [name]);
  for await (const [first] of readLogs(providerOf(contract), filter, range)) {
    if (first !== undefined) return parseLog<N>(first);
  }
  return undefined;
}

/**
 * Finds the last event of a name, searching backwards; undefined if there is none.
 *
 * @param indexed - Value of the first indexed parameter.
 */
export async function findLastEvent<N extends EventName>(
  contract: Rollup,
  name: N,
  range: BlockRange,
  indexed: number,
): Promise<RollupEvent<N> | undefined> {
  const filter = await filterOf(contract, [name], indexed);
  for await (const logs of readLogsBackwards(providerOf(contract), filter, range)) {
    const last = logs.at(-1);
    if (last !== undefined) return parseLog<N>(last);
  }
  return undefined;
}

async function filterOf(
  contract: Rollup,
  names: readonly EventName[],
  indexed?: number,
): Promise<LogFilter> {
  const topics = [
    names.map(topicOf),
    ...(indexed === undefined ? [] : [toBeHex(indexed, TOPIC_BYTES)]),
  ];
  return { address: await contract.getAddress(), topics };
}

/** Returns the events of one name in a transaction's logs. */
export function eventsOf<N extends EventName>(
  { logs }: { readonly logs: readonly Log[] },
  address: string,
  name: N,
): RollupEvent<N>[] {
  const topic = topicOf(name);
  return logs.filter((log) => log.address === address && log.topics[0] === topic).map(parseLog<N>);
}

export function toQueuedRequest({ args }: RollupEvent<"PriorityRequestAdded">): QueuedRequest {
  const { requestId, op, owner, tokenId, accountId, amount } = args;
  const common = {
    requestId: Number(requestId),
    owner: BigInt(owner),
    tokenId: Number(tokenId),
  };
  return Number(op) === OPERATIONS.deposit.code
    ? { ...common, type: "deposit", amount }
    : { ...common, type: "fullExit", accountId: Number(accountId) };
}

export function toPubKeyAuthorization({
  args,
}: RollupEvent<"AuthPubKeyHashSet">): PubKeyAuthorization {
  return { ...toAuthorizationPlace(args), pubKeyHash: args.pubKeyHash };
}

/** Returns the resets that some events arm and no later event makes. */
export function toAuthorizationResets(
  events: readonly RollupEvent<EventName>[],
): AuthorizationReset[] {
  const resets = new Map<string, AuthorizationReset>();
  for (const event of events) {
    if (event.name === "AuthPubKeyHashSet") {
      resets.delete(keyOf(toAuthorizationPlace(event.args)));
    } else if (event.name === "AuthResetStarted") {
      const place = toAuthorizationPlace(event.args);
      resets.set(keyOf(place), { ...place, availableAt: event.args.availableAt });
    }
  }
  return [...resets.values()];
}

function keyOf({ owner, accountId, nonce }: AuthorizationPlace): string {
  return `${owner}/${accountId}/${nonce}`;
}

function toAuthorizationPlace(
  args: RollupEvents["AuthPubKeyHashSet" | "AuthResetStarted"],
): AuthorizationPlace {
  const { owner, accountId, nonce } = args;
  return { owner: BigInt(owner), accountId: Number(accountId), nonce: Number(nonce) };
}

export function toStoredBlock({ args }: RollupEvent<"BlockCommitted">): StoredBlock {
  return fromStoredStruct(args.storedBlock);
}

/** Returns the genesis block, which precedes block 1. */
export function toGenesisBlock({ args }: RollupEvent<"RollupInitialized">): StoredBlock {
  return {
    blockNumber: 0,
    priorityRequests: 0,
    timestamp: 0n,
    payoutsHash: ZeroHash,
    stateRoot: args.genesisStateRoot,
    commitment: ZeroHash,
  };
}

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

/** The events by topic; a lookup by ethers would hash the signatures of all of them. */
const FRAGMENTS: ReadonlyMap<string, EventFragment> = new Map(
  ROLLUP_INTERFACE.fragments
    .filter((fragment) => EventFragment.isFragment(fragment))
    .map((fragment) => [fragment.topicHash, fragment]),
);
const TOPICS: ReadonlyMap<string, string> = new Map(
  [...FRAGMENTS].map(([topic, { name }]) => [name, topic]),
);

function topicOf(name: EventName): string {
  return TOPICS.get(name)!;
}

/** Decodes a log, which must be an event of one of the names `N`. */
function parseLog<N extends EventName>(log: Log): RollupEvent<N> {
  const fragment = FRAGMENTS.get(log.topics[0]!)!;
  const args = ROLLUP_INTERFACE.decodeEventLog(fragment, log.data, log.topics);
  const { name } = fragment;
  const { transactionHash, blockNumber, blockHash } = log;
  const l1Block: L1BlockId = { number: blockNumber, hash: blockHash };
  return { name, args, transactionHash, l1Block } as unknown as RollupEvent<N>;
}
