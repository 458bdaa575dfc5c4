/**
 * The operator of one rollup: accepts transactions, follows L1, seals blocks and processes
 * them on L1. A facade: what it knows is in the event log, who does what in the sequencer, the
 * follower of L1 and the stages. Clock, L1, prover, store and logger are injected.
 */
import { type BatchCrypto, createBatchCrypto } from "../kernel/batch.ts";
import type { L1BlockCounts, L1BlockId, Token } from "../l1/types.ts";
import type { SignedTransaction } from "../operations/transaction.ts";
import type { Preset } from "../protocol/presets.ts";
import { hasReached, type Stage } from "../protocol/stages.ts";
import type { Prover } from "../prover/prover.ts";
import type { SignedInclusion } from "../receipts/inclusion.ts";
import type { BondIdentity } from "../receipts/sealed-block.ts";
import { createGenesisState, type RollupState } from "../state/rollup-state.ts";
import { withDefaults } from "../util/defaults.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { Background } from "./background.ts";
import type { ChangeLog } from "./changes.ts";
import { systemClock } from "./clock.ts";
import { assertDeployment, startAtGenesis } from "./deployment.ts";
import { operatorError } from "./errors.ts";
import { EventLog } from "./event-log.ts";
import {
  dueOperations,
  type FeePolicy,
  type FeeQuote,
  type FeeRequest,
  freeQuote,
} from "./fee-policy.ts";
import { L1Follower } from "./follower.ts";
import type { History, HistoryPage, PastOperation } from "./history.ts";
import { Inclusions } from "./inclusions.ts";
import type { L1Port } from "./l1-port.ts";
import { type BlockRecord, numberOf } from "./ledger/blocks.ts";
import { sealOpenBlock, setBlockOverhead } from "./ledger/decisions.ts";
import { isPromisedFrom } from "./ledger/promises.ts";
import {
  describeSecondFactor,
  type SecondFactorInfo,
  setSecondFactor,
  type SignedSetting,
} from "./ledger/second-factor-checks.ts";
import type { KindCounts } from "./ledger/kinds.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import {
  blockOf,
  headState,
  kindCounts,
  latestView,
  type LedgerSizes,
  requestReceipt,
  sizesOf,
  transactionReceipt,
  waitingBlocks,
} from "./ledger/queries.ts";
import type { Receipt, RequestReceipt, TransactionReceipt } from "./ledger/receipts.ts";
import { type BlockSummary, summarizeBlock } from "./ledger/summary.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { DEFAULT_OPTIONS, type OperatorOptions, type OperatorParts } from "./options.ts";
import { revertBlocksFrom } from "./revert.ts";
import { Promises, type SignedPromise } from "./promises.ts";
import { Sequencer } from "./sequencer.ts";
import { assertBeforeExodus } from "./stages/stage.ts";
import type { ProofJobInfo } from "./stages/proof-jobs.ts";
import { Stages } from "./stages/stages.ts";
import { TurnQueue } from "./stages/turn-queue.ts";
import { StallWatch } from "./stall-watch.ts";
import { StateKeeper } from "./state-keeper.ts";
import { createMemoryStore, type Store } from "./store.ts";
import type { Submission } from "./submissions.ts";
import { Waiters } from "./waiters.ts";
import { watchL1 } from "./watched-l1.ts";
import type { OperatorWatcher } from "./watchers.ts";

export type { OperatorMode, OperatorOptions, OperatorParts } from "./options.ts";

/** What is settled before there is an operator. */
interface Foundation {
  readonly options: OperatorOptions;
  readonly store: Store;
  readonly log: EventLog;
  readonly crypto: BatchCrypto;
}

/**
 * The operator of one rollup. It accepts transactions and requests, seals blocks, and commits,
 * proves and executes them on L1.
 *
 * @example
 * const restored = await restoreRollup(createRestoreSource(client));
 * const start = await prepareStart(client, restored);
 * const { preset, feeAccountAddress } = restored;
 * const prover = createMockProver(); // for a contract with the mock verifier
 * const parts = { preset, feeAccountAddress, l1: client, prover, start };
 * const operator = await Operator.create({ ...parts, options: { mode: "manual" } });
 * const { requestId } = await client.depositEth(alice.address, 5n);
 * const [block] = await operator.processBlocks();
 * block.status; // "executed"
 * operator.requestReceipt(requestId).status; // "executed"
 * await operator.close();
 */
