/** What has been sent, and how far it has come; it stays while the user looks at other pages. */
import {
  type BatchHandle,
  RequestHandle,
  type Rollup,
  type TransactionHandle,
} from "../../src/sdk.ts";
import { STAGES, type Status } from "../../src/protocol/stages.ts";
import { createStore } from "../components/store.ts";
import { accountState } from "./account.ts";

export interface Activity {
  readonly id: number;
  /** Such as "Transfer of 1.5 ETH". */
  readonly title: string;
  /** Of L2 transactions; empty for a request on L1. */
  readonly hashes: readonly string[];
  readonly requestId: number | undefined;
  /** `mined` on L1 only, until the operator has seen it. */
  readonly status: Status | "mined";
  readonly blockNumber: number | undefined;
  /** Why it was rejected, or cannot be followed. */
  readonly error: unknown;
  /** Whether L1 pays a deposit back, because L2 has no place for it. */
  readonly isRefunded: boolean;
}

export type Sent = TransactionHandle | BatchHandle | RequestHandle;

/** The newest first. */
export const activities = createStore<readonly Activity[]>([]);
const ACTIVITIES_MAX = 50;
let count = 0;
/** Ends what follows the activities of an account that is gone. */
let following = new AbortController();

function ownerNow(): string | undefined {
  const state = accountState.get();
  return state.status === "connected" ? state.account.address : undefined;
}

let owner = ownerNow();
accountState.subscribe(() => {
  if (ownerNow() === owner) return;
  owner = ownerNow();
  following.abort();
  following = new AbortController();
  activities.set([]);
});

/** Follows what has been sent until it is final. @returns The id of its activity. */
export function track(rollup: Rollup, title: string, sent: Sent): number {
  const id = ++count;
  const isRequest = sent instanceof RequestHandle;
  const hashes = isRequest
    ? []
    : "receipts" in sent
      ? sent.receipts.map((each) => each.hash)
      : [sent.hash];
  const activity: Activity = {
    id,
    title,
    hashes,
    requestId: isRequest ? sent.requestId : undefined,
    status: isRequest ? "mined" : "accepted",
    blockNumber: undefined,
    error: undefined,
    isRefunded: false,
  };
  activities.update((all) => [activity, ...all].slice(0, ACTIVITIES_MAX));
  const { signal } = following;
  const follow = isRequest
    ? followRequest(sent, id, signal)
    : followTransaction(rollup, hashes[0]!, id, signal);
  follow.catch((error: unknown) => {
    if (!signal.aborted) change(id, { error });
  });
  return id;
}

function change(id: number, news: Partial<Activity>): void {
  activities.update((all) => all.map((each) => (each.id === id ? { ...each, ...news } : each)));
}

/** All of a batch stand in one block, so one of them stands for all. */
async function followTransaction(rollup: Rollup, hash: string, id: number, signal: AbortSignal) {
  for await (const event of rollup.followTransaction(hash, { signal })) {
    const { status, blockNumber, rejection } = event;
    const error = rejection && new Error(`${rejection.code}: ${rejection.sentence}`);
    change(id, { status, blockNumber, error });
  }
}

async function followRequest(request: RequestHandle, id: number, signal: AbortSignal) {
  for (const stage of STAGES) {
    const { status, blockNumber, refunded } = await request.wait(stage, { signal });
    change(id, { status, blockNumber, isRefunded: refunded === true });
    if (status === "executed") return;
  }
}

// --------------------------------------------------------------------------------------- sending

let underWay = 0;
addEventListener("beforeunload", (event) => {
  if (underWay > 0) event.preventDefault();
});

/** Does work during which the browser asks before it closes the page. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  underWay++;
  try {
    return await work();
  } finally {
    underWay--;
  }
}
