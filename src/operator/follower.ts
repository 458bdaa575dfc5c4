/** Reads L1 into the ledger, and knows which facts of L1 stop the operator. */
import { mapBounded, REQUESTS_MAX } from "../l1/requests.ts";
import type { L1BlockCounts, L1BlockId, L1News, L1Progress, L1Standing } from "../l1/types.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { assertStart } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import type { L1Port } from "./l1-port.ts";
import type { EventLog } from "./event-log.ts";
import { forgetExecutedBlocks, rejectLapsedConsents } from "./ledger/decisions.ts";
import { anchorsOf } from "./ledger/inclusions.ts";
import type { L1View } from "./ledger/l1-view.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { lastStoredBlock, latestView, viewsOf } from "./ledger/queries.ts";
import type { Store } from "./store.ts";

/** Attempts at a consistent read of L1 at most; a reorg during a read invalidates it. */
const READ_ATTEMPTS_MAX = 5;

/** Blocks whose open payouts are asked for at a time. */
export const UNPAID_MAX = 16;

/** All there is to know of L1 at the end of one of its blocks. */
interface L1Reading {
  /** The last view that still holds. */
  readonly since: L1View;
  /** What is new since then. */
  readonly news: L1News;
  readonly progress: L1Progress;
  readonly standing: L1Standing;
  /** Numbers of executed blocks whose payouts have all been made. */
  readonly paidBlocks: readonly number[];
  /** Promises that were made on L1 blocks that are not there any more. */
  readonly voidPromises: VoidPromises;
}

interface VoidPromises {
  /** Of the blocks that they are about. */
  readonly blockNumbers: readonly number[];
  /** L1 blocks that promises about transactions were made on. */
  readonly anchors: readonly L1BlockId[];
}

export interface FollowerParts {
  readonly l1: L1Port;
  readonly log: EventLog;
  /** The store's rule, see {@link Store}. */
  readonly lastForgettable: Store["lastForgettable"];
  /** @throws When L1 is not to be read any more. */
  readonly assertRunning: () => void;
  /** L1 has been read. */
  readonly onRead: () => void;
  /** A reorg has replaced L1 blocks that promises were made on. */
  readonly onVoid: (anchors: readonly L1BlockId[]) => void;
}

const NONE_VOID: VoidPromises = { blockNumbers: [], anchors: [] };

