/**
 * The operator of one rollup: accepts transactions, follows L1, seals blocks and brings them
 * through L1. It has no rules of its own: what it knows is in the {@link Ledger}, what it does to
 * blocks in the pipeline; here is when. Clock, L1, prover and logger are injected.
 */
import { type BatchCrypto, createBatchCrypto } from "../kernel/batch.ts";
import { isCreate2Authorization } from "../l1/authorization.ts";
import { L1_LIMITS, type L1Limits } from "../l1/gas.ts";
import type { ExecuteBlock, L1BlockCounts, Token } from "../l1/types.ts";
import type { SignedTransaction } from "../operations/transaction.ts";
import { BATCH_LENGTH_MAX } from "../protocol/batches.ts";
import type { Preset } from "../protocol/presets.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { Prover } from "../prover/prover.ts";
import { createGenesisState, type RollupState } from "../state/rollup-state.ts";
import type { RollupError } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { type Clock, systemClock } from "./clock.ts";
import { assertDeployment, startAtGenesis } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import { FailureLog } from "./failure-log.ts";
import { L1Follower } from "./follower.ts";
import type { L1Port } from "./l1-port.ts";
import { Ledger, type LedgerCheckpoint, type StartingPoint } from "./ledger.ts";
import { type Logger, silentLogger } from "./logger.ts";
import type { BlockRecord } from "./pipeline.ts";
import type { Receipt, RequestReceipt, TransactionReceipt } from "./receipts.ts";
import { revertBlocksFrom } from "./revert.ts";
import { Rounds } from "./rounds.ts";
import { StallWatch } from "./stall-watch.ts";
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
  /**
   * `interval`: how often L1 is read, and after how long a block is sealed that is not full, unless
   * others wait to be committed.
   */
  readonly blockTimeMs: number;
  /** Sealed blocks that may wait for L1; when there are more, transactions are refused. */
  readonly waitingBlocksMax: number;
  /** Blocks that one L1 transaction commits or executes at most, if they fit into it. */
  readonly blocksPerTransaction: number;
  /** Blocks that one L1 transaction proves at most: the more, the cheaper, but the first wait. */
  readonly proofsPerTransaction: number;
  /** What one L1 transaction may be made of: blocks are sealed and grouped within that. */
  readonly l1Limits: L1Limits;
  /** How long one call waits for a stage before it answers with what there is; not `on-demand`. */
  readonly waitLimitMs: number;
  /** `interval`: when nothing has moved on L1 for so long, transactions are refused. */
  readonly stallLimitMs: number;
  /** Executed blocks that are kept in memory; more, as long as a reorg of L1 may need them. */
  readonly executedBlocksMax: number;
  /** Receipts that are kept of what stands in older blocks, or was rejected. */
  readonly finalReceiptsMax: number;
}

const DEFAULT_OPTIONS: OperatorOptions = {
  mode: "on-demand",
  blockTimeMs: 1000,
  waitingBlocksMax: 256,
  blocksPerTransaction: 32,
  proofsPerTransaction: 10,
  l1Limits: L1_LIMITS,
  waitLimitMs: 20_000,
  stallLimitMs: 30 * 60 * 1000,
  executedBlocksMax: 256,
  finalReceiptsMax: 2 ** 16,
};

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
  /** Blocks up to the start whose payouts may not all have been made. */
  readonly unpaid?: readonly ExecuteBlock[];
  /** Protocol digest in the manifest of the compiled circuits, if there are any. */
  readonly circuitsProtocolDigest?: string;
  /** Hashes and checks signatures; stays the caller's to close. By default in this thread. */
  readonly crypto?: BatchCrypto;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly options?: Partial<OperatorOptions>;
}

export class Operator {
  readonly prover: Prover;
  readonly options: OperatorOptions;
  readonly #l1: L1Port;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #follower: L1Follower;
  readonly #rounds: Rounds;
  readonly #submissions: SubmissionQueue;
  readonly #failures: FailureLog;
  readonly #stallWatch: StallWatch;

