/** What an operator has done since its start, followed by its events. */
import type { L1BlockCounts } from "../l1/types.ts";
import type { Clock } from "../operator/clock.ts";
import { kindOf, numberOf } from "../operator/ledger/blocks.ts";
import type { LedgerEvent } from "../operator/ledger/events.ts";
import type { Ledger } from "../operator/ledger/ledger.ts";
import { blockOf, latestView } from "../operator/ledger/queries.ts";
import type { Operator } from "../operator/operator.ts";
import { blockKindName } from "../protocol/kinds.ts";

/** The seconds that a rate is the mean of. */
const RATE_SECONDS = 10;

/** Stages of a block, and what each begins with. */
export const BLOCK_STAGES = ["commit", "prove", "execute"] as const;
export type BlockStage = (typeof BLOCK_STAGES)[number];

/** Takes what has happened; each function is optional. */
export interface ActivityListener {
  onAccepted?(type: string): void;
  onRequest?(type: string): void;
  onRejected?(code: string): void;
  onReorg?(): void;
  onProof?(kind: string, seconds: number): void;
  onProofRefused?(): void;
  /** A block has passed a stage, after some time in it. */
  onStage?(stage: BlockStage, seconds: number): void;
}

interface Waiting {
  /** Where the block is, and since when. */
  readonly stage: BlockStage;
  readonly sinceMs: number;
}

/** Follows an operator until it is closed. */
export class Activity {
  readonly #clock: Clock;
  readonly #listener: ActivityListener;
  readonly #stop: () => void;
  /** Blocks that are not executed, by number. */
  readonly #waiting = new Map<number, Waiting>();
  /** Accepted transactions of the latest seconds, by second. */
  readonly #accepted = new Map<number, number>();
  #sealed: number;
  #blocks: Ledger["blocks"] | undefined;
  #finalReceipts: number;
  /** First L1 block that was not read. */
  #nextL1Block: number;
  /** First request that was not taken; a reorg may take some back. */
  #nextRequestId: number;
  #l1ReadAtMs: number;
  #l1GasUsed = 0n;
  #l1FeeWei = 0n;
  readonly #startedAtMs: number;

