/** Reads L1 into the ledger, and knows what of it keeps the operator from going on. */
import type { L1BlockCounts, L1News, L1Progress, L1Standing } from "../l1/types.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { assertStart } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import type { L1Port } from "./l1-port.ts";
import type { L1View } from "./l1-view.ts";
import { type Ledger, UNPAID_MAX } from "./ledger.ts";

/** Attempts at a consistent read of L1 at most; a reorg during a read invalidates it. */
const READ_ATTEMPTS_MAX = 5;

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
}

/** One call at a time: the caller sees to that. */
export class L1Follower {
  readonly #l1: L1Port;
  readonly #ledger: Ledger;
  /** When L1 was last looked at as a whole. */
  #progress: L1Progress | undefined;
  #standing: L1Standing | undefined;
  /** L1 has gone back further than the ledger can. */
  #lostStart: RollupError | undefined;

  constructor(l1: L1Port, ledger: Ledger) {
    this.#l1 = l1;
    this.#ledger = ledger;
  }

  /** Of the rollup's blocks on L1, when it was last looked at; undefined if it must be. */
  get progress(): L1BlockCounts | undefined {
    return this.#progress;
  }

  /** Number of the first block on L1 that the ledger does not have, if there is one. */
  get unknownBlock(): number | undefined {
    const { blockNumber } = this.#ledger.lastStoredBlock;
    const committed = this.#progress?.committed ?? 0;
    return committed > blockNumber ? blockNumber + 1 : undefined;
  }

  /** Why L1 will not take anything of the operator's at all. */
  get ban(): RollupError | undefined {
    const { rollupAddress } = this.#ledger.rollup;
    if (this.#ledger.l1.isInExodus) {
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

  /** Why nothing that is accepted now would come to L1. */
  get obstacle(): RollupError | undefined {
    if (this.ban !== undefined) return this.ban;
    const blockNumber = this.unknownBlock;
    if (blockNumber === undefined) return undefined;
    const { executed } = this.#progress!;
    return operatorError({ code: "BLOCKS_UNKNOWN", blockNumber, executed });
  }

  /** What is known of L1 is not true any more. */
  forget(): void {
    this.#progress = undefined;
    this.#standing = undefined;
    this.#lostStart = undefined;
  }

  /**
   * Takes the news, while blocks may be on their way to L1.
   *
   * @param isWorking - Whether the operator may be sending blocks itself.
   * @returns How many requests are new; undefined if more has to be read, with {@link follow}.
   */
  async readNews(isWorking: () => boolean): Promise<number | undefined> {
    const { l1, progress: known } = this.#ledger;
    if (this.obstacle !== undefined || !(await this.#isOnL1(l1))) return undefined;
    const news = await this.#l1.readNews(l1.nextBlock);
    const progress = await this.#l1.readProgress(known.executed + 1, news.blockNumber);
    const { committed } = this.#ledger.progress;
    const isUnknown = progress.committed > committed && !isWorking();
    if (isBehind(progress, known) || isUnknown) return undefined;
    if (!isWhole(l1, news) || !(await this.#hasHeld(l1, news))) return undefined;
    return this.#ledger.takeNews(news);
  }

  /**
   * Takes the news, goes back with L1 as far as it has gone back, and gives blocks the status that
   * they have there. Nothing may be on its way to L1.
   *
   * @returns How many requests are new.
   * @throws L1_UNSTABLE, L1_EVENTS_MISSING, START_NOT_ON_L1
   */
  async follow(): Promise<number> {
    const ledger = this.#ledger;
    const { since, news, progress, standing, paidBlocks } = await this.#read();
    const hasGoneBack = since !== ledger.l1;
    ledger.takeProgress(progress);
    this.#progress = progress;
    this.#standing = standing;
    const count = ledger.takeNews(news, since, ledger.progress.executed);
    if (hasGoneBack) ledger.recheckPayouts();
    else ledger.settlePayouts(paidBlocks);
    ledger.rejectLapsedConsents();
    ledger.forgetExecuted();
    return count;
  }

  /**
   * Reads all there is to know at the end of one L1 block.
   *
   * @throws L1_UNSTABLE, L1_EVENTS_MISSING, START_NOT_ON_L1
   */
  async #read(): Promise<L1Reading> {
    let isLacking = false;
    for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
      const since = await this.#lastViewOnL1();
      const news = await this.#l1.readNews(since.nextBlock);
      const { blockNumber } = news;
      if (since !== this.#ledger.l1 || this.#progress === undefined) {
        await this.#assertStart(blockNumber);
      }
      const progress = await this.#l1.readProgress(since.confirmed + 1, blockNumber);
      const standing = await this.#l1.readStanding(blockNumber);
      const paidBlocks = await this.#readPaidBlocks(progress, blockNumber);
      const hasHeld = await this.#hasHeld(since, news);
      isLacking = hasHeld && !isWhole(since, news);
      if (hasHeld && !isLacking) return { since, news, progress, standing, paidBlocks };
    }
    if (isLacking) throw operatorError({ code: "L1_EVENTS_MISSING", attempts: READ_ATTEMPTS_MAX });
    throw operatorError({ code: "L1_UNSTABLE", attempts: READ_ATTEMPTS_MAX });
  }

  async #readPaidBlocks({ executed }: L1Progress, l1BlockNumber: number): Promise<number[]> {
    const numbers = this.#ledger.unpaid
      .slice(0, UNPAID_MAX)
      .map(({ storedBlock }) => storedBlock.blockNumber)
      .filter((number) => number <= executed);
    const counts = await Promise.all(
      numbers.map((number) => this.#l1.readOpenPayouts(number, l1BlockNumber)),
    );
    return numbers.filter((_, index) => counts[index] === 0);
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
    const history = this.#ledger.l1History;
    for (const view of history) if (await this.#isOnL1(view)) return view;
    return history.at(-1)!;
  }

  /**
   * Whether news continue a view: L1 may have gone back between the question whether the view is on
   * L1 and the reading, and news of another chain would then be taken for a part of this one.
   */
  async #hasHeld(since: L1View, { blockNumber, blockHash }: L1News): Promise<boolean> {
    if (!(await this.#isOnL1(since))) return false;
    return (await this.#l1.readBlockHash(blockNumber)) === blockHash;
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
  { requests, tokens, requestCount, tokenCount }: L1News,
): boolean {
  const newRequests = requests.filter(({ requestId }) => requestId >= nextRequestId);
  const newTokens = tokens.filter(({ id }) => known.every((token) => token.id !== id));
  return (
    nextRequestId + newRequests.length === requestCount &&
    known.length + newTokens.length === tokenCount
  );
}
