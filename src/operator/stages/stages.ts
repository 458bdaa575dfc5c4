/** Processes blocks on L1: commit, prove, execute, and pay out. */
import type { BatchCrypto } from "../../kernel/batch.ts";
import { hasReached, type Stage } from "../../protocol/stages.ts";
import { reopenStaleBlocks, sealOpenBlock } from "../ledger/decisions.ts";
import { latestView } from "../ledger/queries.ts";
import { GroupSize } from "./group-size.ts";
import { type CommitExtent, CommitStage } from "./commit.ts";
import { ExecuteStage } from "./execute.ts";
import { PayOutStage } from "./pay-out.ts";
import { Predecessors } from "./predecessors.ts";
import type { ProvingParts } from "./prove-block.ts";
import type { ProofJobInfo } from "./proof-jobs.ts";
import { ProveStage } from "./prove.ts";
import type { StageParts } from "./stage.ts";
import type { TurnQueue } from "./turn-queue.ts";

/**
 * Committed blocks that may wait for their proofs, in L1 transactions of proofs, or in proofs that
 * are made at a time if those are more.
 */
const PROOFS_AHEAD = 2;

export interface StagesParts extends StageParts {
  readonly turns: TurnQueue;
  readonly proving: ProvingParts & { readonly crypto: BatchCrypto };
  /** Blocks that one L1 transaction commits or executes at most, whatever else would fit. */
  readonly blocksPerTransaction: number;
  /** Blocks that one L1 transaction proves at most. */
  readonly proofsPerTransaction: number;
}

/** Each stage takes what is ready for it. The stages share nothing but the turns on L1. */
export class Stages {
  readonly #parts: StagesParts;
  readonly #predecessors: Predecessors;
  readonly #commit: CommitStage;
  readonly #prove: ProveStage;
  readonly #execute: ExecuteStage;
  readonly #payOut: PayOutStage;

  constructor(parts: StagesParts) {
    const { proving, blocksPerTransaction, proofsPerTransaction } = parts;
    const newGroupSize = () => new GroupSize(blocksPerTransaction);
    const aheadMax = PROOFS_AHEAD * Math.max(proofsPerTransaction, proving.prover.capacity);
    this.#parts = parts;
    this.#predecessors = new Predecessors(parts);
    this.#commit = new CommitStage(parts, proving.crypto, newGroupSize(), aheadMax);
    this.#prove = new ProveStage(parts, proving, new GroupSize(proofsPerTransaction));
    this.#execute = new ExecuteStage(parts, newGroupSize(), this.#predecessors);
    this.#payOut = new PayOutStage(parts, proving.clock);
  }

  /** The last refusal of a commit, if trying again may not help. */
  get obstacle() {
    return this.#commit.obstacle;
  }

  /** Proofs that are being made, or wait in the prover; those of the lowest blocks first. */
  get proofJobs(): readonly ProofJobInfo[] {
    return this.#prove.jobs;
  }

  /** Which stages have something to do, as far as is known. */
  get due() {
    return {
      commit: this.#commit.isDue,
      startProofs: this.#prove.isProofDue,
      sendProofs: this.#prove.isSendingDue,
      execute: this.#execute.isDue,
      payOut: this.#payOut.isDue,
    };
  }

  /**
   * Commits sealed blocks with one transaction.
   *
   * @param extent - "ahead": only as far as proofs are expected to follow soon.
   * @returns Whether there was something to do; so do all stages.
   */
  commit(extent: CommitExtent): Promise<boolean> {
    return this.#parts.turns.run("commit", () => this.#commit.turn(extent));
  }

  /**
   * Reads L1, seals, and commits, all in one turn.
   *
   * @param onRead - L1 has been read, and the blocks have the status that they have there.
   * @param seal - Seals the open block if its time has come.
   */
  refreshAndCommit(onRead: () => void, seal: () => void): Promise<boolean> {
    const { turns, log } = this.#parts;
    return turns.run("commit", async () => {
      await this.#refresh();
      onRead();
      if (latestView(log.ledger).isInExodus) return false;
      seal();
      return this.#commit.turn("ahead");
    });
  }

  /** Proves committed blocks, and sends the proofs with one transaction. */
  prove(): Promise<boolean> {
    return this.#prove.turn((send) => this.#parts.turns.run("prove", send));
  }

  /** Starts proofs of committed blocks, which are made beside everything else. */
  async startProofs(): Promise<boolean> {
    return this.#prove.startProofs();
  }

  /** Resolves when no proof is being made. */
  proofsIdle(): Promise<void> {
    return this.#prove.idle();
  }

  /** Sends proofs with one transaction. */
  sendProofs(): Promise<boolean> {
    return this.#parts.turns.run("prove", () => this.#prove.sendProofs());
  }

  /** Executes proven blocks with one transaction. */
  execute(): Promise<boolean> {
    return this.#parts.turns.run("execute", () => this.#execute.turn());
  }

  /** Makes open payouts of one executed block. */
  payOut(): Promise<boolean> {
    return this.#parts.turns.run("payOut", () => this.#payOut.turn());
  }

  /** Reads L1, rebuilds what L1 would not take any more, and seals the open block. */
  prepareRound(): Promise<void> {
    const { turns, log } = this.#parts;
    return turns.run("commit", async () => {
      await this.#refresh();
      log.record(sealOpenBlock(log.ledger));
    });
  }

  /**
   * One turn of each stage up to the given one, one after the other. A stage that fails holds up no
   * other.
   *
   * @throws BLOCK_STEP_FAILED, BLOCKS_UNKNOWN, ROLLUP_IN_EXODUS and what else bars the operator
   * from L1: the first of what has failed.
   */
  async round(stage: Stage): Promise<boolean> {
    const isProving = hasReached(stage, "proven");
    const turns = [
      ...(hasReached(stage, "committed") ? [() => this.commit(isProving ? "ahead" : "all")] : []),
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

  async #refresh(): Promise<void> {
    const { log, follower } = this.#parts;
    await follower.follow();
    await this.#predecessors.revert();
    log.record(reopenStaleBlocks(log.ledger));
    this.#prove.abortStale();
  }
}
