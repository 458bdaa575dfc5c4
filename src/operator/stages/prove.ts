/**
 * The second stage: proofs of committed blocks. Making them takes long and needs no turn on L1;
 * only sending them does. A proof belongs to a block by its commitment, so a proof that is finished
 * after its block was reverted or rebuilt is used for no other.
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
import { blockOf } from "../ledger/queries.ts";
import type { GroupSize } from "./group-size.ts";
import { proveBlock, type ProvingParts } from "./prove-block.ts";
import { isProofRefusal, refusalOf } from "./refusals.ts";
import { assertBeforeExodus, nextBlocks, runStep, type StageParts } from "./stage.ts";

export class ProveStage {
  readonly #parts: StageParts;
  readonly #proving: ProvingParts;
  readonly #size: GroupSize;
  /** Proofs that are being made, by the block's commitment. */
  readonly #making = new Map<string, Promise<void>>();
  /** Number of the last block of the group whose proofs were made last. */
  #readyUpTo = 0;

  constructor(parts: StageParts, proving: ProvingParts, size: GroupSize) {
    this.#parts = parts;
    this.#proving = proving;
    this.#size = size;
  }

  /** Whether committed blocks lack a proof. */
  get isProofDue(): boolean {
    return nextBlocks(this.#parts.log.ledger, isUnproven, 1).length > 0;
  }

  /**
   * Whether proofs wait to be sent, and no proof that is being made belongs to the same group.
   */
  get isSendingDue(): boolean {
    const [first] = this.#readyBlocks();
    return first !== undefined && (numberOf(first) <= this.#readyUpTo || !this.isProofDue);
  }

  /**
   * Makes the proofs that the next transaction takes, and sends them.
   *
   * @param sendInTurn - Runs the sending when it is this stage's turn on L1.
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED, ROLLUP_IN_EXODUS
   */
  async turn(sendInTurn: (send: () => Promise<boolean>) => Promise<boolean>): Promise<boolean> {
    const batch = nextBlocks(this.#parts.log.ledger, isCommitted, this.#size.now);
    if (batch.length === 0) return false;
    await this.#makeProofs(batch.filter(isUnproven));
    await sendInTurn(() => this.sendProofs());
    return true;
  }

  /**
   * Makes the next proofs, one after the other, as many as a transaction takes. No turn on L1 is
   * needed for that.
   *
   * @returns Whether there was something to do.
   * @throws BLOCK_STEP_FAILED, ROLLUP_IN_EXODUS
   */
  async makeProofs(): Promise<boolean> {
    const batch = nextBlocks(this.#parts.log.ledger, isUnproven, this.#size.now);
    if (batch.length === 0) return false;
    try {
      await this.#makeProofs(batch);
    } finally {
      // If one fails, the proofs before it do not wait for it.
      this.#readyUpTo = numberOf(batch.at(-1)!);
    }
    return true;
  }

  async #makeProofs(blocks: readonly CommittedBlock[]): Promise<void> {
    assertBeforeExodus(this.#parts.follower);
    for (const block of blocks) await this.#makeProof(block);
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
  #makeProof(block: CommittedBlock): Promise<void> {
    const { commitment } = block.storedBlock;
    const known = this.#making.get(commitment);
    if (known !== undefined) return known;
    const making = runStep(this.#parts, "prove", [numberOf(block)], async () => {
      this.#keepProof(block, await proveBlock(this.#proving, block));
    }).finally(() => this.#making.delete(commitment));
    this.#making.set(commitment, making);
    return making;
  }

  #keepProof(block: CommittedBlock, proof: TimedProof): void {
    const { log, logger } = this.#parts;
    const blockNumber = numberOf(block);
    const { commitment } = block.storedBlock;
    const current = blockOf(log.ledger, blockNumber);
    const isSame =
      current !== undefined && isPrepared(current) && current.storedBlock.commitment === commitment;
    if (isSame) log.record([{ type: "proofMade", blockNumber, commitment, proof }]);
    else logger.debug(`prove: block ${blockNumber} is another one by now`);
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
      });
      this.#size.grow();
    } catch (error) {
      const { cause } = error as Error;
      if (refusalOf(cause)?.kind === "size" && this.#size.halve(batch.length)) return;
      if (!isProofRefusal(cause)) throw error;
      if (batch.length > 1) {
        logger.error(String(error));
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