/** One read of L1 at a time. */
export class L1Follower {
  readonly #parts: FollowerParts;
  readonly #l1: L1Port;
  readonly #log: EventLog;
  readonly #reading = new SerialQueue();
  /** When L1 was last looked at as a whole. */
  #progress: L1Progress | undefined;
  #standing: L1Standing | undefined;
  /** The latest L1 block then, which may be later than that of the latest view. */
  #tip: L1BlockId | undefined;
  /** Promises were made on L1 blocks of numbers that L1 did not have when it was last asked. */
  #hasUnseenAnchors = false;
  /** A reorg of L1 reaches further than the ledger. */
  #lostStart: RollupError | undefined;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#l1 = parts.l1;
    this.#log = parts.log;
  }

  get #ledger(): Ledger {
    return this.#log.ledger;
  }

  /** The latest L1 block when L1 was last read. */
  get tip(): L1BlockId | undefined {
    return this.#tip;
  }

  /** Of the rollup's blocks on L1, when it was last looked at; undefined if it must be. */
  get progress(): L1BlockCounts | undefined {
    return this.#progress;
  }

  /** Number of the first block on L1 that the ledger does not have, if there is one. */
  get unknownBlock(): number | undefined {
    const { blockNumber } = lastStoredBlock(this.#ledger);
    const committed = this.#progress?.committed ?? 0;
    return committed > blockNumber ? blockNumber + 1 : undefined;
  }

  /** Why L1 will not take anything of the operator's at all. */
  get ban(): RollupError | undefined {
    const { rollupAddress } = this.#ledger.rollup;
    if (latestView(this.#ledger).isInExodus) {
      return operatorError({ code: "ROLLUP_IN_EXODUS", rollupAddress });
    }
    if (this.#lostStart !== undefined) return this.#lostStart;
    const { protocolDigest: actual, isValidator } = this.#standing ?? {};
    if (actual !== undefined && actual !== PROTOCOL_DIGEST) {
      const facts = { what: "The contract", expected: PROTOCOL_DIGEST, actual };
      return operatorError({ code: "PROTOCOL_DIGEST_MISMATCH", ...facts });
    }
    if (isValidator !== false) return undefined;
    const reason = "its L1 account is no validator of the rollup";
    return operatorError({ code: "OPERATOR_NOT_ACCEPTING", reason });
  }

  /** Why the operator can commit nothing after the blocks on L1, if it lacks some of them. */
  get gap(): RollupError | undefined {
    const blockNumber = this.unknownBlock;
    if (blockNumber === undefined) return undefined;
    const { executed } = this.#progress!;
    return operatorError({ code: "BLOCKS_UNKNOWN", blockNumber, executed });
  }

  /** Why nothing that is accepted now would come to L1. */
  get obstacle(): RollupError | undefined {
    return this.ban ?? this.gap;
  }

  /** What is known of L1 is not true any more. */
  forget(): void {
    this.#progress = undefined;
    this.#standing = undefined;
    this.#tip = undefined;
    this.#lostStart = undefined;
  }

  /**
   * Takes the news, while blocks may be on their way to L1.
   *
   * @param isWorking - Whether the operator may be sending blocks itself.
   * @returns How many requests are new; undefined if more has to be read, with {@link follow}.
   */
  readNews(isWorking: () => boolean): Promise<number | undefined> {
    return this.#read(() => this.#readNews(isWorking));
  }

  /**
   * Takes the news, follows a reorg as far as it reaches, and gives blocks the status that they
   * have on L1. Nothing may be on its way to L1.
   *
   * @returns How many requests are new.
   * @throws L1_UNSTABLE, L1_EVENTS_MISSING, START_NOT_ON_L1
   */
  follow(): Promise<number> {
    return this.#read(() => this.#follow());
  }

  /** Runs an action while L1 is not read. */
  pause<T>(action: () => T | Promise<T>): Promise<T> {
    return this.#reading.run(action);
  }

  #read<T extends number | undefined>(read: () => Promise<T>): Promise<T> {
    const { assertRunning, onRead } = this.#parts;
    return this.#reading.run(async () => {
      assertRunning();
      const count = await read();
      if (count !== undefined) onRead();
      return count;
    });
  }

  async #readNews(isWorking: () => boolean): Promise<number | undefined> {
    const { progress: known } = this.#ledger;
    const view = latestView(this.#ledger);
    const { source } = this.#l1;
    if (this.obstacle !== undefined || !(await this.#isOnL1(view))) return undefined;
    if (!(await this.#isTipOnL1())) return undefined;
    const news = await this.#l1.readNews(view.nextBlock);
    const progress = await this.#l1.readProgress(known.executed + 1, news.tip.number);
    const { committed } = this.#ledger.progress;
    const isUnknown = progress.committed > committed && !isWorking();
    if (isBehind(progress, known) || isUnknown) return undefined;
    if (!isWhole(view, news) || !(await this.#hasHeld(view, news, source))) return undefined;
    return this.#takeNews(news, view, view.confirmed);
  }

  /** @returns How many requests are new. */
  #takeNews(news: L1News, since: L1View, confirmed: number): number {
    const { nextRequestId } = latestView(this.#ledger);
    this.#tip = news.tip;
    this.#log.record([{ type: "newsTaken", news, since: since.nextBlock, confirmed }]);
    return news.requests.filter(({ requestId }) => requestId >= nextRequestId).length;
  }

  async #follow(): Promise<number> {
    const log = this.#log;
    const { since, news, progress, standing, paidBlocks, voidPromises } = await this.#readAll();
    const isReorg = since !== latestView(log.ledger);
    this.#dropVoid(voidPromises);
    log.record([{ type: "progressTaken", progress }]);
    this.#progress = progress;
    this.#standing = standing;
    // What is executed in blocks that do not count yet may be another block after a reorg.
    const confirmed = Math.min(log.ledger.progress.executed, news.executed);
    const count = this.#takeNews(news, since, Math.max(since.confirmed, confirmed));
    if (isReorg) log.record([{ type: "payoutsRechecked" }]);
    else if (paidBlocks.length > 0) {
      log.record([{ type: "payoutsSettled", blockNumbers: paidBlocks }]);
    }
    log.recordUnlessBroken(rejectLapsedConsents(log.ledger));
    log.record(forgetExecutedBlocks(log.ledger, this.#parts.lastForgettable));
    return count;
  }

  /**
   * Reads all there is to know at the end of one L1 block.
   *
   * @throws L1_UNSTABLE, L1_EVENTS_MISSING, START_NOT_ON_L1
   */
  async #readAll(): Promise<L1Reading> {
    let isLacking = false;
    for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
      const { source } = this.#l1;
      const since = await this.#lastViewOnL1();
      const news = await this.#l1.readNews(since.nextBlock);
      const blockNumber = news.tip.number;
      const mayBeReorg = since !== latestView(this.#ledger) || this.#progress === undefined;
      if (mayBeReorg) await this.#assertStart(blockNumber);
      const voidPromises = await this.#findVoid(mayBeReorg);
      const progress = await this.#l1.readProgress(since.confirmed + 1, blockNumber);
      const standing = await this.#l1.readStanding(blockNumber);
      const paidBlocks = await this.#readPaidBlocks(news);
      const hasHeld = await this.#hasHeld(since, news, source);
      isLacking = hasHeld && !isWhole(since, news);
      const reading = { since, news, progress, standing, paidBlocks, voidPromises };
      if (hasHeld && !isLacking) return reading;
    }
    if (isLacking) throw operatorError({ code: "L1_EVENTS_MISSING", attempts: READ_ATTEMPTS_MAX });
    throw operatorError({ code: "L1_UNSTABLE", attempts: READ_ATTEMPTS_MAX });
  }

  /** Payouts are settled by blocks that count: they are asked for again only if those change. */
  async #readPaidBlocks({ executed, blockNumber: l1BlockNumber }: L1News): Promise<number[]> {
    const numbers = this.#ledger.unpaid
      .slice(0, UNPAID_MAX)
      .map(({ storedBlock }) => storedBlock.blockNumber)
      .filter((number) => number <= executed);
    const counts = await Promise.all(
      numbers.map((number) => this.#l1.readOpenPayouts(number, l1BlockNumber)),
    );
    return numbers.filter((_, index) => counts[index] === 0);
  }

  #dropVoid({ blockNumbers, anchors }: VoidPromises): void {
    if (blockNumbers.length === 0 && anchors.length === 0) return;
    const lost = this.#ledger.promises.filter(({ blockNumber }) =>
      blockNumbers.includes(blockNumber),
    );
    const hashes = anchors.map(({ hash }) => hash);
    this.#log.record([{ type: "promisesDropped", blockNumbers, anchors: hashes }]);
    const all = [
      ...lost.map(({ anchorNumber, anchorHash }) => ({ number: anchorNumber, hash: anchorHash })),
      ...anchors,
    ];
    this.#parts.onVoid([...new Map(all.map((anchor) => [anchor.hash, anchor])).values()]);
  }

  /** Promises are void if L1 has another block in the place that they were made on. */
  async #findVoid(mayBeReorg: boolean): Promise<VoidPromises> {
    const { promises } = this.#ledger;
    const inclusions = [...anchorsOf(this.#ledger)].map(([hash, number]) => ({ number, hash }));
    if (promises.length === 0 && inclusions.length === 0) return NONE_VOID;
    if (!mayBeReorg && !this.#hasUnseenAnchors && (await this.#isTipOnL1())) return NONE_VOID;
    const places = new Set([
      ...promises.map(({ anchorNumber }) => anchorNumber),
      ...inclusions.map(({ number }) => number),
    ]);
    const hashes = new Map(
      await mapBounded([...places], REQUESTS_MAX, async (place) => {
        return [place, await this.#l1.readBlockHash(place)] as const;
      }),
    );
    // A node that lags lacks a block that is still there.
    this.#hasUnseenAnchors = [...hashes.values()].includes(undefined);
    const isGone = ({ number, hash }: L1BlockId) => {
      const now = hashes.get(number);
      return now !== undefined && now !== hash;
    };
    const blockNumbers = promises
      .filter(({ anchorNumber, anchorHash }) => isGone({ number: anchorNumber, hash: anchorHash }))
      .map(({ blockNumber }) => blockNumber);
    return { blockNumbers, anchors: inclusions.filter(isGone) };
  }

  async #assertStart(l1BlockNumber: number): Promise<void> {
    this.#lostStart = undefined;
    try {
      await assertStart(this.#l1, this.#ledger.start, l1BlockNumber);
    } catch (error) {
      if (isRollupError(error) && error.code === "START_NOT_ON_L1") this.#lostStart = error;
      this.#progress = undefined;
      throw error;
    }
  }

  async #lastViewOnL1(): Promise<L1View> {
    const history = viewsOf(this.#ledger);
    for (const view of history) if (await this.#isOnL1(view)) return view;
    return history.at(-1)!;
  }

  /**
   * Whether news continue a view: after a reorg between the check of the view and the read, news of
   * another chain would be taken for a continuation of this one.
   *
   * @param source - Of the L1 port before the read.
   */
  async #hasHeld(since: L1View, news: L1News, source: number | undefined): Promise<boolean> {
    const { blockNumber, blockHash, tip } = news;
    if (!(await this.#isOnL1(since))) return false;
    if ((await this.#l1.readBlockHash(tip.number)) !== tip.hash) return false;
    if (blockNumber !== tip.number) {
      if ((await this.#l1.readBlockHash(blockNumber)) !== blockHash) return false;
    }
    return this.#l1.source === source;
  }

  /** Whether no reorg has replaced blocks that do not count yet, which have the latest progress. */
  async #isTipOnL1(): Promise<boolean> {
    if (this.#tip === undefined) return true;
    return (await this.#l1.readBlockHash(this.#tip.number)) === this.#tip.hash;
  }

  async #isOnL1({ nextBlock, blockHash }: L1View): Promise<boolean> {
    if (blockHash === undefined) return true;
    return (await this.#l1.readBlockHash(nextBlock - 1)) === blockHash;
  }
}

function isBehind(one: L1BlockCounts, other: L1BlockCounts): boolean {
  const stages = ["committed", "proven", "executed"] as const;
  return stages.some((stage) => one[stage] < other[stage]);
}

/**
 * Whether the news of requests and tokens continue a view up to what the contract counts. A node
 * that knows a block and not yet its logs answers with fewer, and with no error.
 */
function isWhole(
  { nextRequestId, tokens: known }: L1View,
  { requests, tokens, requestCount, tokenCount, blockNumber, tip }: L1News,
): boolean {
  const newRequests = requests.filter(({ requestId }) => requestId >= nextRequestId);
  const newTokens = tokens.filter(({ id }) => known.every((token) => token.id !== id));
  // The blocks that the operator has started with may serve requests that do not count yet.
  const least = blockNumber < tip.number ? nextRequestId : 0;
  return (
    nextRequestId + newRequests.length === Math.max(requestCount, least) &&
    known.length + newTokens.length === tokenCount
  );
}
