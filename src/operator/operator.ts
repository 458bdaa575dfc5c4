/**
 * The operator of one rollup: accepts transactions, follows L1, seals blocks and brings them
 * through L1. It has no rules of its own: what it knows is in the {@link Ledger}, what it does to
 * blocks in the pipeline; here is when. Clock, L1, prover and logger are injected.
 */
import type { Token } from "../l1/types.ts";
import type { SignedTransaction } from "../ops/transaction.ts";
import type { Preset } from "../protocol/presets.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { Prover } from "../prover/prover.ts";
import { createGenesisState, type RollupState } from "../state/rollup-state.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { type Clock, systemClock } from "./clock.ts";
import { assertDeployment } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import type { L1Port } from "./l1-port.ts";
import { Ledger, type LedgerCheckpoint } from "./ledger.ts";
import { type Logger, silentLogger } from "./logger.ts";
import {
  type BlockRecord,
  commitBlocks,
  executeBlocks,
  isCommitted,
  isProven,
  isSealed,
  isWithProof,
  proveBlock,
  submitProofs,
} from "./pipeline.ts";
import type { Receipt, RequestReceipt, TransactionReceipt } from "./receipts.ts";

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
  /** Blocks that one L1 transaction carries at most. */
  readonly blocksPerTransaction: number;
  /** How long one call waits for a stage before it answers with what there is; not `on-demand`. */
  readonly waitLimitMs: number;
}

const DEFAULT_OPTIONS: OperatorOptions = {
  mode: "on-demand",
  blockTimeMs: 1000,
  waitingBlocksMax: 1024,
  blocksPerTransaction: 4,
  waitLimitMs: 20_000,
};

/** What an operator is made of. */
export interface OperatorParts {
  readonly preset: Preset;
  /** L1 owner of the fee account at genesis, uint160; the contract was deployed with the same. */
  readonly feeAccountAddress: bigint;
  readonly l1: L1Port;
  /** Stays the caller's to close. */
  readonly prover: Prover;
  /** Protocol digest in the manifest of the compiled circuits, if there are any. */
  readonly circuitsProtocolDigest?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly options?: Partial<OperatorOptions>;
}

export class Operator {
  readonly prover: Prover;
  readonly options: OperatorOptions;
  readonly #l1: L1Port;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ledger: Ledger;

  /** One reader of L1 at a time, and one that brings blocks through L1. */
  readonly #reading = new SerialQueue();
  readonly #working = new SerialQueue();
  readonly #waiters = new Set<() => void>();
  #isRunning = true;
  #isAdvancing = false;
  #cancelTick = () => {};

  private constructor(parts: OperatorParts, ledger: Ledger) {
    this.prover = parts.prover;
    this.options = { ...DEFAULT_OPTIONS, ...parts.options };
    this.#l1 = parts.l1;
    this.#clock = parts.clock ?? systemClock;
    this.#logger = parts.logger ?? silentLogger;
    this.#ledger = ledger;
  }

  /**
   * Makes the operator of a fresh deployment, which accepts transactions from then on. In mode
   * `interval` it works by itself after {@link Operator.start}.
   *
   * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH, GENESIS_MISMATCH, ROLLUP_NOT_FRESH
   */
  static async create(parts: OperatorParts): Promise<Operator> {
    const { preset, feeAccountAddress, l1, circuitsProtocolDigest } = parts;
    const genesis = createGenesisState(preset, { feeAccountAddress });
    const deployment = await l1.readDeployment();
    assertDeployment(genesis, deployment, circuitsProtocolDigest);
    const operator = new Operator(parts, new Ledger(l1, genesis, deployment.lastBlock));
    await operator.syncL1();
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

  /** All sealed blocks; that with the number n has the index n - 1. */
  get blocks(): readonly BlockRecord[] {
    return this.#ledger.blocks;
  }

  // --------------------------------------------------------------------------------- accepting

  /**
   * Accepts a signed transaction: checks its signature and every rule against the state, and
   * applies it at once. The same transaction again gets the same receipt again.
   *
   * @param authorization - Of a ChangePubKey: the owner's consent as L1 takes it, 0x-hex.
   * @throws The code of the rule that it breaks, AUTHORIZATION_INVALID, TOKEN_NOT_LISTED,
   * OPERATOR_BUSY, OPERATOR_STOPPED. A refused transaction changes nothing.
   */
  submit(transaction: SignedTransaction, authorization = "0x"): TransactionReceipt {
    this.#assertRunning();
    const waitingBlocks = this.#waitingBlocks.length;
    const maximum = this.options.waitingBlocksMax;
    if (waitingBlocks >= maximum) {
      throw operatorError({ code: "OPERATOR_BUSY", waitingBlocks, maximum });
    }
    const receipt = this.#ledger.accept(transaction, authorization);
    if (this.options.mode === "interval") this.#advanceInBackground();
    return receipt;
  }

  /**
   * Takes what is new on L1: tokens, authorised keys, and requests, which no limit holds up.
   *
   * @returns How many requests were new.
   */
  syncL1(): Promise<number> {
    return this.#reading.run(async () => {
      this.#assertRunning();
      const count = this.#ledger.takeNews(await this.#l1.readNews(this.#ledger.l1.nextBlock));
      this.#notifyWaiters();
      return count;
    });
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

