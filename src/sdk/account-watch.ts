/** What is new of an account since a node was last asked. */
import type { RpcClient } from "../api/client.ts";
import { rpcError } from "../api/errors.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { OPERATIONS, type TransactionType } from "../operations/table.ts";
import { sdkError } from "./errors.ts";
import { type AccountEvent, saysTheSame } from "./events.ts";
import { type AccountTransaction, readHistoryPages } from "./history.ts";

/** Operations that may be new at a time: those of hours, and not all that a node can make up. */
const ITEMS_MAX = 100_000;

/** A slot of a block. */
type Place = Pick<AccountTransaction, "blockNumber" | "slotIndex">;

/** What a history has said. */
interface Look {
  /** Last block that was sealed before the history was read. */
  readonly sealed: number;
  /** The newest executed operation: whatever came before it is executed, too. */
  readonly executed: Place | undefined;
  /** What is not executed, by {@link keyOf}. */
  readonly open: ReadonlyMap<string, AccountEvent>;
  /** What has changed since the look before, the oldest first. */
  readonly news: readonly AccountEvent[];
}

/** Follows an account by its history, which it reads down to what was executed before. */
export class AccountWatch {
  readonly #client: RpcClient;
  readonly #account: number | string;
  #last: Look;

  private constructor(client: RpcClient, account: number | string, first: Look) {
    this.#client = client;
    this.#account = account;
    this.#last = first;
  }

  /** Begins: what has happened by now is not new. @throws ACCOUNT_EVENTS_MISSED */
  static async begin(client: RpcClient, account: number | string): Promise<AccountWatch> {
    return new AccountWatch(client, account, await look(client, account, undefined));
  }

  /**
   * Asks for what has changed since the last time.
   *
   * @returns The oldest first.
   * @throws ACCOUNT_EVENTS_MISSED
   */
  async news(): Promise<readonly AccountEvent[]> {
    this.#last = await look(this.#client, this.#account, this.#last);
    return this.#last.news;
  }
}

async function look(
  client: RpcClient,
  account: number | string,
  before: Look | undefined,
): Promise<Look> {
  const { sealed } = (await client.call("rollup_getStatus")).blocks;
  const met = new Set<string>();
  const open = new Map<string, AccountEvent>();
  const news: AccountEvent[] = [];
  let executed: Place | undefined;
  const end = (): Look => ({ sealed, executed, open, news: news.toReversed() });
  let room = ITEMS_MAX;
  for await (const { items, firstBlock, next } of readHistoryPages(client, account)) {
    // An empty page counts, too: a node may have any number of them.
    room -= Math.max(items.length, 1);
    if (room < 0) throw missed(account);
    for (const item of items) {
      const isExecuted = item.status === "executed";
      if (isExecuted) executed ??= item;
      if (isExecuted && wasExecuted(item, before)) return end();
      const event = toEvent(item);
      const key = keyOf(event);
      // While pages are read, an operation may move to a later one.
      if (met.has(key)) continue;
      met.add(key);
      if (!isExecuted) open.set(key, event);
      if (!saysTheSame(event, before?.open.get(key))) news.push(event);
    }
    if (next === undefined && before !== undefined && isCut(firstBlock, before, met)) {
      throw missed(account);
    }
  }
  return end();
}

/** Whether an executed operation is no news; at first none is. */
function wasExecuted({ blockNumber, slotIndex }: Place, before: Look | undefined): boolean {
  if (before === undefined) return true;
  const { executed } = before;
  if (executed === undefined) return false;
  if (blockNumber !== executed.blockNumber) return blockNumber < executed.blockNumber;
  return slotIndex <= executed.slotIndex;
}

/** Whether a node has forgotten blocks of which something may be new. */
function isCut(firstBlock: number, before: Look, met: ReadonlySet<string>): boolean {
  if (firstBlock > before.sealed + 1) return true;
  return [...before.open].some(
    ([key, { blockNumber = firstBlock }]) => blockNumber < firstBlock && !met.has(key),
  );
}

function missed(account: number | string) {
  return sdkError({ code: "ACCOUNT_EVENTS_MISSED", account, maximum: ITEMS_MAX });
}

function keyOf(event: AccountEvent): string {
  return event.event === "request" ? `request ${event.requestId}` : event.hash;
}

/** @throws RPC_RESULT_INVALID for what is neither a transaction nor a request */
function toEvent(item: AccountTransaction): AccountEvent {
  const { hash, requestId, status, blockNumber, slotIndex } = item;
  const { message, l1 }: OperationSpec = OPERATIONS[item.type];
  const progress = { status, blockNumber, slotIndex };
  if (hash !== undefined && message !== undefined) {
    const type = message.type as TransactionType;
    return { event: "transaction", type, hash, ...progress };
  }
  if (requestId !== undefined && l1.serves !== undefined) {
    return { event: "request", type: l1.serves, requestId, ...progress };
  }
  const reason = "it is neither a transaction nor a request";
  const method = "rollup_getAccountTransactions";
  throw rpcError({ code: "RPC_RESULT_INVALID", method, path: "items", reason });
}
