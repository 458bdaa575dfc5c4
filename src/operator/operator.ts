/**
 * The operator of one rollup: accepts transactions, follows L1, seals blocks and brings them
 * through L1. It has no rules of its own: what it knows is in the {@link Ledger}, what it does to
 * blocks in the pipeline; here is when. Clock, L1, prover and logger are injected.
 */
import { type BatchCrypto, createBatchCrypto } from "../kernel/batch.ts";
import type { L1BlockCounts, L1News, L1Progress, Token } from "../l1/types.ts";
import type { SignedTransaction } from "../ops/transaction.ts";
import { BATCH_LENGTH_MAX } from "../protocol/batches.ts";
import type { Preset } from "../protocol/presets.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { Prover } from "../prover/prover.ts";
import { createGenesisState, type RollupState } from "../state/rollup-state.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { type Clock, systemClock } from "./clock.ts";
import { assertDeployment, assertStart, startAtGenesis } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import { toExodusError } from "./exodus.ts";
import type { L1Port } from "./l1-port.ts";
import type { L1View } from "./l1-view.ts";
import { Ledger, type LedgerCheckpoint, type StartingPoint } from "./ledger.ts";
import { type Logger, silentLogger } from "./logger.ts";
import {
  type BlockRecord,
  type BlockWithProof,
  commitBlocks,
  executeBlocks,
  forgeBlocks,
  hashRoots,
  isCommitted,
  isProven,
  isSealed,
  isProofRefusal,
  isWithProof,
  proveBlock,
  type ProvingParts,
  submitProofs,
  withoutProof,
} from "./pipeline.ts";
import type { Receipt, RequestReceipt, TransactionReceipt } from "./receipts.ts";
import {
  type CheckedSubmission,
  checkSubmissions,
  type Submission,
  SubmissionQueue,
} from "./submissions.ts";

/**
 * Who makes blocks move: `manual`, only calls of its methods; `on-demand`, also whoever waits for a
 * stage (tests: nothing happens behind anybody's back); `interval`, the operator itself (a devnet).
 */
export type OperatorMode = "manual" | "on-demand" | "interval";

export interface OperatorOptions {
  readonly mode: OperatorMode;
  /** `interval`: a block is sealed when it is full, or this long after the one before. */
  readonly blockTimeMs: number;
  /** Sealed blocks that may wait for L1; when there are more, transactions are refused. */
  readonly waitingBlocksMax: number;
  /** Blocks that one L1 transaction commits or executes at most: their data has to fit into it. */
  readonly blocksPerTransaction: number;
  /** Blocks that one L1 transaction proves at most: the more, the cheaper, but the first wait. */
  readonly proofsPerTransaction: number;
  /** How long one call waits for a stage before it answers with what there is; not `on-demand`. */
  readonly waitLimitMs: number;
}

const DEFAULT_OPTIONS: OperatorOptions = {
  mode: "on-demand",
  blockTimeMs: 1000,
  waitingBlocksMax: 1024,
  blocksPerTransaction: 4,
  proofsPerTransaction: 10,
  waitLimitMs: 20_000,
};

/** L1 that goes back while it is read is read again, so many times in all. */
const READ_ATTEMPTS_MAX = 5;

/** All there is to know of L1 at the end of one of its blocks. */
interface L1Reading {
  /** The last view that still holds. */
  readonly since: L1View;
  /** What is new since then. */
  readonly news: L1News;
  readonly progress: L1Progress;
}

/** What an operator is made of. */
export interface OperatorParts {
  readonly preset: Preset;
  /** L1 owner of the fee account at genesis, uint160; the contract was deployed with the same. */
  readonly feeAccountAddress: bigint;
  readonly l1: L1Port;
  /** Stays the caller's to close. */
  readonly prover: Prover;
  /** What has been restored from L1; without it the rollup must have no blocks yet. */
  readonly start?: StartingPoint;
  /** Protocol digest in the manifest of the compiled circuits, if there are any. */
  readonly circuitsProtocolDigest?: string;
  /** Hashes and checks signatures; stays the caller's to close. By default in this thread. */
  readonly crypto?: BatchCrypto;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly options?: Partial<OperatorOptions>;
}

