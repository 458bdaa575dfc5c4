/**
 * Brings blocks through L1, in turns: a round sends at most one transaction of each stage, so that
 * none of them waits until another one has nothing left to do.
 */
import { isCreate2Authorization } from "../l1/authorization.ts";
import { commitCost, executeCost, type L1Limits, proveCost } from "../l1/gas.ts";
import type { ExecuteBlock } from "../l1/types.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { RollupError } from "../util/errors.ts";
import { isWithin, takeWithin } from "./budget.ts";
import { hasRevocableConsent, withdrawnConsent } from "./consent.ts";
import { operatorError } from "./errors.ts";
import { toExodusError } from "./exodus.ts";
import type { L1Follower } from "./follower.ts";
import type { L1Port } from "./l1-port.ts";
import { type Ledger, UNPAID_MAX } from "./ledger.ts";
import type { Logger } from "./logger.ts";
import {
  type BlockRecord,
  type BlockWithProof,
  commitBlocks,
  executeBlocks,
  type Forged,
  forgeBlocks,
  hashRoots,
  isCommitted,
  isProven,
  isSealed,
  isWithProof,
  proveBlock,
  type ProvingParts,
  submitProofs,
  toCommitBlock,
  toExecuteBlock,
  withoutProof,
} from "./pipeline.ts";
import { isProofRefusal, isRefusal, type Refusal, refusalOf } from "./refusals.ts";
import { revertBlocksFrom } from "./revert.ts";
import type { Item, VerifiedTransaction } from "./sequence.ts";

/** Refused commits in a row that are answered by reading L1 again. */
const ANSWERS_MAX = 3;
/**
 * How often blocks of a predecessor with the same key are taken back before one of its own is
 * executed: a predecessor that is dead commits nothing more, and one that lives must not be fought.
 */
const TAKE_BACKS_MAX = 3;
/**
 * Commits that go well before larger blocks are tried again: a refusal for size may be a node's
 * mistake, and costs a question to L1 if it is none.
 */
const GROW_AFTER = 8;
/** After L1 has refused a consent by CREATE2, no other is accepted for so long. */
const CREATE2_PAUSE_SECONDS = 10n * 60n;
/** Committed blocks that may wait for their proofs, in L1 transactions of proofs. */
const PROOFS_AHEAD = 2;
/** When payouts that could not be made are tried again. */
const PAY_OUT_AGAIN_MS = 10 * 60 * 1000;

type Step = "commit" | "prove" | "execute";
type ForgedBlock = BlockRecord & Forged;

export interface RoundsParts {
  readonly l1: L1Port;
  readonly ledger: Ledger;
  readonly follower: L1Follower;
  /** Reads L1 again while nothing is on its way there. */
  readonly follow: () => Promise<unknown>;
  readonly proving: ProvingParts;
  readonly logger: Logger;
  readonly l1Limits: L1Limits;
  /** Blocks in one L1 transaction at most, whatever else would fit. */
  readonly countMax: { readonly [S in Step]: number };
  /** @throws When nothing may be done any more. */
  readonly assertRunning: () => void;
  /** A block has moved on. */
  readonly onStep: () => void;
}

export class Rounds {
  readonly #parts: RoundsParts;
  /** Less than is allowed after L1 has refused a transaction for its size. */
  readonly #countMax: { [S in Step]: number };
  #answers = 0;
  /** Commits since blocks were last made smaller or larger. */
  #calm = 0;
  #takeBacks = 0;
  #refusedCommit: RollupError | undefined;
  /** Payouts that were open when they were last tried to be made, by block. */
  readonly #triedPayouts = new Map<number, { readonly open: number; readonly atMs: number }>();

  constructor(parts: RoundsParts) {
    this.#parts = parts;
    this.#countMax = { ...parts.countMax };
  }

  /** What L1 has last refused, if it would do so again. */
  get obstacle(): RollupError | undefined {
    const error = this.#refusedCommit;
    if (error === undefined) return undefined;
    const reason = `L1 refuses its blocks (${error.sentence})`;
    return operatorError({ code: "OPERATOR_NOT_ACCEPTING", reason }, { cause: error });
  }

