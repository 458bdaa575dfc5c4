/**
 * Promises transactions when they are accepted: what is promised is decided with their place and
 * kept with it, and signed afterwards, many at a time. See `ledger/inclusions.ts`.
 */
import { reasonOf } from "../l1/refusals.ts";
import { DEFAULT_DUE_SECONDS } from "../receipts/due.ts";
import {
  inclusionOf,
  type InclusionGroup,
  type SignedInclusion,
  signInclusions,
  verifyInclusionSignature,
} from "../receipts/inclusion.ts";
import type { BondIdentity } from "../receipts/sealed-block.ts";
import { withDeadline } from "../util/deadline.ts";
import { operatorError } from "./errors.ts";
import type { EventLog } from "./event-log.ts";
import type { Clock } from "./clock.ts";
import type { BatchAccepted, LedgerEvent } from "./ledger/events.ts";
import { type PromisedTransaction, promisedTransaction } from "./ledger/inclusions.ts";
import { addItem, certainUntil, createLapses, type Lapses } from "./ledger/lapses.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { blockOf, headState, indexOfBlock, latestView } from "./ledger/queries.ts";
import type { InclusionTerms, VerifiedTransaction } from "./ledger/sequence.ts";
import { type PromiseParts, SIGNING_MS_MAX } from "./promises.ts";

/** Signed promises that are kept for whoever asks again. */
const SIGNED_MAX = 8192;
/** Promises that one signature is for, at most. */
const GROUP_LENGTH_MAX = 4096;
/** Transactions that may wait for a signature. */
const WAITING_MAX = 16_384;
/** Time after which whoever submits gets the receipt without the promise. */
export const SLOW_MS = 2_000;
const BLOCK_NUMBER_MAX = 2 ** 32 - 1;

export interface InclusionsParts {
  readonly log: EventLog;
  readonly clock: Clock;
  /** Undefined if nothing is promised. */
  readonly promises: PromiseParts | undefined;
}

/** What is known of the items that wait, as far as they have been looked at. */
interface Survey {
  readonly blocks: Ledger["blocks"];
  /** Number of the last block that the anchor's chain has executed. */
  readonly confirmed: number;
  readonly open: Ledger["open"]["block"]["header"];
  /** Items in sealed blocks after that one, and those blocks that have none. */
  readonly sealedCount: number;
  readonly lapses: Lapses;
  /** Items of the open block that have been looked at. */
  openCount: number;
}

interface Waiting {
  readonly item: PromisedTransaction;
  readonly resolve: (signed: SignedInclusion) => void;
  readonly reject: (error: unknown) => void;
}

export class Inclusions {
  readonly #parts: InclusionsParts;
  #survey: Survey | undefined;
  #group: InclusionGroup | undefined;
  /** By hash, the latest last. */
  readonly #signed = new Map<string, SignedInclusion>();
  #waiting: Waiting[] = [];
  #isSigning = false;
  /** Whether the last round has failed, or taken long. */
  #isSlow = false;

  constructor(parts: InclusionsParts) {
    this.#parts = parts;
  }

  /** The contract that judges the promises, if any are made. */
  get bond(): BondIdentity | undefined {
    return this.#parts.promises?.bond;
  }