function isBehind(one: L1BlockCounts, other: L1BlockCounts): boolean {
  const stages = ["committed", "proven", "executed"] as const;
  return stages.some((stage) => one[stage] < other[stage]);
}

export class Operator {
  readonly prover: Prover;
  readonly options: OperatorOptions;
  readonly #l1: L1Port;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ledger: Ledger;
  readonly #proving: ProvingParts;
  readonly #submissions: SubmissionQueue;

  /** One reader of L1 at a time, and one that brings blocks through L1. */
  readonly #reading = new SerialQueue();
  readonly #working = new SerialQueue();
  readonly #waiters = new Set<() => void>();
  /** Of the rollup's blocks on L1, when it was last looked at. */
  #progress: L1Progress | undefined;
  #isRunning = true;
  #isAdvancing = false;
  #cancelTick = () => {};
  #lastFailure: string | undefined;

  private constructor(parts: OperatorParts, ledger: Ledger) {
    this.prover = parts.prover;
    this.options = { ...DEFAULT_OPTIONS, ...parts.options };
    this.#l1 = parts.l1;
    this.#clock = parts.clock ?? systemClock;
    this.#logger = parts.logger ?? silentLogger;
    this.#ledger = ledger;
    const crypto = parts.crypto ?? createBatchCrypto(0);
    this.#proving = { prover: parts.prover, crypto, clock: this.#clock };
    this.#submissions = new SubmissionQueue(crypto, ledger.domain);
  }

  /**
   * Makes the operator of a deployment, which accepts transactions from then on. In mode `interval`
   * it works by itself after {@link Operator.start}.
   *
   * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH, GENESIS_MISMATCH, ROLLUP_NOT_FRESH,
   * START_NOT_ON_L1
   */
  static async create(parts: OperatorParts): Promise<Operator> {
    const { preset, feeAccountAddress, l1, circuitsProtocolDigest } = parts;
    const deployment = await l1.readDeployment();
    assertDeployment(preset, deployment, circuitsProtocolDigest);
    const genesis = createGenesisState(preset, { feeAccountAddress });
    const start = parts.start ?? startAtGenesis(genesis, deployment);
    const operator = new Operator(parts, new Ledger(l1, start));
    await operator.exclusively(() => operator.#followL1());
    return operator;
  }

  get preset(): Preset {
    return this.state.preset;
  }

  get chainId(): bigint {
    return this.#ledger.rollup.chainId;
  }

  /** Checksummed. */
  get rollupAddress(): string {
    return this.#ledger.rollup.rollupAddress;
  }

  /** The state with everything accepted so far; fees of the open block are not credited yet. */
  get state(): RollupState {
    return this.#ledger.state;
  }

  /** Listed tokens, ascending by id. */
  get tokens(): readonly Token[] {
    return this.#ledger.l1.tokens;
  }

  /** All sealed blocks since the start, oldest first. */
  get blocks(): readonly BlockRecord[] {
    return this.#ledger.blocks;
  }

  /** Undefined if it is not sealed, or from before the start. */
  block(blockNumber: number): BlockRecord | undefined {
    return this.#ledger.block(blockNumber);
  }

  // --------------------------------------------------------------------------------- accepting

  /**
   * Accepts a signed transaction: checks its signature and every rule against the state, and
   * applies it at once. The same transaction again gets the same receipt again.
   *
   * @param authorization - Of a ChangePubKey: the owner's consent as L1 takes it, 0x-hex.
   * @throws The code of the rule that it breaks, AUTHORIZATION_INVALID, TOKEN_NOT_LISTED,
   * OPERATOR_BUSY, OPERATOR_STOPPED, ROLLUP_IN_EXODUS. A refused transaction changes nothing.
   */
  submit(transaction: SignedTransaction, authorization = "0x"): TransactionReceipt {
    return this.submitBatch([{ transaction, authorization }])[0]!;
  }

  /**
   * Accepts transactions, of any accounts, all or none: as {@link Operator.submit}, each on the
   * state that those before it leave. Several are signed as a batch (see `batchMessages`): they
   * take consecutive slots of one block, no proof can split them, and if one of them can not be
   * included after all, all are rejected.
   *
   * @throws BATCH_LENGTH_INVALID, and as {@link Operator.submit}
   */
  submitBatch(batch: readonly Submission[]): TransactionReceipt[] {
    this.#assertAccepting(batch);
    return this.#accept(checkSubmissions(batch, this.#ledger.domain));
  }

  /**
   * As {@link Operator.submitBatch}, for many who submit at a time: signatures are checked together
   * with those of others, in worker threads if there are any. Batches are accepted in the order in
   * which they came.
   *
   * @throws as {@link Operator.submitBatch}, and SUBMISSIONS_WAITING
   */
  async receiveBatch(batch: readonly Submission[]): Promise<TransactionReceipt[]> {
    this.#assertAccepting(batch);
    const checked = await this.#submissions.check(batch);
    this.#assertAccepting(batch);
    return this.#accept(checked);
  }

  #accept(batch: readonly CheckedSubmission[]): TransactionReceipt[] {
    const receipts = this.#ledger.accept(batch);
    if (this.options.mode === "interval") this.#advanceInBackground();
    return receipts;
  }

