/** Events of nodes without a stream, such as a devnet: differences of what they answer. */
import { type Abort, onAbort, pause } from "../api/abort.ts";
import type { RpcClient } from "../api/client.ts";
import { rpcError } from "../api/errors.ts";
import {
  BLOCK_STATUSES,
  type BlockEvent,
  type EventSource,
  type EventSubject,
  type RollupEvent,
  saysTheSame,
  toTransactionEvent,
  type TransactionEvent,
} from "./events.ts";
import { AccountWatch } from "./account-watch.ts";
import { persistentClient } from "./persistence.ts";
import { type OperatorStatus, RollupProvider } from "./provider.ts";

/**
 * Blocks of each status that one question brings news of: a node may name any number of them. Those
 * that are left come with the next question.
 */
const BLOCKS_MAX = 1_000;

/** How a node is asked again and again. */
export interface PollOptions {
  /** Pause between two questions. */
  readonly pollMs: number;
  readonly signal: Abort;
}

interface Poll extends PollOptions {
  readonly client: RpcClient;
  readonly provider: RollupProvider;
}

/** Events of a subject from now on: what has happened by then is known when this resolves. */
export async function pollEvents(
  client: RpcClient,
  subject: EventSubject,
  { pollMs, signal: outer }: PollOptions,
): Promise<EventSource> {
  const ending = new AbortController();
  const stop = onAbort(outer, () => ending.abort(outer.reason));
  const { signal } = ending;
  const persistent = persistentClient(client, signal);
  const provider = new RollupProvider(persistent);
  const events = await begin({ client: persistent, provider, pollMs, signal }, subject);
  return {
    async next() {
      const { value, done } = await events.next();
      if (done === true) throw rpcError({ code: "ABORTED" });
      return value;
    },
    close: () => {
      stop();
      ending.abort();
    },
  };
}

async function begin(
  poll: Poll,
  subject: EventSubject,
): Promise<AsyncGenerator<RollupEvent, void, undefined>> {
  if (subject.subscribe === "transaction") return pollTransaction(poll, subject.hash);
  if (subject.subscribe === "blocks") return pollBlocks(poll, await poll.provider.getStatus());
  const watch = await AccountWatch.begin(poll.client, subject.account);
  return pollAccount(poll, watch);
}

async function* pollBlocks(
  { provider, pollMs, signal }: Poll,
  { blocks: first }: OperatorStatus,
): AsyncGenerator<BlockEvent, void, undefined> {
  const told = { ...first };
  for (;;) {
    await pause(pollMs, signal);
    const { blocks } = await provider.getStatus();
    // A block that has a status has those before it, whatever the node says.
    let upTo = Infinity;
    for (const status of BLOCK_STATUSES) {
      const start = told[status];
      upTo = Math.min(upTo, blocks[status], start + BLOCKS_MAX);
      told[status] = upTo;
      for (let blockNumber = start + 1; blockNumber <= upTo; blockNumber++) {
        yield { event: "block", blockNumber, status };
      }
    }
  }
}

async function* pollTransaction(
  { provider, pollMs, signal }: Poll,
  hash: string,
): AsyncGenerator<TransactionEvent, void, undefined> {
  let before: TransactionEvent | undefined;
  for (;;) {
    const receipt = await provider.getReceipt(hash);
    if (receipt !== null) {
      const event = toTransactionEvent(receipt);
      if (!saysTheSame(event, before)) yield event;
      before = event;
    }
    await pause(pollMs, signal);
  }
}

async function* pollAccount(
  { pollMs, signal }: Poll,
  watch: AccountWatch,
): AsyncGenerator<RollupEvent, void, undefined> {
  for (;;) {
    await pause(pollMs, signal);
    yield* await watch.news();
  }
}