  constructor(operator: Operator, clock: Clock, listener: ActivityListener = {}) {
    this.#clock = clock;
    this.#listener = listener;
    const ledger = operator.checkpoint();
    this.#sealed = ledger.progress.executed;
    this.#finalReceipts = ledger.receipts.finalCount;
    this.#nextL1Block = latestView(ledger).nextBlock;
    this.#nextRequestId = latestView(ledger).nextRequestId;
    this.#l1ReadAtMs = clock.nowMs();
    this.#startedAtMs = clock.nowMs();
    this.#followBlocks(ledger);
    this.#stop = operator.watch({
      onEvents: (events, after) => this.#take(events, after),
      onReplaced: (after) => this.#restart(after),
      onL1Transaction: (_step, { gasUsed, feeWei = 0n }) => {
        this.#l1GasUsed += gasUsed;
        this.#l1FeeWei += feeWei;
      },
    });
  }

  /** Accepted transactions a second, of the last ten seconds. */
  get acceptedPerSecond(): number {
    const now = this.#second();
    const sinceStart = Math.ceil((this.#clock.nowMs() - this.#startedAtMs) / 1_000);
    const seconds = Math.min(RATE_SECONDS, Math.max(1, sinceStart));
    let count = 0;
    for (const [second, accepted] of this.#accepted) {
      if (second > now - RATE_SECONDS) count += accepted;
    }
    return count / seconds;
  }

  /** Time since L1 was last read. */
  get l1ReadAgeMs(): number {
    return this.#clock.nowMs() - this.#l1ReadAtMs;
  }

  /** Gas of the operator's L1 transactions. */
  get l1GasUsed(): bigint {
    return this.#l1GasUsed;
  }

  /** Fees of the operator's L1 transactions, in wei. */
  get l1FeeWei(): bigint {
    return this.#l1FeeWei;
  }

  close(): void {
    this.#stop();
  }

  #take(events: readonly LedgerEvent[], ledger: Ledger): void {
    for (const event of events) this.#takeEvent(event, ledger);
    this.#takeRejections(ledger);
    this.#followBlocks(ledger);
  }

  #takeEvent(event: LedgerEvent, ledger: Ledger): void {
    const listener = this.#listener;
    switch (event.type) {
      case "batchAccepted":
        this.#countAccepted(event.batch.length);
        for (const { transaction } of event.batch) listener.onAccepted?.(transaction.type);
        break;
      case "newsTaken":
        this.#l1ReadAtMs = this.#clock.nowMs();
        if (event.since < this.#nextL1Block) listener.onReorg?.();
        this.#nextL1Block = event.news.blockNumber + 1;
        for (const { requestId, type } of event.news.requests) {
          if (requestId >= this.#nextRequestId) listener.onRequest?.(type);
        }
        this.#nextRequestId = latestView(ledger).nextRequestId;
        break;
      case "proofMade": {
        const block = blockOf(ledger, event.blockNumber);
        if (block === undefined) break;
        listener.onProof?.(blockKindName(kindOf(block)), event.proof.proofMs / 1_000);
        break;
      }
      case "proofRefused":
        listener.onProofRefused?.();
        break;
      default:
    }
  }

  #takeRejections({ receipts }: Ledger): void {
    if (receipts.finalCount === this.#finalReceipts) return;
    for (const { rejection } of receipts.finalSince(this.#finalReceipts)) {
      if (rejection !== undefined) this.#listener.onRejected?.(rejection.code);
    }
    this.#finalReceipts = receipts.finalCount;
  }

  /** Notes which blocks have come to another stage. */
  #followBlocks(ledger: Ledger): void {
    const { progress, blocks } = ledger;
    if (blocks === this.#blocks) return;
    this.#blocks = blocks;
    const sealed = sealedNumber(ledger);
    const nowMs = this.#clock.nowMs();
    for (let number = Math.max(this.#sealed, progress.executed) + 1; number <= sealed; number++) {
      this.#waiting.set(number, { stage: "commit", sinceMs: nowMs });
    }
    this.#sealed = sealed;
    for (const [number, { stage, sinceMs }] of this.#waiting) {
      const now = number > sealed ? undefined : stageOf(number, progress);
      if (now === stage) continue;
      const passed = BLOCK_STAGES.indexOf(stage);
      const isForward = now === undefined || BLOCK_STAGES.indexOf(now) > passed;
      if (isForward && number <= sealed) this.#listener.onStage?.(stage, (nowMs - sinceMs) / 1_000);
      if (now === undefined) this.#waiting.delete(number);
      else this.#waiting.set(number, { stage: now, sinceMs: nowMs });
    }
  }

  #restart(ledger: Ledger): void {
    this.#waiting.clear();
    this.#sealed = ledger.progress.executed;
    this.#followBlocks(ledger);
    this.#finalReceipts = ledger.receipts.finalCount;
    this.#nextL1Block = latestView(ledger).nextBlock;
    this.#nextRequestId = latestView(ledger).nextRequestId;
  }

  #countAccepted(count: number): void {
    const second = this.#second();
    this.#accepted.set(second, (this.#accepted.get(second) ?? 0) + count);
    if (this.#accepted.size <= RATE_SECONDS + 1) return;
    for (const known of this.#accepted.keys()) {
      if (known <= second - RATE_SECONDS) this.#accepted.delete(known);
    }
  }

  #second(): number {
    return Math.floor(this.#clock.nowMs() / 1_000);
  }
}

function sealedNumber({ blocks, progress }: Ledger): number {
  const last = blocks.at(-1);
  return last === undefined ? progress.executed : numberOf(last);
}

/** Undefined for a block that has passed all stages. */
function stageOf(number: number, { committed, proven, executed }: L1BlockCounts) {
  if (number > committed) return "commit";
  if (number > proven) return "prove";
  return number > executed ? "execute" : undefined;
}