  /** One reader of L1 at a time, and one that brings blocks through L1. */
  readonly #reading = new SerialQueue();
  readonly #working = new SerialQueue();
  /** Tasks of the latter that are under way or wait. */
  #workCount = 0;
  readonly #waiters = new Set<() => void>();
  #isRunning = true;
  #isAdvancing = false;
  #isSealDue = false;
  #cancelTick = () => {};

  private constructor(parts: OperatorParts, ledger: Ledger, options: OperatorOptions) {
    const { l1, prover, clock = systemClock, logger = silentLogger } = parts;
    const crypto = parts.crypto ?? createBatchCrypto(0);
    this.prover = prover;
    this.options = options;
    this.#l1 = l1;
    this.#clock = clock;
    this.#ledger = ledger;
    this.#follower = new L1Follower(l1, ledger);
    this.#failures = new FailureLog(logger, clock);
    this.#stallWatch = new StallWatch(clock);
    this.#submissions = new SubmissionQueue(crypto, ledger.domain);
    const { l1Limits, blocksPerTransaction, proofsPerTransaction } = options;
    this.#rounds = new Rounds({
      ...{ l1, ledger, logger, l1Limits },
      follower: this.#follower,
      follow: () => this.#follow(),
      proving: { prover, crypto, clock },
      countMax: {
        commit: blocksPerTransaction,
        prove: proofsPerTransaction,
        execute: blocksPerTransaction,
      },
      assertRunning: () => this.#assertRunning(),
      onStep: () => this.#onStep(),
    });
  }

  /**
   * Makes the operator of a deployment, which accepts transactions from then on. In mode `interval`
   * it works by itself after {@link Operator.start}.
   *
   * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH, GENESIS_MISMATCH, ROLLUP_NOT_FRESH,
   * START_NOT_ON_L1
   */
  static async create(parts: OperatorParts): Promise<Operator> {
    const { preset, feeAccountAddress, l1, circuitsProtocolDigest, unpaid } = parts;
    const deployment = await l1.readDeployment();
    assertDeployment(preset, deployment, circuitsProtocolDigest);
    const genesis = createGenesisState(preset, { feeAccountAddress });
    const start = parts.start ?? startAtGenesis(genesis, deployment);
    const options = { ...DEFAULT_OPTIONS, ...parts.options };
    const operator = new Operator(parts, new Ledger(l1, start, options, unpaid), options);
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

  /** Sealed blocks, oldest first: all that wait, and the latest that are executed. */
  get blocks(): readonly BlockRecord[] {
    return this.#ledger.blocks;
  }

  /** Undefined if it is not sealed, or so old that it is not kept. */
  block(blockNumber: number): BlockRecord | undefined {
    return this.#ledger.block(blockNumber);
  }

  /** Number of the last block that is committed, proven, executed, as far as is known. */
  get progress(): L1BlockCounts {
    return this.#ledger.progress;
  }

  /** How much is kept in memory of blocks, receipts, authorised keys and open payouts. */
  get sizes(): Ledger["sizes"] {
    return this.#ledger.sizes;
  }

  /**
   * Why transactions are refused at present, if they are: ROLLUP_IN_EXODUS, BLOCKS_UNKNOWN,
   * PROTOCOL_DIGEST_MISMATCH, START_NOT_ON_L1 or OPERATOR_NOT_ACCEPTING. It goes away by itself
   * with what has caused it.
   */
  get obstacle(): RollupError | undefined {
    return this.#follower.obstacle ?? this.#rounds.obstacle ?? this.#stall;
  }

  // --------------------------------------------------------------------------------- accepting

  /**
   * Accepts a signed transaction: checks its signature and every rule against the state, and
   * applies it at once. The same transaction again gets the same receipt again.
   *
   * @param authorization - Of a ChangePubKey: the owner's consent as L1 takes it, 0x-hex.
   * @throws The code of the rule that it breaks, AUTHORIZATION_INVALID, TOKEN_NOT_LISTED,
   * OPERATOR_BUSY, OPERATOR_STOPPED, and those of {@link Operator.obstacle}. A refused transaction
   * changes nothing.
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
   * @throws BATCH_LENGTH_INVALID, BATCH_TOO_LARGE, and as {@link Operator.submit}
   */
  submitBatch(batch: readonly Submission[]): TransactionReceipt[] {
    this.#assertAccepting(batch);
    return this.#accept(checkSubmissions(batch, this.#ledger.domain));
  }

  /**
   * As {@link Operator.submitBatch}, for many who submit at a time: signatures are checked together
   * with those of others, in worker threads if there are any. Batches are accepted in the order in
   * which they came, but for those whose owner's consent has to be looked up on L1 (CREATE2).
   *
   * @throws as {@link Operator.submitBatch}, and SUBMISSIONS_WAITING
   */
  async receiveBatch(batch: readonly Submission[]): Promise<TransactionReceipt[]> {
    this.#assertAccepting(batch);
    const checked = await this.#submissions.check(batch);
    const byCreate2 = checked.filter(({ authorization }) => isCreate2Authorization(authorization));
    // Only these are asked about on L1: they may be overtaken meanwhile. What is refused anyway
    // costs no question: one wallet could have any number of them asked.
    if (byCreate2.length > 0 && this.#ledger.wouldAccept(checked)) {
      await Promise.all(byCreate2.map((submission) => this.#assertNotDeployed(submission)));
    }
    this.#assertAccepting(batch);
    return this.#accept(checked);
  }

  #accept(batch: readonly CheckedSubmission[]): TransactionReceipt[] {
    const receipts = this.#ledger.accept(batch);
    if (this.options.mode === "interval") this.#advanceInBackground();
    return receipts;
  }

  /**
   * L1 takes a consent by CREATE2 only as long as there is no contract at the owner's address.
   *
   * @throws AUTHORIZATION_INVALID
   */
  async #assertNotDeployed(submission: CheckedSubmission): Promise<void> {
    const { accountId } = submission.transaction;
    const owner = this.state.account(accountId).address;
    if (!(await this.#l1.hasCode(owner))) return;
    const reason = "the wallet is deployed, so it has to call setAuthPubKeyHash on L1";
    throw operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason });
  }

  /** @throws OPERATOR_STOPPED, BATCH_LENGTH_INVALID, OPERATOR_BUSY, and the obstacle's code */
  #assertAccepting({ length }: readonly Submission[]): void {
    this.#assertRunning();
    const { obstacle } = this;
    if (obstacle !== undefined) throw obstacle;
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
    const count = await this.#reading.run(async () => {
      this.#assertRunning();
      return this.#follower.readNews(() => this.#workCount > 0);
    });
    if (count === undefined) return this.exclusively(() => this.#followL1());
    this.#onRead();
    return count;
  }

  /** Reads all of L1, with nothing on its way there. */
  #follow(): Promise<number> {
    return this.#reading.run(() => this.#followL1());
  }

  async #followL1(): Promise<number> {
    this.#assertRunning();
    const count = await this.#follower.follow();
    this.#onRead();
    return count;
  }

  #onRead(): void {
    this.#stallWatch.observe(this.#ledger.waitingBlocks);
    this.#notifyWaiters();
  }

  #onStep(): void {
    this.#stallWatch.observe(this.#ledger.waitingBlocks);
    this.#failures.clear();
    this.#notifyWaiters();
  }

  /** Nothing moves by itself in the other modes, and nobody can say that it should have. */
  get #stall(): RollupError | undefined {
    const { mode, stallLimitMs } = this.options;
    const { stallMs } = this.#stallWatch;
    if (mode !== "interval" || stallMs < stallLimitMs) return undefined;
    const reason = `nothing has moved on L1 for ${Math.floor(stallMs / 1000)} s`;
    return operatorError({ code: "OPERATOR_NOT_ACCEPTING", reason });
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
    return this.#work(() => untilDone(() => this.#rounds.commit()));
  }

  /** Proves all committed blocks, here and on L1. @throws BLOCK_STEP_FAILED */
  proveBlocks(): Promise<void> {
    return this.#work(() => untilDone(() => this.#rounds.prove()));
  }

  /** Executes all proven blocks, and makes their payouts. @throws BLOCK_STEP_FAILED */
  executeBlocks(): Promise<void> {
    return this.#work(async () => {
      await untilDone(() => this.#rounds.execute());
      await untilDone(() => this.#rounds.payOut());
    });
  }

  /**
   * Works off all that is pending: reads L1, seals, and brings every block to a stage.
   *
   * @returns The blocks that were not executed before.
   * @throws BLOCK_STEP_FAILED; nothing is lost, and the next call goes on where this one has
   * stopped.
   */
  processBlocks(stage: Stage = "executed"): Promise<readonly BlockRecord[]> {
    return this.#work(async () => {
      const { executed } = this.#ledger.progress;
      await this.#follow();
      await this.#rounds.takeBackPredecessors();
      this.#ledger.reopenStaleBlocks();
      this.sealBlock();
      await untilDone(() => this.#rounds.take(stage));
      return this.blocks.filter(({ applied }) => applied.block.blockNumber > executed);
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
    return this.#work(async () => {
      await this.#follow();
      const { l1Limits } = this.options;
      await revertBlocksFrom(this.#l1, fromBlockNumber, this.#follower.progress!, l1Limits);
      await this.#follow();
    });
  }

  /** Runs a task that may send blocks to L1, when all that came before it are done. */
  async #work<T>(task: () => Promise<T>): Promise<T> {
    this.#workCount++;
    try {
      return await this.#working.run(task);
    } finally {
      this.#workCount--;
    }
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
    this.#follower.forget();
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
    this.#isSealDue = true;
    await this.#attempt(() => this.syncL1());
    this.#advanceInBackground();
    if (this.#isRunning) this.#scheduleTick();
  }

  #advanceInBackground(): void {
    if (this.#isAdvancing || !this.#isRunning || !this.#hasWork) return;
    this.#isAdvancing = true;
    void this.#attempt(() => this.#work(() => this.#advance())).finally(() => {
      this.#isAdvancing = false;
    });
  }

  get #hasWork(): boolean {
    const { waitingBlocks, l1, openCount, unpaid } = this.#ledger;
    if (unpaid.length > 0) return true;
    if (l1.isInExodus) return false;
    const isSealing = this.#isSealDue && openCount > 0;
    return waitingBlocks.length > 0 || isSealing || this.#follower.unknownBlock !== undefined;
  }

  /** Rounds until there is nothing left to do. */
  async #advance(): Promise<void> {
    for (;;) {
      await this.#follow();
      if (this.#ledger.l1.isInExodus) return untilDone(() => this.#rounds.payOut());
      await this.#rounds.takeBackPredecessors();
      this.#ledger.reopenStaleBlocks();
      this.#sealWhenDue();
      if (!(await this.#rounds.take("executed"))) return;
    }
  }

  /** As long as blocks wait to be committed, more of them would only make L1 slower. */
  #sealWhenDue(): void {
    if (!this.#isSealDue || this.blocks.at(-1)?.status === "sealed") return;
    this.#isSealDue = false;
    this.sealBlock();
  }

  /** Nobody waits for the result: what fails is logged, and tried again with the next tick. */
  async #attempt(task: () => Promise<unknown>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#isRunning) this.#failures.record(error);
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

/** @param turn - Says whether it has done anything. */
async function untilDone(turn: () => Promise<boolean>): Promise<void> {
  while (await turn());
}
