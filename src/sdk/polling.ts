/** Events of nodes without a stream, such as a devnet: differences of what they answer. */
import { type Abort, pause } from "../api/abort.ts";
import { rpcError } from "../api/errors.ts";
import {
  type AccountEvent,
  type BlockEvent,
  type EventSource,
  type EventSubject,
  type RollupEvent,
  saysTheSame,
  toTransactionEvent,
} from "./events.ts";
import type { AccountTransaction } from "./history.ts";
import { persistently } from "./persistence.ts";
import type { OperatorStatus, RollupProvider } from "./provider.ts";

/** Items of a history that are looked at, at a time. */
const ITEMS_MAX = 1_000;
const BLOCK_STATUSES = ["sealed", "committed", "proven", "executed"] as const;

/** Asks again and again. */
interface Poll {
  readonly provider: RollupProvider;
  readonly pollMs: number;
  readonly signal: Abort;
}

/** Events of a subject from now on: what has happened by then is known when this resolves. */
export async function pollEvents(
  provider: RollupProvider,
  subject: EventSubject,
  pollMs: number,
): Promise<EventSource> {
  const ending = new AbortController();
  const events = await begin({ provider, pollMs, signal: ending.signal }, subject);
  return {
    async next() {
      const { value, done } = await events.next();
      if (done === true) throw rpcError({ code: "ABORTED" });
      return value;
    },
    close: () => ending.abort(),
  };
}

async function begin(
  poll: Poll,
  subject: EventSubject,
): Promise<AsyncGenerator<RollupEvent, void, undefined>> {
  const { provider, signal } = poll;
  if (subject.subscribe === "transaction") return pollTransaction(poll, subject.hash);
  if (subject.subscribe === "blocks") {
    return pollBlocks(poll, await persistently(() => provider.getStatus(), signal));
  }
  const known = new Map<string, AccountEvent>();
  await persistently(() => readChanges(provider, subject.account, known), signal);
  return pollAccount(poll, subject.account, known);
}

async function* pollBlocks(
  { provider, pollMs, signal }: Poll,
  { blocks: first }: OperatorStatus,
): AsyncGenerator<BlockEvent, void, undefined> {
  let before = first;
  for (;;) {
    await pause(pollMs, signal);
    const { blocks } = await persistently(() => provider.getStatus(), signal);
    for (const status of BLOCK_STATUSES) {
      for (let number = before[status] + 1; number <= blocks[status]; number++) {
        yield { event: "block", blockNumber: number, status };
      }
    }
    before = blocks;
  }
}

async function* pollTransaction(
  { provider, pollMs, signal }: Poll,
  hash: string,
): AsyncGenerator<AccountEvent, void, undefined> {
  let before: AccountEvent | undefined;
  for (;;) {
    const receipt = await persistently(() => provider.getReceipt(hash), signal);
    if (receipt !== null) {
      const event = toTransactionEvent(receipt);
      if (!saysTheSame(event, before)) yield event;
      before = event;
    }
    await pause(pollMs, signal);
  }
}

async function* pollAccount(
  { provider, pollMs, signal }: Poll,
  account: number | string,
  known: Map<string, AccountEvent>,
): AsyncGenerator<AccountEvent, void, undefined> {
  for (;;) {
    await pause(pollMs, signal);
    yield* await persistently(() => readChanges(provider, account, known), signal);
  }
}

/** Notes what is new of an account since the last time. @returns The oldest first. */
async function readChanges(
  provider: RollupProvider,
  account: number | string,
  known: Map<string, AccountEvent>,
): Promise<AccountEvent[]> {
  const changes: AccountEvent[] = [];
  let items = 0;
  for await (const item of provider.history(account)) {
    const event = toEvent(item);
    const key = event.event === "request" ? `request ${event.requestId}` : event.hash;
    const isNew = !saysTheSame(event, known.get(key));
    known.delete(key);
    known.set(key, event); // at the end, so that those seen last stay
    if (isNew) changes.push(event);
    if ((!isNew && item.status === "executed") || ++items >= ITEMS_MAX) break;
  }
  for (const key of known.keys()) {
    if (known.size <= 2 * ITEMS_MAX) break;
    known.delete(key);
  }
  return changes.toReversed();
}

function toEvent({
  hash,
  requestId,
  type,
  status,
  blockNumber,
  slotIndex,
}: AccountTransaction): AccountEvent {
  const progress = { status, blockNumber, slotIndex };
  const event =
    hash === undefined
      ? { event: "request", type, requestId, ...progress }
      : { event: "transaction", type, hash, ...progress };
  return event as AccountEvent;
}