  /** @throws OPERATOR_STOPPED, ROLLUP_IN_EXODUS, BATCH_LENGTH_INVALID, OPERATOR_BUSY */
  #assertAccepting({ length }: readonly Submission[]): void {
    this.#assertRunning();
    this.#assertBeforeExodus();
    const lengthMax = Math.min(BATCH_LENGTH_MAX, this.preset.blockSlots.at(-1)!);
    if (length < 1 || length > lengthMax) {
      throw operatorError({ code: "BATCH_LENGTH_INVALID", length, maximum: lengthMax });
    }
    const waitingBlocks = this.#ledger.waitingBlocks.length;
    const maximum = this.options.waitingBlocksMax;
    if (waitingBlocks >= maximum) {
      throw operatorError({ code: "OPERATOR_BUSY", waitingBlocks, maximum });
    }
  }

  /**
   * Takes what is new on L1: tokens, authorised keys, and requests, which no limit holds up. If L1
   * has gone back, the operator goes back with it as far as it must.
   *
   * @returns How many requests were new.
   */
  async syncL1(): Promise<number> {
    const count = await this.#reading.run(() => this.#readNews());
    return count ?? (await this.exclusively(() => this.#followL1()));
  }

  /** @returns Undefined if L1 has gone back. */
  async #readNews(): Promise<number | undefined> {
    this.#assertRunning();
    const { l1, progress: known } = this.#ledger;
    if (!(await this.#isOnL1(l1))) return undefined;
    const news = await this.#l1.readNews(l1.nextBlock);
    const progress = await this.#l1.readProgress(known.executed + 1, news.blockNumber);
    if (isBehind(progress, known)) return undefined;
    const count = this.#ledger.takeNews(news);
    this.#notifyWaiters();
    return count;
  }

  /** As {@link Operator.syncL1}, and gives blocks the status that they have on L1. */
  async #followL1(): Promise<number> {
    const { since, news, progress } = await this.#readL1();
    this.#ledger.takeProgress(progress);
    this.#progress = progress;
    const count = this.#ledger.takeNews(news, since, this.#ledger.progress.executed);
    this.#notifyWaiters();
    return count;
  }

  /** Reads all there is to know at the end of one L1 block. @throws L1_UNSTABLE, START_NOT_ON_L1 */
  async #readL1(): Promise<L1Reading> {
    for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
      this.#assertRunning();
      const since = await this.#lastViewOnL1();
      const news = await this.#l1.readNews(since.nextBlock);
      const { blockNumber, blockHash } = news;
      if (since !== this.#ledger.l1 || this.#progress === undefined) {
        await assertStart(this.#l1, this.#ledger.start, blockNumber);
      }
      const progress = await this.#l1.readProgress(since.confirmed + 1, blockNumber);
      if ((await this.#l1.readBlockHash(blockNumber)) === blockHash) {
        return { since, news, progress };
      }
    }
    throw operatorError({ code: "L1_UNSTABLE", attempts: READ_ATTEMPTS_MAX });
  }

  async #lastViewOnL1(): Promise<L1View> {
    const history = this.#ledger.l1History;
    for (const view of history) if (await this.#isOnL1(view)) return view;
    return history.at(-1)!;
  }

  async #isOnL1({ nextBlock, blockHash }: L1View): Promise<boolean> {
    if (blockHash === undefined) return true;
    return (await this.#l1.readBlockHash(nextBlock - 1)) === blockHash;
  }

  /** Reads L1 where nothing else does so in time, for an answer that is up to date. */
  async catchUp(): Promise<void> {
    if (this.options.mode === "on-demand") await this.syncL1();
  }

  /** Seals the open block at the smallest size that fits, unless it is empty. */
  sealBlock(): void {
    this.#assertRunning();
    this.#ledger.sealOpenBlock();
  }

  // ---------------------------------------------------------------------------------- pipeline

  /**
   * Commits all sealed blocks.
   *
   * @throws BLOCK_STEP_FAILED; what has succeeded stays. ROLLUP_IN_EXODUS, as all steps do.
   */
  commitBlocks(): Promise<void> {
    return this.#working.run(() => this.#commit());
  }

  /** Proves all committed blocks, here and on L1. @throws BLOCK_STEP_FAILED */
  proveBlocks(): Promise<void> {
    return this.#working.run(() => this.#prove());
  }

  /** Executes all proven blocks. @throws BLOCK_STEP_FAILED */
  executeBlocks(): Promise<void> {
    return this.#working.run(() => this.#execute());
  }

  /**
   * Works off all that is pending: reads L1, seals, and brings every block to a stage.
   *
   * @returns The blocks that were not executed before.
   * @throws BLOCK_STEP_FAILED; nothing is lost, and the next call goes on where this one has
   * stopped.
   */
  processBlocks(stage: Stage = "executed"): Promise<readonly BlockRecord[]> {
    return this.#working.run(async () => {
      const executed = this.blocks.length - this.#ledger.waitingBlocks.length;
      await this.#reading.run(() => this.#followL1());
      this.#ledger.reopenStaleBlocks();
      this.sealBlock();
      await this.#advance(stage);
      return this.blocks.slice(executed);
    });
  }

  /**
   * Takes committed blocks back on L1, the last first: those of others too, of which the operator
   * knows nothing. Its own are committed again when blocks are processed next: as they were, with
   * the proofs that were made, or, when L1 would find them too old, made anew of the same requests
   * and transactions in the same order. What has expired by then is rejected.
   *
   * @param fromBlockNumber - The first block that goes.
   * @throws BLOCKS_NOT_REVERTIBLE, L1_REVERTED
   */
  revertBlocks(fromBlockNumber: number): Promise<void> {
    return this.#working.run(async () => {
      await this.#reading.run(() => this.#followL1());
      const { committed, executed } = this.#progress!;
      if (fromBlockNumber <= executed || fromBlockNumber > committed) {
        const facts = { blockNumber: fromBlockNumber, executed, committed };
        throw operatorError({ code: "BLOCKS_NOT_REVERTIBLE", ...facts });
      }
      const count = committed - fromBlockNumber + 1;
      const numbers = Array.from({ length: count }, (_, index) => committed - index);
      await this.#l1.revertBlocks(
        await Promise.all(numbers.map((number) => this.#l1.readStoredBlock(number))),
      );
      await this.#reading.run(() => this.#followL1());
    });
  }

  async #advance(stage: Stage): Promise<void> {
    if (hasReached(stage, "committed")) await this.#commit();
    if (hasReached(stage, "proven")) await this.#prove();
    if (hasReached(stage, "executed")) await this.#execute();
  }

  async #commit(): Promise<void> {
    this.#assertBlocksKnown();
    for (;;) {
      await hashRoots(this.#proving.crypto, this.#next(isSealed));
      const batch = this.#next(isSealed);
      if (batch.length === 0) return;
      const last = this.#ledger.lastStoredBlock;
      // Kept before it is sent: whatever happens then, the blocks may turn up on L1.
      const forged = forgeBlocks(batch, last, this.#ledger.domain);
      this.#ledger.updateBlocks(forged);
      await this.#step("commit", batch, () => commitBlocks(this.#l1, last, forged));
    }
  }

  /** @throws BLOCKS_UNKNOWN */
  #assertBlocksKnown(): void {
    const { blockNumber } = this.#ledger.lastStoredBlock;
    if (this.#progress === undefined || this.#progress.committed <= blockNumber) return;
    const { executed } = this.#progress;
    throw operatorError({ code: "BLOCKS_UNKNOWN", blockNumber: blockNumber + 1, executed });
  }

  /** Sends the proofs of each batch when they are made: nobody waits for those of later blocks. */
  async #prove(): Promise<void> {
    const { proofsPerTransaction } = this.options;
    for (;;) {
      for (const block of this.#next(isCommitted, proofsPerTransaction)) {
        if (isWithProof(block)) continue;
        await this.#step("prove", [block], async () => [await proveBlock(this.#proving, block)]);
      }
      const batch = this.#next(isWithProof, proofsPerTransaction);
      if (batch.length === 0) return;
      await this.#submitProofs(batch);
    }
  }

  /**
   * Sends proofs. Of several, L1 does not say which one it finds wrong; then each goes alone, so
   * that those before the wrong one count and those after it are kept. The wrong one is not: it
   * would be wrong the next time, too.
   */
  async #submitProofs(batch: readonly BlockWithProof[]): Promise<void> {
    try {
      await this.#step("submit proof", batch, () => submitProofs(this.#l1, batch));
    } catch (error) {
      if (!isProofRefusal((error as Error).cause)) throw error;
      if (batch.length > 1) {
        this.#logger.error(String(error));
        for (const block of batch) await this.#submitProofs([block]);
        return;
      }
      this.#ledger.updateBlocks(batch.map(withoutProof));
      throw error;
    }
  }

  async #execute(): Promise<void> {
    for (let batch = this.#next(isProven); batch.length > 0; batch = this.#next(isProven)) {
      await this.#step("execute", batch, () => executeBlocks(this.#l1, batch));
    }
  }

  /** The oldest blocks of a kind. @param count - As many as go into one L1 transaction. */
  #next<B extends BlockRecord>(
    isOfKind: (block: BlockRecord) => block is B,
    count = this.options.blocksPerTransaction,
  ): readonly B[] {
    return this.#ledger.waitingBlocks.filter(isOfKind).slice(0, count);
  }

  /** Takes blocks through a step and keeps the result. */
  async #step(
    step: string,
    blocks: readonly BlockRecord[],
    run: () => Promise<readonly BlockRecord[]>,
  ): Promise<void> {
    this.#assertRunning();
    const numbers = blocks.map(({ applied }) => applied.block.blockNumber);
    try {
      this.#ledger.updateBlocks(await run());
    } catch (cause) {
      const exodus = toExodusError(cause, this.rollupAddress);
      if (exodus !== undefined) throw exodus;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const facts = { step, blockNumber: numbers[0]!, reason };
      throw operatorError({ code: "BLOCK_STEP_FAILED", ...facts }, { cause });
    }
    this.#lastFailure = undefined;
    this.#logger.info(`${step}: block ${numbers.join(", ")}`);
    this.#notifyWaiters();
  }

  // ---------------------------------------------------------------------------------- receipts

  /** How far a transaction has come; undefined if it was never accepted. */
  receipt(hash: string): TransactionReceipt | undefined {
    return this.#ledger.transactionReceipt(hash);
  }

  /** How far a deposit or full exit has come; undefined if it has not been seen on L1. */
  requestReceipt(requestId: number): RequestReceipt | undefined {
    return this.#ledger.requestReceipt(requestId);
  }

  /**
   * Waits until a transaction has reached a stage or was rejected. In mode `on-demand` this makes
   * the operator work; otherwise the answer may come short of the stage after `waitLimitMs`.
   *
   * @throws TRANSACTION_NOT_FOUND, BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED,
   * ROLLUP_IN_EXODUS
   */
  async waitFor(hash: string, stage: Stage): Promise<TransactionReceipt> {
    if (this.receipt(hash) === undefined) {
      throw operatorError({ code: "TRANSACTION_NOT_FOUND", hash });
    }
    return (await this.#wait(() => this.receipt(hash), stage))!;
  }

  /**
   * As {@link Operator.waitFor}, for a deposit or full exit.
   *
   * @returns Undefined if it has still not been seen on L1.
   * @throws REQUEST_NOT_FOUND (`on-demand`), BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED,
   * ROLLUP_IN_EXODUS
   */
  async waitForRequest(requestId: number, stage: Stage): Promise<RequestReceipt | undefined> {
    const receipt = await this.#wait(() => this.requestReceipt(requestId), stage);
    if (receipt === undefined && this.options.mode === "on-demand") {
      throw operatorError({ code: "REQUEST_NOT_FOUND", requestId });
    }
    return receipt;
  }

  async #wait<R extends Receipt>(find: () => R | undefined, stage: Stage): Promise<R | undefined> {
    const isDone = () => {
      const status = find()?.status;
      return status !== undefined && (status === "rejected" || hasReached(status, stage));
    };
    this.#assertRunning();
    if (isDone()) return find();
    if (this.options.mode === "on-demand") {
      await (stage === "accepted" ? this.syncL1() : this.processBlocks(stage));
      return find();
    }
    const endMs = this.#clock.nowMs() + this.options.waitLimitMs;
    while (!isDone() && this.#clock.nowMs() < endMs) {
      this.#assertBeforeExodus();
      await this.#nextChange(endMs - this.#clock.nowMs());
      this.#assertRunning();
    }
    return find();
  }

  #nextChange(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#waiters.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(limitMs, wake);
      this.#waiters.add(wake);
    });
  }

  #notifyWaiters(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  // -------------------------------------------------------------------------------------- life

  /** Everything at this moment, to go back to with {@link Operator.restore}; nearly free. */
  checkpoint(): LedgerCheckpoint {
    return this.#ledger.checkpoint();
  }

  /**
   * Goes back to exactly what was, for when L1 goes back too. Nothing may be on its way to L1: call
   * it within {@link Operator.exclusively}.
   */
  restore(checkpoint: LedgerCheckpoint): void {
    this.#ledger.restore(checkpoint);
    this.#progress = undefined;
    this.#notifyWaiters();
  }

  /** Runs an action while the operator neither reads nor writes L1. */
  exclusively<T>(action: () => T | Promise<T>): Promise<T> {
    return this.#working.run(() => this.#reading.run(action));
  }

  /** In mode `interval`, starts to work; in the others there is nothing to start. */
  start(): void {
    if (this.options.mode === "interval") this.#scheduleTick();
  }

  /** Stops everything once what is under way is done; who waits gets OPERATOR_STOPPED. */
  async close(): Promise<void> {
    this.#isRunning = false;
    this.#cancelTick();
    this.#notifyWaiters();
    await this.exclusively(() => {});
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#clock.after(this.options.blockTimeMs, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    await this.#attempt(async () => {
      await this.syncL1();
      this.sealBlock();
    });
    this.#advanceInBackground();
    if (this.#isRunning) this.#scheduleTick();
  }

  #advanceInBackground(): void {
    if (this.#isAdvancing || this.#ledger.waitingBlocks.length === 0) return;
    if (this.#ledger.l1.isInExodus) return;
    this.#isAdvancing = true;
    void this.#attempt(() =>
      this.#working.run(async () => {
        await this.#reading.run(() => this.#followL1());
        this.#ledger.reopenStaleBlocks();
        await this.#advance("executed");
      }),
    ).finally(() => {
      this.#isAdvancing = false;
    });
  }

  /**
   * Nobody waits for the result: what fails is logged, and tried again with the next tick. As long
   * as it fails in the same way it is not logged again.
   */
  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const failure = String(error);
      if (this.#isRunning && failure !== this.#lastFailure) this.#logger.error(failure);
      this.#lastFailure = failure;
    }
  }

  /** @throws ROLLUP_IN_EXODUS */
  #assertBeforeExodus(): void {
    const { rollupAddress } = this;
    if (this.#ledger.l1.isInExodus) {
      throw operatorError({ code: "ROLLUP_IN_EXODUS", rollupAddress });
    }
  }

  #assertRunning(): void {
    if (!this.#isRunning) throw operatorError({ code: "OPERATOR_STOPPED" });
  }
}