  /** Commits all sealed blocks. @throws BLOCK_STEP_FAILED; what has succeeded stays. */
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
      const executed = this.blocks.length - this.#waitingBlocks.length;
      await this.syncL1();
      this.#ledger.reopenStaleBlocks();
      this.sealBlock();
      await this.#advance(stage);
      return this.blocks.slice(executed);
    });
  }

  /** Sealed blocks that are not executed; blocks are executed in order. */
  get #waitingBlocks(): readonly BlockRecord[] {
    const lastExecuted = this.blocks.findLastIndex(({ status }) => status === "executed");
    return this.blocks.slice(lastExecuted + 1);
  }

  async #advance(stage: Stage): Promise<void> {
    if (hasReached(stage, "committed")) await this.#commit();
    if (hasReached(stage, "proven")) await this.#prove();
    if (hasReached(stage, "executed")) await this.#execute();
  }

  async #commit(): Promise<void> {
    for (let batch = this.#next(isSealed); batch.length > 0; batch = this.#next(isSealed)) {
      const last = this.#ledger.lastStoredBlock;
      await this.#step("commit", batch, () =>
        commitBlocks(this.#l1, last, batch, this.#ledger.domain),
      );
    }
  }

  /** Sends the proofs of each batch when they are made: nobody waits for those of later blocks. */
  async #prove(): Promise<void> {
    for (;;) {
      for (const block of this.#next(isCommitted)) {
        if (isWithProof(block)) continue;
        await this.#step("prove", [block], async () => [
          await proveBlock(this.prover, this.#clock, block),
        ]);
      }
      const batch = this.#next(isWithProof);
      if (batch.length === 0) return;
      await this.#step("submit proof", batch, () => submitProofs(this.#l1, batch));
    }
  }

  async #execute(): Promise<void> {
    for (let batch = this.#next(isProven); batch.length > 0; batch = this.#next(isProven)) {
      await this.#step("execute", batch, () => executeBlocks(this.#l1, batch));
    }
  }

  /** The oldest blocks of a kind, as many as go into one L1 transaction. */
  #next<B extends BlockRecord>(isOfKind: (block: BlockRecord) => block is B): readonly B[] {
    return this.#waitingBlocks.filter(isOfKind).slice(0, this.options.blocksPerTransaction);
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
      const reason = cause instanceof Error ? cause.message : String(cause);
      const facts = { step, blockNumber: numbers[0]!, reason };
      throw operatorError({ code: "BLOCK_STEP_FAILED", ...facts }, { cause });
    }
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
   * @throws TRANSACTION_NOT_FOUND, BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED
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
   * @throws REQUEST_NOT_FOUND (`on-demand`), BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED
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
    if (this.#isAdvancing || this.#waitingBlocks.length === 0) return;
    this.#isAdvancing = true;
    void this.#attempt(() =>
      this.#working.run(() => {
        this.#ledger.reopenStaleBlocks();
        return this.#advance("executed");
      }),
    ).finally(() => {
      this.#isAdvancing = false;
    });
  }

  /** Nobody waits for the result: what fails is logged, and tried again with the next tick. */
  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#isRunning) this.#logger.error(String(error));
    }
  }

  #assertRunning(): void {
    if (!this.#isRunning) throw operatorError({ code: "OPERATOR_STOPPED" });
  }
}
