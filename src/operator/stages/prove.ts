/**
 * The second stage: proofs of committed blocks. Making them takes long and needs no turn on L1;
 * only sending them does, in the order of the blocks. As many are made at a time as the prover
 * takes, the lowest block first; one that fails holds up no other one. A proof belongs to a block
 * by its commitment, so a proof that is finished after its block was reverted or rebuilt is used
 * for no other.
 */
import { proveCost } from "../../l1/gas.ts";
import {
  type BlockRecord,
  type BlockWithProof,
  type CommittedBlock,
  isCommitted,
  isPrepared,
  isWithProof,
  numberOf,
  type TimedProof,
  toProveBlock,
} from "../ledger/blocks.ts";
import { takeWithin } from "../ledger/budget.ts";
import { blockOf, waitingBlocks } from "../ledger/queries.ts";
import type { GroupSize } from "./group-size.ts";
import { proveBlock, type ProvingParts } from "./prove-block.ts";
import { ProofGroups } from "./proof-groups.ts";
import { type ProofJobInfo, ProofJobs } from "./proof-jobs.ts";
import { isProofRefusal, refusalOf } from "./refusals.ts";
import { assertBeforeExodus, nextBlocks, runStep, type StageParts } from "./stage.ts";

/**
 * Time after which a proof that has failed is tried again in the background. Others are made
 * meanwhile.
 */
const RETRY_MS = 1_000;
/** Maximum failures that wait to be logged; a prover that is down fails everything alike. */
const FAILURES_MAX = 16;

export class ProveStage {
  readonly #parts: StageParts;
  readonly #proving: ProvingParts;
  readonly #size: GroupSize;
  readonly #jobs: ProofJobs;
  readonly #groups = new ProofGroups();
  /** When proofs that have failed are tried again, by the block's commitment. */
  readonly #retryMs = new Map<string, number>();
  /** Of proofs that nobody waits for. */
  readonly #failures: Error[] = [];
  #hasMade = false;

  constructor(parts: StageParts, proving: ProvingParts, size: GroupSize) {
    this.#parts = parts;
    this.#proving = proving;
    this.#size = size;
    this.#jobs = new ProofJobs(proving.prover.capacity, proving.clock, () => parts.onStep());
  }

  /** Proofs that are being made, or wait in the prover. */
  get jobs(): readonly ProofJobInfo[] {
    return this.#jobs.infos;
  }