  /** Whether the signer fails, or takes longer than whoever submits should wait. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Adds to transactions that are accepted what is promised about them, if anything can be. */
  addTerms(events: readonly LedgerEvent[]): readonly LedgerEvent[] {
    if (this.#parts.promises === undefined) return events;
    return events.map((event) => (event.type === "batchAccepted" ? this.#promise(event) : event));
  }

  #promise(event: BatchAccepted): BatchAccepted {
    const { batch } = event;
    const { ledger } = this.#parts.log;
    const survey = this.#lookThrough(ledger);
    const waiting = survey.sealedCount + survey.openCount;
    const validUntil = certainUntil(survey.lapses, batch, headState(ledger), waiting);
    const group = this.#groupOf(ledger, waiting + batch.length);
    if (group === undefined || validUntil <= latestView(ledger).timestamp) return event;
    const promise = { group, validUntil };
    return { ...event, batch: batch.map((item): VerifiedTransaction => ({ ...item, promise })) };
  }

  /** Looks at the items that have come since the last time, or at all that are not on L1. */
  #lookThrough(ledger: Ledger): Survey {
    const { blocks, open } = ledger;
    const { header } = open.block;
    const { confirmed } = latestView(ledger);
    const known = this.#survey;
    const isContinued =
      known?.blocks === blocks &&
      known.confirmed === confirmed &&
      known.open === header &&
      known.openCount <= open.items.length;
    const survey = isContinued ? known : surveyOfBlocks(ledger);
    const base = blockOf(ledger, confirmed + 1)?.applied.before ?? open.block.before;
    for (; survey.openCount < open.items.length; survey.openCount++) {
      const { operation } = open.block.slots[survey.openCount]!;
      // No balance has fees of the open block yet.
      addItem(survey.lapses, open.items[survey.openCount]!, operation, { base });
    }
    this.#survey = survey;
    return survey;
  }

  /**
   * However blocks are rebuilt, each of them has an item at least. So none that is due comes before
   * the last of those that wait.
   *
   * @param count - Items that wait, with those that are accepted.
   */
  #groupOf(ledger: Ledger, count: number): InclusionGroup | undefined {
    const { nextBlock, blockHash, timestamp, confirmed } = latestView(ledger);
    if (blockHash === undefined) return undefined;
    const { dueSeconds = DEFAULT_DUE_SECONDS } = this.#parts.promises!;
    const group = {
      dueBlock: Math.min(roundedBlock(confirmed + count, count), BLOCK_NUMBER_MAX),
      dueAt: timestamp + BigInt(dueSeconds),
      anchorNumber: nextBlock - 1,
      anchorHash: blockHash,
    };
    // Equal groups are one object, which many items share.
    if (this.#group === undefined || keyOf(this.#group) !== keyOf(group)) this.#group = group;
    return this.#group;
  }

  /**
   * Signs what was promised about transactions, in the order of their hashes.
   *
   * @returns Undefined for one about which nothing is promised, or not any more.
   * @throws PROMISE_SIGNER_FAILED
   */
  async sign(hashes: readonly string[]): Promise<(SignedInclusion | undefined)[]> {
    const { ledger } = this.#parts.log;
    return Promise.all(
      hashes.map(async (hash) => {
        const item = promisedTransaction(ledger, hash);
        if (item === undefined) return undefined;
        const known = this.#signed.get(hash);
        if (known !== undefined && isOf(known, item.promise)) return known;
        return this.#enqueue(item);
      }),
    );
  }

  #enqueue(item: PromisedTransaction): Promise<SignedInclusion> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw signerFailed(item, `${WAITING_MAX} others wait for a signature`);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      // Whoever was written to the store together is signed together.
      if (!this.#isSigning) queueMicrotask(() => void this.#signAll());
    });
  }

  /** While some are signed others gather, so a slow signer signs for more at a time. */
  async #signAll(): Promise<void> {
    if (this.#isSigning) return;
    this.#isSigning = true;
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0, GROUP_LENGTH_MAX);
      const groups = new Map<string, Waiting[]>();
      for (const waiting of round) {
        const key = keyOf(waiting.item.promise.group);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [waiting]);
        else group.push(waiting);
      }
      await Promise.all([...groups.values()].map((group) => this.#signGroup(group)));
    }
    this.#isSigning = false;
  }

  async #signGroup(waiting: readonly Waiting[]): Promise<void> {
    const cancel = this.#parts.clock.after(SLOW_MS, () => (this.#isSlow = true));
    try {
      const signed = await this.#ask(waiting.map(({ item }) => item));
      this.#isSlow = false;
      for (const [index, { item, resolve }] of waiting.entries()) {
        this.#keep(item.hash, signed[index]!);
        resolve(signed[index]!);
      }
    } catch (error) {
      this.#isSlow = true;
      for (const { item, reject } of waiting) reject(signerFailed(item, reasonOf(error)));
    } finally {
      cancel();
    }
  }

  async #ask(items: readonly PromisedTransaction[]): Promise<readonly SignedInclusion[]> {
    const { promises, clock } = this.#parts;
    const { bond, signer, signerAddress } = promises!;
    const { group } = items[0]!.promise;
    const inclusions = items.map(({ transaction, promise }) =>
      inclusionOf(transaction, promise.validUntil),
    );
    const late = () => new Error(`the signer has not answered within ${SIGNING_MS_MAX / 1000} s`);
    const signing = signInclusions(signer, bond, group, inclusions);
    const signed = await withDeadline(signing, SIGNING_MS_MAX, late, clock);
    // A signer elsewhere may sign with another key, or something else: one path shows it for all.
    verifyInclusionSignature({ ...bond, signer: signerAddress }, signed[0]!);
    return signed;
  }

  #keep(hash: string, signed: SignedInclusion): void {
    this.#signed.delete(hash);
    this.#signed.set(hash, signed);
    if (this.#signed.size <= SIGNED_MAX) return;
    const [oldest] = this.#signed.keys();
    this.#signed.delete(oldest!);
  }
}

/**
 * Looks at the blocks that the chain of the next anchor has not executed: without replacing the
 * anchor, L1 may lose what came later, and another validator may revert it.
 */
function surveyOfBlocks(ledger: Ledger): Survey {
  const { blocks, open } = ledger;
  const { confirmed } = latestView(ledger);
  const lapses = createLapses();
  const waiting = blocks.slice(Math.max(indexOfBlock(ledger, confirmed + 1), 0));
  const base = waiting[0]?.applied.before ?? open.block.before;
  for (const { items, applied } of waiting) {
    const { operations, feeAccountId } = applied.block;
    for (const [slot, item] of items.entries()) {
      addItem(lapses, item, operations[slot]!, { base, feeAccountId });
    }
  }
  // Another operator of the rollup may have left an empty block.
  const sealedCount = waiting.reduce((sum, { items }) => sum + Math.max(items.length, 1), 0);
  return { blocks, confirmed, open: open.block.header, sealedCount, lapses, openCount: 0 };
}

/**
 * The number of a block that is not before another, and the same for many of them: what is promised
 * with the same words is signed together.
 *
 * @param count - Items that wait, the more of them the rounder.
 */
function roundedBlock(blockNumber: number, count: number): number {
  const step = Math.max(16, 2 ** Math.floor(Math.log2(count / 4)));
  return Math.ceil(blockNumber / step) * step;
}

function isOf({ group, inclusion }: SignedInclusion, promise: InclusionTerms): boolean {
  return keyOf(group) === keyOf(promise.group) && inclusion.validUntil === promise.validUntil;
}

function keyOf({ dueBlock, dueAt, anchorHash }: InclusionGroup): string {
  return `${dueBlock} ${dueAt} ${anchorHash}`;
}

function signerFailed({ hash }: PromisedTransaction, reason: string) {
  return operatorError({ code: "PROMISE_SIGNER_FAILED", about: `transaction ${hash}`, reason });
}