  /**
   * One turn of each stage up to the given one. A stage that fails holds up no other.
   *
   * @returns Whether anything has been done, and so may be left to do.
   * @throws BLOCK_STEP_FAILED, BLOCKS_UNKNOWN, ROLLUP_IN_EXODUS and what else bars the operator
   * from L1: the first of what has failed.
   */
  async take(stage: Stage): Promise<boolean> {
    const isProving = hasReached(stage, "proven");
    const turns = [
      ...(hasReached(stage, "committed")
        ? [() => this.commit(isProving ? this.#roomAhead : undefined)]
        : []),
      ...(isProving ? [() => this.prove()] : []),
      ...(hasReached(stage, "executed") ? [() => this.execute(), () => this.payOut()] : []),
    ];
    const failures: unknown[] = [];
    let hasDone = false;
    for (const turn of turns) {
      try {
        hasDone = (await turn()) || hasDone;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return hasDone;
  }

  /**
   * Commits sealed blocks with one transaction.
   *
   * @param room - Blocks at most.
   * @returns Whether there was something to do.
   */
  async commit(room = Infinity): Promise<boolean> {
    const { l1, ledger, proving, l1Limits } = this.#parts;
    const countMax = Math.min(this.#countMax.commit, room);
    if (this.#next(isSealed, 1).length === 0 && this.#unknown === undefined) return false;
    this.#assertNotBanned();
    if (this.#unknown !== undefined) throw this.#unknown;
    await hashRoots(proving.crypto, this.#next(isSealed, countMax));
    const last = ledger.lastStoredBlock;
    const sealed = this.#next(isSealed, countMax);
    if (sealed.length === 0) return false;
    if (await this.#rejectDeployed(sealed)) return true;
    const forged = takeWithin(
      forgeBlocks(sealed, last, ledger.domain),
      countMax,
      (blocks) => commitCost(blocks.map(toCommitBlock)),
      l1Limits,
    );
    // Kept before it is sent: whatever happens then, the blocks may turn up on L1.
    ledger.updateBlocks(forged);
    try {
      await this.#step("commit", forged, () => commitBlocks(l1, last, forged));
    } catch (error) {
      return this.#answer(error as RollupError, forged);
    }
    this.#answers = 0;
    this.#refusedCommit = undefined;
    this.#grow("commit");
    this.#calm++;
    if (this.#calm % GROW_AFTER === 0) ledger.growBlocks();
    return true;
  }

  /** Proves committed blocks, and sends the proofs with one transaction. */
  async prove(): Promise<boolean> {
    const { proving, l1Limits } = this.#parts;
    const committed = this.#next(isCommitted, this.#countMax.prove);
    if (committed.length === 0) return false;
    this.#assertBeforeExodus();
    for (const block of committed) {
      if (isWithProof(block)) continue;
      await this.#step("prove", [block], async () => [await proveBlock(proving, block)]);
    }
    const proved = this.#next(isWithProof, this.#countMax.prove);
    await this.#submitProofs(
      takeWithin(proved, this.#countMax.prove, ({ length }) => proveCost(length), l1Limits),
    );
    return true;
  }

  /**
   * Executes proven blocks with one transaction. What a block pays out beyond what gas suffices for
   * stays open, and holds up no other block.
   */
  async execute(): Promise<boolean> {
    const { l1, l1Limits } = this.#parts;
    const blocks = takeWithin(
      this.#next(isProven, this.#countMax.execute),
      this.#countMax.execute,
      (blocks) => executeCost(blocks.map(({ applied }) => applied.payouts.length)),
      l1Limits,
    );
    if (blocks.length === 0) return false;
    this.#assertNotBanned();
    const given = blocks.map(toExecuteBlock);
    const finaliseOnly = given.map((block) => ({ ...block, payouts: [] }));
    const payoutCounts = given.map(({ payouts }) => payouts.length);
    const fits = isWithin({ ...executeCost(payoutCounts), gas: 0 }, l1Limits);
    const run = (list: typeof given) => () => executeBlocks(l1, blocks, list);
    try {
      await this.#step("execute", blocks, run(fits ? given : finaliseOnly));
    } catch (error) {
      if (refusalOf((error as Error).cause)?.kind !== "size") throw error;
      if (this.#halve("execute", blocks)) return true;
      await this.#step("execute", blocks, run(finaliseOnly));
    }
    this.#grow("execute");
    this.#takeBacks = 0;
    return true;
  }

  /** Makes open payouts of one executed block, as many as one transaction has gas for. */
  async payOut(): Promise<boolean> {
    const { l1, ledger, proving } = this.#parts;
    if (ledger.unpaid.length === 0) this.#triedPayouts.clear();
    const next = await this.#nextUnpaid();
    if (next === undefined) return false;
    const { block, open } = next;
    const { blockNumber } = block.storedBlock;
    await this.#run("pay out", [blockNumber], () => l1.payOut(block));
    this.#triedPayouts.set(blockNumber, { open, atMs: proving.clock.nowMs() });
    return true;
  }

  /**
   * The oldest block with open payouts that are due: those that were tried in vain wait a while.
   * After a reorg all kept blocks are looked at again, some at a time.
   */
  async #nextUnpaid(): Promise<{ block: ExecuteBlock; open: number } | undefined> {
    const { l1, ledger, proving } = this.#parts;
    const nowMs = proving.clock.nowMs();
    const { unpaid } = ledger;
    for (let start = 0; start < unpaid.length; start += UNPAID_MAX) {
      const blocks = unpaid.slice(start, start + UNPAID_MAX);
      const counts = await Promise.all(
        blocks.map(({ storedBlock }) => l1.readOpenPayouts(storedBlock.blockNumber)),
      );
      for (const [index, block] of blocks.entries()) {
        const { blockNumber } = block.storedBlock;
        const open = counts[index]!;
        const tried = this.#triedPayouts.get(blockNumber);
        // A try that has paid something says nothing about the rest or about a reorg.
        if (tried?.open !== open) this.#triedPayouts.delete(blockNumber);
        else if (nowMs - tried.atMs < PAY_OUT_AGAIN_MS) continue;
        if (open > 0) return { block, open };
      }
    }
    return undefined;
  }

  /**
   * Takes blocks back that a predecessor with the same key has committed, which nobody can prove
   * any more. Blocks of others stay: whoever has committed them may be about to prove them.
   */
  async takeBackPredecessors(): Promise<void> {
    const { l1, follower, follow, logger, l1Limits } = this.#parts;
    const { unknownBlock: first, progress } = follower;
    if (first === undefined || progress === undefined || first <= progress.proven) return;
    if (follower.ban !== undefined || this.#takeBacks >= TAKE_BACKS_MAX) return;
    const { committed } = progress;
    for (let number = first; number <= committed; number++) {
      if (!(await l1.isOwnCommit(number))) return;
    }
    await revertBlocksFrom(l1, first, progress, l1Limits);
    this.#takeBacks++;
    logger.info(`revert: block ${first} to ${committed}, which a predecessor has committed`);
    await follow();
  }

  // --------------------------------------------------------------------------------------------

  /**
   * Sends proofs. Of several, L1 does not say which one it finds wrong; then each goes alone, so
   * that those before the wrong one count and those after it are kept. The wrong one is not: it
   * would be wrong the next time, too.
   */
  async #submitProofs(batch: readonly BlockWithProof[]): Promise<void> {
    const { l1, ledger, logger } = this.#parts;
    try {
      await this.#step("submit proof", batch, () => submitProofs(l1, batch));
      this.#grow("prove");
    } catch (error) {
      const { cause } = error as Error;
      if (refusalOf(cause)?.kind === "size" && this.#halve("prove", batch)) return;
      if (!isProofRefusal(cause)) throw error;
      if (batch.length > 1) {
        logger.error(String(error));
        for (const block of batch) await this.#submitProofs([block]);
        return;
      }
      ledger.updateBlocks(batch.map(withoutProof));
      throw error;
    }
  }

  /** Removes what L1 has refused. @returns True: the rest is to be committed again. */
  async #answer(error: RollupError, batch: readonly ForgedBlock[]): Promise<boolean> {
    const { cause } = error;
    const refusal = refusalOf(cause);
    if (refusal !== undefined && (await this.#isAnswered(refusal, batch))) {
      // What was made anew may stand in the open block now.
      this.#parts.ledger.sealOpenBlock();
      this.#parts.logger.error(`${String(error)} What L1 refuses is removed (${refusal.kind}).`);
      return true;
    }
    if (isRefusal(cause)) this.#refusedCommit = error;
    throw error;
  }

  async #isAnswered(refusal: Refusal, batch: readonly ForgedBlock[]): Promise<boolean> {
    const { ledger, follow } = this.#parts;
    if (refusal.kind === "size") {
      this.#calm = 0;
      const cost = commitCost([toCommitBlock(batch[0]!)]);
      return this.#halve("commit", batch) || ledger.shrinkBlocks(cost);
    }
    if (refusal.kind === "authorization") return this.#rejectRefused(refusal, batch);
    if (++this.#answers > ANSWERS_MAX) return false;
    await follow();
    return refusal.kind === "changed" || ledger.reopenRefusedBlocks();
  }

  /**
   * Takes out what L1 does not find authorised, and at once all else that its owner could make
   * unauthorised in the same way: many together cost no more than one refused transaction.
   */
  async #rejectRefused(
    { slot, owner }: Extract<Refusal, { kind: "authorization" }>,
    batch: readonly BlockRecord[],
  ): Promise<boolean> {
    const { ledger, follow } = this.#parts;
    const refused = batch.flatMap(({ items }) => items.slice(slot, slot + 1)).filter(isOf(owner));
    if (refused.length === 0) return false;
    await follow();
    const isCreate2 = refused.some(isByCreate2);
    if (isCreate2) ledger.pauseCreate2(CREATE2_PAUSE_SECONDS);
    ledger.reject((item) => {
      if (item.kind !== "transaction") return;
      if (refused.includes(item)) throw withdrawnConsent(item, "L1 has refused it");
      const isRevocable = hasRevocableConsent(ledger.l1, item);
      if (!isRevocable || (isByCreate2(item) && !isCreate2)) return;
      throw withdrawnConsent(item, "its owner can revoke it, as L1 has shown with another one");
    });
    return true;
  }

  /** Takes out consents by CREATE2 of wallets that have been deployed since, before L1 has to. */
  async #rejectDeployed(blocks: readonly BlockRecord[]): Promise<boolean> {
    const { l1, ledger } = this.#parts;
    const byCreate2 = blocks.flatMap(({ items }) =>
      items.filter((item) => item.kind === "transaction").filter(isByCreate2),
    );
    if (byCreate2.length === 0) return false;
    const hasCode = await Promise.all(byCreate2.map(({ consent }) => l1.hasCode(consent!.owner)));
    const deployed = byCreate2.filter((_, index) => hasCode[index]);
    const count = ledger.reject((item) => {
      if (item.kind !== "transaction" || !deployed.includes(item)) return;
      throw withdrawnConsent(
        item,
        "the wallet has been deployed, so CREATE2 shows nothing any more",
      );
    });
    if (count > 0) ledger.sealOpenBlock();
    return count > 0;
  }

  get #unknown(): RollupError | undefined {
    const { unknownBlock: blockNumber, progress } = this.#parts.follower;
    if (blockNumber === undefined) return undefined;
    const { executed } = progress!;
    return operatorError({ code: "BLOCKS_UNKNOWN", blockNumber, executed });
  }

  /**
   * How many more blocks may be committed before proofs must follow: what is committed sooner than
   * it can be proven only ages, and grows no more.
   */
  get #roomAhead(): number {
    const aheadMax = PROOFS_AHEAD * this.#parts.countMax.prove;
    return Math.max(0, aheadMax - this.#next(isCommitted, aheadMax).length);
  }

  #assertNotBanned(): void {
    const { ban } = this.#parts.follower;
    if (ban !== undefined) throw ban;
  }

  #assertBeforeExodus(): void {
    const { ban } = this.#parts.follower;
    if (ban?.code === "ROLLUP_IN_EXODUS") throw ban;
  }

  /** The oldest blocks of a kind. */
  #next<B extends BlockRecord>(
    isOfKind: (block: BlockRecord) => block is B,
    count: number,
  ): readonly B[] {
    return this.#parts.ledger.waitingBlocks.filter(isOfKind).slice(0, count);
  }

  /** @returns False if there is nothing to halve. */
  #halve(step: Step, { length }: readonly unknown[]): boolean {
    if (length < 2) return false;
    this.#countMax[step] = Math.ceil(length / 2);
    return true;
  }

  /** What has gone well may be tried with more again. */
  #grow(step: Step): void {
    this.#countMax[step] = Math.min(2 * this.#countMax[step], this.#parts.countMax[step]);
  }

  /** Takes blocks through a step and keeps the result. */
  async #step(
    step: string,
    blocks: readonly BlockRecord[],
    run: () => Promise<readonly BlockRecord[]>,
  ): Promise<void> {
    const numbers = blocks.map(({ applied }) => applied.block.blockNumber);
    await this.#run(step, numbers, async () => this.#parts.ledger.updateBlocks(await run()));
  }

  /** @throws BLOCK_STEP_FAILED */
  async #run(step: string, numbers: readonly number[], run: () => Promise<unknown>): Promise<void> {
    const { ledger, assertRunning, logger, onStep } = this.#parts;
    assertRunning();
    try {
      await run();
    } catch (cause) {
      const exodus = toExodusError(cause, ledger.rollup.rollupAddress);
      if (exodus !== undefined) throw exodus;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const facts = { step, blockNumber: numbers[0]!, reason };
      throw operatorError({ code: "BLOCK_STEP_FAILED", ...facts }, { cause });
    }
    logger.info(`${step}: block ${numbers.join(", ")}`);
    onStep();
  }
}

function isOf(owner: bigint): (item: Item) => item is VerifiedTransaction {
  return (item): item is VerifiedTransaction =>
    item.kind === "transaction" && item.consent?.owner === owner;
}

function isByCreate2({ consent }: VerifiedTransaction): boolean {
  return consent !== undefined && isCreate2Authorization(consent.authorization);
}
