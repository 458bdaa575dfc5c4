/** The first stage: sealed blocks are published on L1. */
import { commitCost } from "../../l1/gas.ts";
import { hashStoredBlock } from "../../l1/stored-block.ts";
import type { StoredBlock } from "../../l1/types.ts";
import type { BatchCrypto } from "../../kernel/batch.ts";
import { assert, type RollupError } from "../../util/errors.ts";
import { operatorError } from "../errors.ts";
import {
  isPrepared,
  isSealed,
  numberOf,
  type Prepared,
  type SealedBlock,
  toCommitBlock,
} from "../ledger/blocks.ts";
import { takeWithin } from "../ledger/budget.ts";
import { sealOpenBlock } from "../ledger/decisions.ts";
import { describeKind } from "../ledger/kinds.ts";
import { headState, lastStoredBlock } from "../ledger/queries.ts";
import type { GroupSize } from "./group-size.ts";
import { prepareBlocks } from "./prepare.ts";
import { RefusedCommits } from "./refused-commits.ts";
import { isRefusal, refusalOf } from "./refusals.ts";
import { assertNotBanned, nextBlocks, runStep, type StageParts } from "./stage.ts";

/** How far commits may go: to the last sealed block, or a limited number of blocks ahead. */
export type CommitExtent = "all" | "ahead";
type PreparedBlock = SealedBlock & Prepared;

export class CommitStage {
  readonly #parts: StageParts;
  readonly #crypto: BatchCrypto;
  readonly #size: GroupSize;
  /** Committed blocks that may wait for their proofs. */
  readonly #aheadMax: number;
  readonly #refused: RefusedCommits;
  #lastRefusal: RollupError | undefined;

  constructor(parts: StageParts, crypto: BatchCrypto, size: GroupSize, aheadMax: number) {
    this.#parts = parts;
    this.#crypto = crypto;
    this.#size = size;
    this.#aheadMax = aheadMax;
    this.#refused = new RefusedCommits(parts, size);
  }

  /** The last refusal of L1, if trying again may not help. */
  get obstacle(): RollupError | undefined {
    const error = this.#lastRefusal;
    if (error === undefined) return undefined;
    const reason = `L1 refuses its blocks (${error.sentence})`;
    return operatorError({ code: "OPERATOR_NOT_ACCEPTING", reason }, { cause: error });
  }

  get isDue(): boolean {
    const { ledger } = this.#parts.log;
    const isReady = this.#room > 0 && nextBlocks(ledger, isSealed, 1).length > 0;
    return isReady || this.#parts.follower.gap !== undefined;
  }

  /**
   * Commits sealed blocks with one transaction.
   *
   * @param extent - "ahead": at most as many blocks as may wait for their proofs. A block that is
   * committed long before its proof only ages, while a sealed one may still be rebuilt.
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED, BLOCKS_UNKNOWN, and what bars the operator from L1
   */
  async turn(extent: CommitExtent): Promise<boolean> {
    const { log, follower } = this.#parts;
    const { gap } = follower;
    const hasSealed = nextBlocks(log.ledger, isSealed, 1).length > 0;
    if (!hasSealed && gap === undefined) return false;
    assertNotBanned(follower);
    if (gap !== undefined) throw gap;
    const countMax = Math.min(this.#size.now, extent === "all" ? Infinity : this.#room);
    const sealed = nextBlocks(log.ledger, isSealed, countMax);
    if (sealed.length === 0) return false;
    if (await this.#refused.rejectDeployed(sealed)) return true;
    const last = lastStoredBlock(log.ledger);
    const batch = await this.#prepare(sealed, last);
    try {
      await this.#commit(last, batch);
    } catch (error) {
      return this.#answer(error as RollupError, batch);
    }
    this.#refused.noteCommit();
    this.#lastRefusal = undefined;
    this.#size.grow();
    return true;
  }

  /** How many more blocks may be committed before proofs must follow. */
  get #room(): number {
    const { committed, proven } = this.#parts.log.ledger.progress;
    return Math.max(0, this.#aheadMax - (committed - proven));
  }

  /** As many blocks as fit into one transaction, with what L1 is shown of them. */
  async #prepare(
    sealed: readonly SealedBlock[],
    last: StoredBlock,
  ): Promise<readonly PreparedBlock[]> {
    const { log, logger, l1Limits } = this.#parts;
    const batch = takeWithin(
      await prepareBlocks(this.#crypto, sealed, last, log.ledger.domain),
      sealed.length,
      (blocks) => commitCost(blocks.map(toCommitBlock)),
      l1Limits,
    );
    // Recorded before sending: from then on the blocks may appear on L1.
    const facts = batch.map(({ commitment, parentCommitment, storedBlock }) => {
      return { commitment, parentCommitment, storedBlock };
    });
    log.record([{ type: "blocksPrepared", blocks: facts }]);
    const { preset } = headState(log.ledger);
    for (const [index, { applied }] of batch.entries()) {
      if (!isPrepared(sealed[index]!)) {
        const { blockNumber } = applied.block;
        logger.info(describeKind(preset, applied.block), { step: "seal", blockNumber });
      }
    }
    return batch;
  }

  async #commit(last: StoredBlock, batch: readonly PreparedBlock[]): Promise<void> {
    const { l1, log } = this.#parts;
    const blockNumbers = batch.map(numberOf);
    await runStep(this.#parts, "commit", blockNumbers, async () => {
      const { transaction, storedBlocks } = await l1.commitBlocks(last, batch.map(toCommitBlock));
      assert(storedBlocks.length === batch.length, "L1 stores every block it takes");
      for (const [index, { storedBlock }] of batch.entries()) {
        const isSame = hashStoredBlock(storedBlock) === hashStoredBlock(storedBlocks[index]!);
        assert(isSame, "L1 makes the same of a block as the operator");
      }
      log.record([{ type: "blocksCommitted", blockNumbers, transaction }]);
      return transaction;
    });
  }

  /** Removes the cause of a refusal. @returns True: the rest is to be committed again. */
  async #answer(error: RollupError, batch: readonly PreparedBlock[]): Promise<boolean> {
    const { log, logger } = this.#parts;
    const refusal = refusalOf(error.cause);
    if (refusal !== undefined && (await this.#refused.answer(refusal, batch))) {
      // The rebuilt items may stand in the open block.
      log.record(sealOpenBlock(log.ledger));
      const fields = { step: "commit", blockNumbers: batch.map(numberOf), code: error.code };
      logger.error(`${String(error)} What L1 refuses is removed (${refusal.kind}).`, fields);
      return true;
    }
    if (isRefusal(error.cause)) this.#lastRefusal = error;
    throw error;
  }
}