export class Operator {
  /** Makes the proofs; stays the caller's to close. */
  readonly prover: Prover;
  /** How the operator works, with all defaults. */
  readonly options: OperatorOptions;
  /** What the store has kept for clients that were away; undefined if it keeps nothing. */
  readonly changes: ChangeLog | undefined;
  readonly #l1: L1Port;
  readonly #feePolicy: FeePolicy | undefined;
  readonly #log: EventLog;
  readonly #follower: L1Follower;
  readonly #sequencer: Sequencer;
  readonly #stages: Stages;
  readonly #background: Background;
  readonly #waiters: Waiters;
  readonly #stallWatch: StallWatch;
  readonly #keeper: StateKeeper;
  readonly #promises: Promises;
  readonly #inclusions: Inclusions;
  readonly #history: History | undefined;

  /** Calls that process blocks on L1, one after the other; within them, turns on L1. */
  readonly #calls = new SerialQueue();
  readonly #turns = new TurnQueue();
  #isRunning = true;

  private constructor(parts: OperatorParts, { options, store, log, crypto }: Foundation) {
    const { prover, clock = systemClock, logger = silentLogger } = parts;
    const l1 = watchL1(parts.l1, log.watchers);
    const { l1Limits, blocksPerTransaction, proofsPerTransaction, blockTimeMs } = options;
    const assertRunning = () => this.#assertRunning();
    this.prover = prover;
    this.options = options;
    this.#l1 = l1;
    this.#feePolicy = parts.feePolicy;
    this.#log = log;
    this.#history = store.history;
    this.changes = store.changes;
    this.#waiters = new Waiters(clock);
    this.#stallWatch = new StallWatch(clock);
    this.#keeper = new StateKeeper({ log, crypto, logger });
    this.#follower = new L1Follower({
      l1,
      log,
      assertRunning,
      lastForgettable: (progress) => store.lastForgettable(progress),
      onRead: () => this.#onChange(),
      onVoid: (anchors) => logVoid(logger, anchors),
    });
    this.#stages = new Stages({
      l1,
      log,
      logger,
      l1Limits,
      blocksPerTransaction,
      proofsPerTransaction,
      assertRunning,
      follower: this.#follower,
      turns: this.#turns,
      proving: { prover, crypto, clock },
      onStep: () => this.#onStep(),
    });
    this.#inclusions = new Inclusions({ log, clock, promises: parts.promises });
    this.#sequencer = new Sequencer({
      l1,
      log,
      crypto,
      addTerms: (events) => this.#inclusions.addTerms(events),
      assertRunning,
      feePolicy: parts.feePolicy,
      waitingBlocksMax: options.waitingBlocksMax,
      findObstacle: () => this.obstacle,
      onAccepted: () => this.#onAccepted(),
    });
    this.#promises = new Promises({
      ...{ l1, log, clock, follower: this.#follower, promises: parts.promises },
      findObstacle: () => this.obstacle,
    });
    if (parts.promises?.onConflict === "break") {
      log.mayBreakPromises((broken) => {
        logger.error(`Promises are broken: ${broken.join(", ")}`, { broken });
      });
    }
    this.#background = new Background({
      log,
      clock,
      logger,
      blockTimeMs,
      follower: this.#follower,
      stages: this.#stages,
      syncL1: () => this.syncL1(),
      isRunning: () => this.#isRunning,
    });
  }

  /**
   * Creates the operator of a deployment, which accepts transactions from then on. In mode
   * `interval` it works by itself after {@link Operator.start}.
   *
   * @param parts - L1, prover and preset; the start, unless the rollup has no block yet.
   * @returns The operator, after it has read L1. It belongs to the caller, who closes it.
   * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH, GENESIS_MISMATCH, ROLLUP_NOT_FRESH,
   * START_NOT_ON_L1, STORE_FAILED, L1_UNSTABLE, L1_EVENTS_MISSING, L1_REQUEST_FAILED,
   * PROMISES_UNKNOWN
   *
   * @example
   * const { preset, feeAccountAddress } = await restoreRollup(createRestoreSource(client));
   * const parts = { preset, feeAccountAddress, l1: client, prover: createMockProver() };
   * await Operator.create(parts); // throws ROLLUP_NOT_FRESH
   */
  static async create(parts: OperatorParts): Promise<Operator> {
    const { preset, l1, circuitsProtocolDigest } = parts;
    const deployment = await l1.readDeployment();
    assertDeployment(preset, deployment, circuitsProtocolDigest);
    const options = withDefaults(DEFAULT_OPTIONS, parts.options);
    const store = parts.store ?? createMemoryStore(options);
    const findStart = () => {
      const genesis = createGenesisState(preset, parts);
      return parts.start ?? startAtGenesis(genesis, deployment);
    };
    const crypto = parts.crypto ?? createBatchCrypto(0);
    const log = await EventLog.open(store, crypto, l1, () =>
      createLedger({
        rollup: l1,
        start: findStart(),
        l1Limits: options.l1Limits,
        blockOverhead: options.blockOverhead,
        finalReceiptsMax: store.finalReceiptsMax,
        ...(parts.unpaid !== undefined && { unpaid: parts.unpaid }),
        ...(parts.secondFactors !== undefined && { secondFactors: parts.secondFactors }),
      }),
    );
    const { onEvents } = parts;
    log.watchers.add({ onEvents });
    log.record(setBlockOverhead(log.ledger, options.blockOverhead));
    const operator = new Operator(parts, { options, store, log, crypto });
    await operator.#turns
      .run("other", () => operator.#follower.follow())
      .catch((error: unknown) => {
        // A node that has stopped for a promise still answers who asks it.
        if (error !== log.conflict) throw error;
      });
    operator.#assertPromisesKnown(parts);
    return operator;
  }

  /** @throws PROMISES_UNKNOWN */
  #assertPromisesKnown({ promises }: OperatorParts): void {
    if (promises === undefined || promises.onConflict === "break" || this.#log.isLoaded) return;
    const { committed } = this.#follower.progress!;
    if (committed > 0) throw operatorError({ code: "PROMISES_UNKNOWN", committed });
  }

  /** Sizes of the rollup. */
  get preset(): Preset {
    return this.state.preset;
  }

  /** Chain of the contract. */
  get chainId(): bigint {
    return this.#log.ledger.rollup.chainId;
  }

  /** Address of the contract, checksummed. */
  get rollupAddress(): string {
    return this.#log.ledger.rollup.rollupAddress;
  }

  /** The state with everything accepted so far; fees of the open block are not credited yet. */
  get state(): RollupState {
    return headState(this.#log.ledger);
  }

  /** Listed tokens, ascending by id. */
  get tokens(): readonly Token[] {
    return latestView(this.#log.ledger).tokens;
  }

  /** Returns the listed tokens, with what a whole one is worth in wei where the fees know that. */
  pricedTokens(): readonly (Token & { readonly priceWei?: bigint })[] {
    const { tokens } = this;
    return tokens.map((token) => {
      const priceWei = this.#feePolicy?.priceOf(token.id, tokens);
      return { ...token, ...(priceWei !== undefined && { priceWei }) };
    });
  }

  /** Sealed blocks, oldest first: all that wait, and the latest that are executed. */
  get blocks(): readonly BlockRecord[] {
    return this.#log.ledger.blocks;
  }

  /**
   * Returns a block; undefined if it is not sealed, or so old that it is not kept.
   *
   * @param blockNumber - From 1.
   */
  block(blockNumber: number): BlockRecord | undefined {
    return blockOf(this.#log.ledger, blockNumber);
  }

  /**
   * Returns what is said of a block of any age: from the memory, or else from the store.
   *
   * @param blockNumber - From 1.
   * @returns Undefined if it is not sealed, or older than the store.
   */
  async findBlock(blockNumber: number): Promise<BlockSummary | undefined> {
    const block = this.block(blockNumber);
    return block === undefined ? this.#history?.block(blockNumber) : summarizeBlock(block);
  }

  /**
   * Lists blocks that have left the memory, the newest first.
   *
   * @param last - Number of the newest one, from 1.
   * @param limit - Blocks at most, from 1.
   * @returns None if the store begins later, or keeps no history.
   */
  async pastBlocks(last: number, limit: number): Promise<readonly BlockSummary[]> {
    return (await this.#history?.blocks(last, limit)) ?? [];
  }

  /**
   * Returns the number of the first block from which on all are known, in memory or in the store;
   * of a rollup without blocks, the number of its next one.
   */
  async firstBlock(): Promise<number> {
    const { blockNumber: last } = this.#log.ledger.start.storedBlock;
    return (await this.#history?.firstBlock(last)) ?? last + 1;
  }

  /**
   * Returns the operations of an executed block that has left the memory, in the order of its
   * slots.
   *
   * @param blockNumber - From 1.
   * @returns None if the block is still in memory, or older than the store.
   */
  async pastOperations(blockNumber: number): Promise<readonly PastOperation[]> {
    return (await this.#history?.operations(blockNumber)) ?? [];
  }

  /**
   * Returns what has touched an account in the blocks that have left the memory, the newest first.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @param page - Where to begin, and how many.
   */
  async pastOperationsOf(accountId: number, page: HistoryPage): Promise<readonly PastOperation[]> {
    return (await this.#history?.operationsOf(accountId, page)) ?? [];
  }

  /** Number of the last block that is committed, proven, executed, as far as is known. */
  get progress(): L1BlockCounts {
    return this.#log.ledger.progress;
  }

  /**
   * Sealed blocks since the start of the store's ledger, by the name of their kind: how often the
   * costly kinds are needed.
   */
  get kindCounts(): KindCounts {
    return kindCounts(this.#log.ledger);
  }

  /** Proofs that are being made, or wait in the prover; those of the lowest blocks first. */
  get proofJobs(): readonly ProofJobInfo[] {
    return this.#stages.proofJobs;
  }

  /** How much is kept in memory of blocks, receipts, authorized keys and open payouts. */
  get sizes(): LedgerSizes {
    return sizesOf(this.#log.ledger);
  }

  /**
   * Why transactions are refused at present, if they are: ROLLUP_IN_EXODUS, BLOCKS_UNKNOWN,
   * PROTOCOL_DIGEST_MISMATCH, START_NOT_ON_L1, PROMISE_CONFLICT, INCLUSION_CONFLICT or
   * OPERATOR_NOT_ACCEPTING, which go away with what has caused them; or STORE_FAILED or
   * STATE_DAMAGED, which do not.
   */
  get obstacle(): RollupError | undefined {
    const { failure } = this.#log;
    return (
      failure ??
      this.#keeper.obstacle ??
      this.#log.conflict ??
      this.#follower.obstacle ??
      this.#stages.obstacle ??
      this.#stall
    );
  }

  // --------------------------------------------------------------------------------- accepting

  /**
   * Accepts a signed transaction: checks its signature and every rule against the state, and
   * applies it at once. The same transaction again gets the same receipt again.
   *
   * @param transaction - Complete and signed, in no batch.
   * @param authorization - Of a ChangePubKey: the owner's consent as L1 takes it, 0x-hex.
   * @returns The receipt, with status `accepted` the first time.
   * @throws The code of the rule that it breaks, AUTHORIZATION_INVALID, TOKEN_NOT_LISTED,
   * OPERATOR_BUSY, OPERATOR_STOPPED, and those of {@link Operator.obstacle}. A refused transaction
   * changes nothing.
   *
   * @example
   * const { operator } = rollup;
   * const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
   * const { id: accountId, nonce } = await provider.getAccount(alice.address);
   * const always = { validFrom: 0n, validUntil: 2n ** 64n - 1n };
   * const content = { type: "transfer", recipient: BigInt(bob.address), amount: 5n };
   * const transaction = { ...content, accountId, tokenId: 0, fee: 0n, nonce, ...always };
   * operator.submit(alice.signer.sign(transaction, domain)).status; // "accepted"
   * const late = alice.signer.sign({ ...transaction, nonce: 9 }, domain);
   * operator.submit(late); // throws NONCE_MISMATCH
   */
  submit(transaction: SignedTransaction, authorization = "0x"): TransactionReceipt {
    return this.submitBatch([{ transaction, authorization }])[0]!;
  }

  /**
   * Accepts transactions, of any accounts, all or none: as {@link Operator.submit}, each on the
   * state that those before it leave. Several are signed as a batch (see `batchMessages`): they
   * take consecutive slots of one block, no proof can split them, and if one of them cannot be
   * included after all, all are rejected.
   *
   * @param batch - One transaction, or those of a batch in their order, each with its
   * authorization.
   * @returns Their receipts, in the same order.
   * @throws BATCH_LENGTH_INVALID, BATCH_TOO_LARGE, and as {@link Operator.submit}
   */
  submitBatch(batch: readonly Submission[]): TransactionReceipt[] {
    try {
      return this.#sequencer.submitBatch(batch);
    } catch (error) {
      throw this.#noteRefusal(error);
    }
  }

  /**
   * As {@link Operator.submitBatch}, for many who submit at a time: signatures are checked together
   * with those of others, in worker threads if there are any. Batches are accepted in the order in
   * which they came, except those whose consent is checked on L1 first (CREATE2).
   *
   * @param batch - As of {@link Operator.submitBatch}.
   * @returns Their receipts, in the same order.
   * @throws as {@link Operator.submitBatch}, and SUBMISSIONS_WAITING
   */
  async receiveBatch(batch: readonly Submission[]): Promise<TransactionReceipt[]> {
    try {
      return await this.#sequencer.receiveBatch(batch);
    } catch (error) {
      throw this.#noteRefusal(error);
    }
  }

  #noteRefusal(error: unknown): unknown {
    this.#log.watchers.notify(({ onRefused }) => onRefused?.(error));
    return error;
  }

  /**
   * Names the fee of a transaction, or of several together, in one token; 0 without a fee policy.
   *
   * @param requests - The transactions, in the order of their batch.
   * @param tokenId - Token that the fee is paid in.
   * @returns The fee, what it covers, and until when it is accepted.
   * @throws TOKEN_NOT_LISTED, FEE_TOKEN_WITHOUT_PRICE, FEE_PRICE_UNKNOWN, FEE_GAS_PRICE_UNKNOWN,
   * FEE_OUT_OF_RANGE
   *
   * @example
   * const { operator } = rollup;
   * (await operator.quoteFee([{ type: "transfer" }], 0)).fee; // 0n
   */
  async quoteFee(requests: readonly FeeRequest[], tokenId: number): Promise<FeeQuote> {
    if (this.tokens[tokenId] === undefined) {
      throw operatorError({ code: "TOKEN_NOT_LISTED", tokenId });
    }
    const policy = this.#feePolicy;
    if (policy === undefined) return freeQuote(tokenId);
    await policy.refresh();
    return policy.quote(dueOperations(this.state, requests, tokenId), tokenId, this.tokens);
  }

  #onAccepted(): void {
    if (this.options.mode === "interval") this.#background.noteAccepted();
  }

  /**
   * Takes what is new on L1: tokens, authorized keys, and requests, which no limit holds up. After
   * a reorg the operator follows L1 as far as it must.
   *
   * @returns How many requests were new.
   * @throws L1_UNSTABLE, L1_EVENTS_MISSING, L1_REQUEST_FAILED, START_NOT_ON_L1, OPERATOR_STOPPED
   */
  async syncL1(): Promise<number> {
    const count = await this.#follower.readNews(() => this.#turns.isTaken);
    return count ?? this.#turns.run("other", () => this.#follower.follow());
  }

  #onChange(): void {
    this.#stallWatch.observe(waitingBlocks(this.#log.ledger));
    this.#waiters.wake();
  }

  #onStep(): void {
    this.#onChange();
    if (this.options.mode === "interval") this.#background.noteStep();
  }

  /** Time without progress on L1 in milliseconds; 0 while nothing waits. */
  get stallMs(): number {
    return waitingBlocks(this.#log.ledger).length === 0 ? 0 : this.#stallWatch.stallMs;
  }

  /** Transactions that wait for their signatures to be checked. */
  get submissionsWaiting(): number {
    return this.#sequencer.waiting;
  }

  /** Waits until everything recorded so far is on disk. @throws STORE_FAILED */
  saved(): Promise<void> {
    return this.#log.saved();
  }

  /** Whether the operator has not been closed. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Only for mode `interval`: in the others nothing moves by itself. */
  get #stall(): RollupError | undefined {
    const { mode, stallLimitMs } = this.options;
    const { stallMs } = this.#stallWatch;
    if (mode !== "interval" || stallMs < stallLimitMs) return undefined;
    const reason = `nothing has moved on L1 for ${Math.floor(stallMs / 1000)} s`;
    return operatorError({ code: "OPERATOR_NOT_ACCEPTING", reason });
  }

  /**
   * Reads L1 where nothing else does so in time, for an answer that is up to date.
   *
   * @throws as {@link Operator.syncL1}
   */
  async catchUp(): Promise<void> {
    if (this.options.mode === "on-demand") await this.syncL1();
  }

  /**
   * Seals the operations of the open block, if there are any: in as many blocks as cost least.
   *
   * @throws OPERATOR_STOPPED
   */
  sealBlock(): void {
    this.#assertRunning();
    this.#log.record(sealOpenBlock(this.#log.ledger));
  }

  /**
   * Changes whose Ethereum signature is asked for, as the account's owner has signed. This is
   * policy of the operator: neither L1 nor another operator knows it (docs/second-factor.md).
   *
   * @param setting - The account, the token, the limit for a day, and the owner's signature.
   * @returns The owner's second factor from then on. The same setting again gets the same.
   * @throws TOKEN_NOT_LISTED, ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, SECOND_FACTOR_OUTDATED,
   * SECOND_FACTOR_LIMITS_FULL, SECOND_FACTOR_INVALID, STORE_FAILED, OPERATOR_STOPPED
   */
  async setSecondFactor(setting: SignedSetting): Promise<SecondFactorInfo> {
    this.#assertRunning();
    this.#log.record(setSecondFactor(this.#log.ledger, setting));
    await this.#log.saved();
    return this.secondFactor(setting.accountId);
  }

  /**
   * Returns the second factor of an account's owner.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @returns How often it was set, and what may leave the owner's accounts without the owner's
   * Ethereum signature.
   */
  secondFactor(accountId: number): SecondFactorInfo {
    return describeSecondFactor(this.#log.ledger, this.state.account(accountId).address);
  }

  // ------------------------------------------------------------------------------------ stages

  /**
   * Commits all sealed blocks.
   *
   * @throws BLOCK_STEP_FAILED; what has succeeded stays. ROLLUP_IN_EXODUS, as all steps do.
   */
  commitBlocks(): Promise<void> {
    return this.#calls.run(() => untilDone(() => this.#stages.commit("all")));
  }

  /** Proves all committed blocks, here and on L1. @throws BLOCK_STEP_FAILED */
  proveBlocks(): Promise<void> {
    return this.#calls.run(() => untilDone(() => this.#stages.prove()));
  }

  /** Executes all proven blocks, and makes their payouts. @throws BLOCK_STEP_FAILED */
  executeBlocks(): Promise<void> {
    return this.#calls.run(async () => {
      await untilDone(() => this.#stages.execute());
      await untilDone(() => this.#stages.payOut());
    });
  }

  /**
   * Processes everything that is pending: reads L1, seals, and brings every block to a stage.
   *
   * @param stage - Stage that every block reaches; default: `executed`.
   * @returns The blocks that were not executed before.
   * @throws BLOCK_STEP_FAILED; nothing is lost, and the next call continues where this one stopped.
   */
  processBlocks(stage: Stage = "executed"): Promise<readonly BlockRecord[]> {
    return this.#calls.run(async () => {
      const { executed } = this.progress;
      await this.#stages.prepareRound();
      await untilDone(() => this.#stages.round(stage));
      return this.blocks.filter((block) => numberOf(block) > executed);
    });
  }

  /**
   * Reverts committed blocks on L1, the last first, also those that the operator does not know. Its
   * own blocks are committed again when blocks are processed next: unchanged and with their proofs,
   * or, if L1 would find them too old, rebuilt from the same requests and transactions in the same
   * order. What has expired is rejected.
   *
   * @param fromBlockNumber - The first block that goes.
   * @throws BLOCKS_NOT_REVERTIBLE, L1_REVERTED, PROMISED_BLOCKS_STAY
   */
  revertBlocks(fromBlockNumber: number): Promise<void> {
    const revert = async () => {
      const { l1Limits } = this.options;
      await this.#follower.follow();
      this.#assertMayRevert(fromBlockNumber);
      await revertBlocksFrom(this.#l1, fromBlockNumber, this.#follower.progress!, l1Limits);
      await this.#follower.follow();
    };
    return this.#calls.run(() => this.#turns.run("other", revert));
  }

  /** @throws PROMISED_BLOCKS_STAY */
  #assertMayRevert(fromBlockNumber: number): void {
    const { ledger, mayBreak } = this.#log;
    if (mayBreak || !isPromisedFrom(ledger, fromBlockNumber)) return;
    throw operatorError({ code: "PROMISED_BLOCKS_STAY", blockNumber: fromBlockNumber });
  }

  /**
   * Promises a block: if L1 executes a block of this number, it has these public data, or the
   * operator's bond pays (docs/receipts.md). A sealed block is promised if nothing in it can lapse
   * before L1 has it; any other one when L1 has its commit. In mode `on-demand` this makes the
   * operator work.
   *
   * @param blockNumber - From 1.
   * @returns The promise with its signature, the same each time unless a reorg has voided it.
   * @throws PROMISES_NOT_OFFERED, PROMISE_NOT_READY, PROMISE_FORGOTTEN, PROMISE_SIGNER_FAILED,
   * STORE_FAILED, OPERATOR_STOPPED
   */
  async promiseBlock(blockNumber: number): Promise<SignedPromise> {
    this.#assertRunning();
    try {
      return await this.#promises.promise(blockNumber);
    } catch (error) {
      const isEarly = isRollupError(error) && error.code === "PROMISE_NOT_READY";
      if (!isEarly || this.options.mode !== "on-demand") throw error;
    }
    if (this.block(blockNumber) === undefined) this.sealBlock();
    else await this.processBlocks("committed");
    await this.syncL1();
    return this.#promises.promise(blockNumber);
  }

  /**
   * Signs what was promised about transactions when they were accepted: from a block or a second
   * on their nonces are used, by nothing else (docs/receipts.md).
   *
   * @param hashes - Hashes of the L2 transactions, each 32 bytes of 0x-hex.
   * @returns In the same order, undefined for each about which nothing is promised: without
   * `promises`; if L1 can still take away what it rests on; if a reorg has voided the promise; and
   * when its block has left the memory.
   * @throws PROMISE_SIGNER_FAILED, STORE_FAILED
   */
  async promiseTransactions(
    hashes: readonly string[],
  ): Promise<readonly (SignedInclusion | undefined)[]> {
    await this.#log.saved();
    return this.#inclusions.sign(hashes);
  }

  /** Whether the signer of promises is slow, so that receipts are answered without them. */
  get isPromisingSlow(): boolean {
    return this.#inclusions.isSlow;
  }

  /** The contract that judges the promises, if any are made. */
  get bond(): BondIdentity | undefined {
    return this.#inclusions.bond;
  }

  // ---------------------------------------------------------------------------------- receipts

  /**
   * Returns how far a transaction has come; undefined if it was never accepted, or its receipt is
   * not kept any more.
   *
   * @param hash - Hash of the L2 transaction, 32 bytes of 0x-hex.
   */
  receipt(hash: string): TransactionReceipt | undefined {
    return transactionReceipt(this.#log.ledger, hash);
  }

  /**
   * As {@link Operator.receipt}, also of transactions that have left the memory.
   *
   * @param hash - Hash of the L2 transaction, 32 bytes of 0x-hex.
   * @returns Undefined if the transaction is not known, or older than the store.
   */
  async findReceipt(hash: string): Promise<TransactionReceipt | undefined> {
    return this.receipt(hash) ?? this.#history?.receipt(hash);
  }

  /**
   * As {@link Operator.requestReceipt}, also of requests that have left the memory.
   *
   * @param requestId - Place in the priority queue, from 0.
   * @returns Undefined if the request is not known, or older than the store.
   */
  async findRequestReceipt(requestId: number): Promise<RequestReceipt | undefined> {
    return this.requestReceipt(requestId) ?? this.#history?.requestReceipt(requestId);
  }

  /**
   * Returns how far a deposit or full exit has come; undefined if it has not been seen on L1, or
   * its receipt is not kept any more.
   *
   * @param requestId - Place in the priority queue, from 0.
   */
  requestReceipt(requestId: number): RequestReceipt | undefined {
    return requestReceipt(this.#log.ledger, requestId);
  }

  /**
   * Waits until a transaction has reached a stage or was rejected. In mode `on-demand` this makes
   * the operator work; otherwise the answer may come short of the stage after `waitLimitMs`.
   *
   * @param hash - Hash of the L2 transaction, 32 bytes of 0x-hex.
   * @param stage - Stage that is enough.
   * @returns The receipt at that stage or a later one, rejected, or at the time limit.
   * @throws TRANSACTION_NOT_FOUND, BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED,
   * ROLLUP_IN_EXODUS
   */
  async waitFor(hash: string, stage: Stage): Promise<TransactionReceipt> {
    if (this.receipt(hash) === undefined) {
      const past = await this.#history?.receipt(hash);
      if (past !== undefined) return past;
      throw operatorError({ code: "TRANSACTION_NOT_FOUND", hash });
    }
    return (await this.#wait(() => this.receipt(hash), stage))!;
  }

  /**
   * As {@link Operator.waitFor}, for a deposit or full exit.
   *
   * @param requestId - Place in the priority queue, from 0.
   * @param stage - Stage that is enough.
   * @returns The receipt; undefined if it has still not been seen on L1.
   * @throws REQUEST_NOT_FOUND (`on-demand`), BLOCK_STEP_FAILED (`on-demand`), OPERATOR_STOPPED,
   * ROLLUP_IN_EXODUS
   */
  async waitForRequest(requestId: number, stage: Stage): Promise<RequestReceipt | undefined> {
    if (this.#history !== undefined && this.requestReceipt(requestId) === undefined) {
      const past = await this.#history.requestReceipt(requestId);
      if (past !== undefined) return past;
    }
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
    if (!isDone()) await this.#bringTo(stage, isDone);
    await this.#log.saved();
    return find();
  }

  /**
   * Waits until some work of the operator is done; in mode `interval`, where it goes on by itself,
   * no longer than `waitLimitMs`.
   *
   * @param work - Such as a run of {@link Operator.processBlocks}, which several may wait for.
   * @throws What the work throws by then.
   */
  async waitForWork(work: Promise<unknown>): Promise<void> {
    if (this.options.mode !== "interval") {
      await work;
      return;
    }
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
      this.#waiters.wake();
    });
    await Promise.race([done, this.#waiters.until(() => isDone, this.options.waitLimitMs)]);
  }

  async #bringTo(stage: Stage, isDone: () => boolean): Promise<void> {
    if (this.options.mode === "on-demand") {
      await (stage === "accepted" ? this.syncL1() : this.processBlocks(stage));
      return;
    }
    const isDoneOrNever = () => {
      this.#assertRunning();
      if (isDone()) return true;
      assertBeforeExodus(this.#follower);
      return false;
    };
    await this.#waiters.until(isDoneOrNever, this.options.waitLimitMs);
  }

  // -------------------------------------------------------------------------------------- life

  /** Returns a value to return to with {@link Operator.restore}; it costs nothing. */
  checkpoint(): Ledger {
    return this.#log.ledger;
  }

  /**
   * Rolls back to a checkpoint, when L1 is rolled back too. Nothing may be on its way to L1: call
   * it within {@link Operator.exclusively}.
   *
   * @param checkpoint - From {@link Operator.checkpoint} of this operator.
   * @throws STORE_FAILED
   */
  restore(checkpoint: Ledger): void {
    this.#log.replace(checkpoint);
    this.#follower.forget();
    this.#waiters.wake();
  }

  /**
   * Runs an action while the operator neither reads nor writes L1. Proofs go on being made.
   *
   * @param action - What is run; a method of the operator that reads or writes L1 would wait for it
   * without end.
   * @returns The result of the action.
   */
  exclusively<T>(action: () => T | Promise<T>): Promise<T> {
    return this.#calls.run(() => this.#turns.run("other", () => this.#follower.pause(action)));
  }

  /**
   * Reports to a watcher from now on what the operator does.
   *
   * @param watcher - Functions that take it, each optional. They run within the operator's work:
   * they must be quick, and what they throw is dropped.
   * @returns Ends the watching.
   *
   * @example
   * const steps = [];
   * const stop = rollup.operator.watch({ onL1Transaction: (step) => steps.push(step) });
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * await rollup.processBlocks();
   * steps; // ["commit", "prove", "execute"]
   * stop();
   */
  watch(watcher: OperatorWatcher): () => void {
    return this.#log.watchers.add(watcher);
  }

  /** In mode `interval`, starts to work; in the others there is nothing to start. */
  start(): void {
    if (this.options.mode === "interval") this.#background.start();
  }

  /** Stops once everything under way is done; waiting callers get OPERATOR_STOPPED. */
  async close(): Promise<void> {
    this.#isRunning = false;
    this.#waiters.wake();
    const kept = this.#keeper.stop();
    const stopped = this.#background.stop();
    await this.exclusively(() => {});
    await Promise.all([stopped, kept]);
  }

  #assertRunning(): void {
    if (!this.#isRunning) throw operatorError({ code: "OPERATOR_STOPPED" });
  }
}

/** @param turn - Says whether it has done anything. */
async function untilDone(turn: () => Promise<boolean>): Promise<void> {
  while (await turn());
}

/** A void promise counts again when L1 cannot show any more that its anchor was replaced. */
function logVoid(logger: Logger, anchors: readonly L1BlockId[]): void {
  const places = anchors.map(({ number, hash }) => `${number} (${hash})`).join(", ");
  logger.error(
    `A reorg has voided promises that were made on the L1 block ${places}: within 256 L1 blocks, ` +
      "somebody must call keepAnchor of the bond with that number",
    { anchors },
  );
}
