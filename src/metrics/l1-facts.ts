/** Facts of L1 for metrics, read at intervals; what cannot be read keeps its last value. */
import type { Clock } from "../operator/clock.ts";
import type { Operator } from "../operator/operator.ts";
import type { L1Source } from "./l1-source.ts";

/** Time between two reads. */
const L1_FACTS_INTERVAL_MS = 30_000;

/** The oldest request that no executed block has served. */
export interface OldestRequest {
  readonly requestId: number;
  /** Unix seconds from which on anybody may start the exodus. */
  readonly expiration: bigint;
  /** Unix seconds at which it was made. */
  readonly since: bigint;
}

/** Reads one at a time: a node that never answers holds up the next read and nothing else. */
export class L1Facts {
  readonly #operator: Operator;
  readonly #source: L1Source;
  readonly #clock: Clock;
  #balanceWei: bigint | undefined;
  #oldestRequest: OldestRequest | undefined;
  #expirationSeconds: bigint | undefined;
  #isReading = false;
  #cancel = () => {};
  #isClosed = false;

  constructor(operator: Operator, source: L1Source, clock: Clock) {
    this.#operator = operator;
    this.#source = source;
    this.#clock = clock;
    this.#schedule(0);
  }

  /** Of the account that sends transactions; undefined before the first answer. */
  get balanceWei(): bigint | undefined {
    return this.#balanceWei;
  }

  /** Undefined if no request is open, or none has been read yet. */
  get oldestRequest(): OldestRequest | undefined {
    const oldest = this.#oldestRequest;
    return oldest?.requestId === firstOpenRequest(this.#operator) ? oldest : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** Reads everything once. Never throws: the operator's own reads report what is wrong with L1. */
  async read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    await Promise.allSettled([this.#readBalance(), this.#readRequest()]);
    this.#isReading = false;
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel = this.#clock.after(delayMs, () => {
      void this.read();
      this.#schedule(L1_FACTS_INTERVAL_MS);
    });
  }

  async #readBalance(): Promise<void> {
    this.#balanceWei = await this.#source.readBalance();
  }

  async #readRequest(): Promise<void> {
    const requestId = firstOpenRequest(this.#operator);
    if (requestId === undefined || requestId === this.#oldestRequest?.requestId) return;
    this.#expirationSeconds ??= await this.#source.readExpirationSeconds();
    const expiration = await this.#source.readExpiration(requestId);
    if (expiration === 0n) return;
    const since = expiration - this.#expirationSeconds;
    this.#oldestRequest = { requestId, expiration, since };
  }
}

/** The first request of a block that is not executed, or of the open one. */
function firstOpenRequest(operator: Operator): number | undefined {
  const { open } = operator.checkpoint();
  const { executed } = operator.progress;
  for (const { applied, items } of operator.blocks) {
    if (applied.block.blockNumber <= executed) continue;
    for (const item of items) if (item.kind === "request") return item.request.requestId;
  }
  for (const item of open.items) if (item.kind === "request") return item.request.requestId;
  return undefined;
}