  /** Whether a proof can be started, or there is something to say about one. */
  get isProofDue(): boolean {
    if (this.#failures.length > 0 || this.#hasMade) return true;
    return this.#jobs.hasRoom && this.#unproven.some((block) => this.#isStartable(block));
  }

  /**
   * Whether proofs wait to be sent, and no proof that is being made belongs to the same group.
   */
  get isSendingDue(): boolean {
    const { length, 0: first } = this.#readyBlocks();
    if (first === undefined) return false;
    if (length >= this.#size.now) return true;
    const end = this.#groups.endOf(numberOf(first));
    const missing = this.#unproven.filter((block) => numberOf(block) <= end);
    return !missing.some((block) => this.#isMade(block) || this.#isStartable(block));
  }

  /**
   * Makes the proofs that the next transaction takes, and sends them, up to the first that fails.
   *
   * @param sendInTurn - Runs the sending when it is this stage's turn on L1.
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED, ROLLUP_IN_EXODUS
   */
  async turn(sendInTurn: (send: () => Promise<boolean>) => Promise<boolean>): Promise<boolean> {
    const batch = nextBlocks(this.#parts.log.ledger, isCommitted, this.#size.now);
    if (batch.length === 0) return false;
    assertBeforeExodus(this.#parts.follower);
    const failures = await this.#makeAll(batch.filter(isUnproven));
    await sendInTurn(() => this.sendProofs());
    if (failures.length > 0) throw failures[0];
    return true;
  }

  /**
   * Starts proofs of the oldest blocks without one, as many as the prover takes at a time. No turn
   * on L1 is needed for that.
   *
   * @returns Whether proofs have been made since the last call.
   * @throws BLOCK_STEP_FAILED of a proof that was started earlier; ROLLUP_IN_EXODUS
   */
  startProofs(): boolean {
    assertBeforeExodus(this.#parts.follower);
    this.abortStale();
    for (const block of this.#unproven) {
      if (!this.#jobs.hasRoom) break;
      if (!this.#isStartable(block)) continue;
      this.#make(block).catch((error: unknown) => {
        if (this.#failures.length < FAILURES_MAX) this.#failures.push(error as Error);
        this.#parts.onStep();
      });
    }
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    const hasMade = this.#hasMade;
    this.#hasMade = false;
    return hasMade;
  }

  /** Aborts the proofs of blocks that are rebuilt, or rolled back. */
  abortStale(): void {
    const { ledger } = this.#parts.log;
    const prepared = waitingBlocks(ledger).filter(isPrepared);
    const wanted = new Set(prepared.map(({ storedBlock }) => storedBlock.commitment));
    this.#jobs.abortUnless((commitment) => wanted.has(commitment));
    for (const commitment of this.#retryMs.keys()) {
      if (!wanted.has(commitment)) this.#retryMs.delete(commitment);
    }
  }

  /** Resolves when no proof is being made. */
  idle(): Promise<void> {
    return this.#jobs.idle();
  }

  get #unproven(): readonly CommittedBlock[] {
    return nextBlocks(this.#parts.log.ledger, isUnproven, Infinity);
  }

  #isMade({ storedBlock }: CommittedBlock): boolean {
    return this.#jobs.has(storedBlock.commitment);
  }

  #isStartable(block: CommittedBlock): boolean {
    const retryMs = this.#retryMs.get(block.storedBlock.commitment) ?? -Infinity;
    return !this.#isMade(block) && retryMs <= this.#proving.clock.nowMs();
  }

  /** Makes proofs, whatever happens to one of them. @returns Why some have failed. */
  async #makeAll(blocks: readonly CommittedBlock[]): Promise<unknown[]> {
    const failures: unknown[] = [];
    const making: Promise<unknown>[] = [];
    for (const block of blocks) {
      const { commitment } = block.storedBlock;
      await this.#jobs.roomFor(commitment);
      const isLeft = this.#unproven.some(
        ({ storedBlock }) => storedBlock.commitment === commitment,
      );
      if (isLeft) making.push(this.#make(block).catch((error: unknown) => failures.push(error)));
    }
    await Promise.all(making);
    return failures;
  }

  /**
   * Sends the proofs of the oldest committed blocks with one transaction, as far as they are made.
   *
   * @returns Whether there were any.
   * @throws BLOCK_STEP_FAILED, ROLLUP_IN_EXODUS
   */
  async sendProofs(): Promise<boolean> {
    const { follower, l1Limits } = this.#parts;
    const ready = this.#readyBlocks();
    if (ready.length === 0) return false;
    assertBeforeExodus(follower);
    const costOf = ({ length }: readonly unknown[]) => proveCost(length);
    await this.#send(takeWithin(ready, this.#size.now, costOf, l1Limits));
    return true;
  }

  /** The oldest committed blocks, up to the first without a proof. */
  #readyBlocks(): readonly BlockWithProof[] {
    const committed = nextBlocks(this.#parts.log.ledger, isCommitted, this.#size.now);
    const missing = committed.findIndex(isUnproven);
    return committed.slice(0, missing < 0 ? undefined : missing).filter(isWithProof);
  }

  /** Makes each proof once, though several callers ask for it. */
  #make(block: CommittedBlock): Promise<void> {
    const { commitment } = block.storedBlock;
    this.#openGroup(numberOf(block));
    return this.#jobs.run(commitment, numberOf(block), async (signal, onStart) => {
      try {
        await runStep(this.#parts, "prove", [numberOf(block)], async () => {
          this.#keepProof(block, await proveBlock(this.#proving, block, signal, onStart));
          return undefined;
        });
        this.#retryMs.delete(commitment);
        this.#hasMade = true;
      } catch (error) {
        this.#retryMs.set(commitment, this.#proving.clock.nowMs() + RETRY_MS);
        throw error;
      }
    });
  }

  #openGroup(blockNumber: number): void {
    const { ledger } = this.#parts.log;
    const [first] = nextBlocks(ledger, isCommitted, 1);
    if (first !== undefined) this.#groups.startAt(numberOf(first));
    const rest = this.#unproven.filter((block) => numberOf(block) >= blockNumber);
    const last = rest.slice(0, this.#size.now).at(-1);
    this.#groups.open(blockNumber, last === undefined ? blockNumber : numberOf(last));
  }

  #keepProof(block: CommittedBlock, proof: TimedProof): void {
    const { log, logger } = this.#parts;
    const blockNumber = numberOf(block);
    const { commitment } = block.storedBlock;
    const current = blockOf(log.ledger, blockNumber);
    const isSame =
      current !== undefined && isPrepared(current) && current.storedBlock.commitment === commitment;
    if (isSame) log.record([{ type: "proofMade", blockNumber, commitment, proof }]);
    else logger.debug(`prove: block ${blockNumber} is another one by now`, { blockNumber });
  }

  /**
   * Sends proofs as a group. L1 does not say which one of a refused group is wrong; then each is
   * sent alone, so that those before the wrong one count and those after it are kept. The wrong one
   * is dropped and made again.
   */
  async #send(batch: readonly BlockWithProof[]): Promise<void> {
    const { l1, log, logger } = this.#parts;
    const blockNumbers = batch.map(numberOf);
    try {
      await runStep(this.#parts, "submit proof", blockNumbers, async () => {
        const transaction = await l1.proveBlocks(batch.map(toProveBlock));
        log.record([{ type: "blocksProven", blockNumbers, transaction }]);
        return transaction;
      });
      this.#size.grow();
    } catch (error) {
      const { cause } = error as Error;
      if (refusalOf(cause)?.kind === "size" && this.#size.halve(batch.length)) return;
      if (!isProofRefusal(cause)) throw error;
      if (batch.length > 1) {
        logger.error(String(error), { step: "submit proof", blockNumbers });
        for (const block of batch) await this.#send([block]);
        return;
      }
      log.record([{ type: "proofRefused", blockNumber: blockNumbers[0]! }]);
      throw error;
    }
  }
}

function isUnproven(block: BlockRecord): block is CommittedBlock {
  return isCommitted(block) && block.proof === undefined;
}
