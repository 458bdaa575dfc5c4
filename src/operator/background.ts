/** An operator at intervals: it reads L1, seals blocks and processes them on L1 by itself. */
import type { Clock } from "./clock.ts";
import type { EventLog } from "./event-log.ts";
import { FailureLog } from "./failure-log.ts";
import type { L1Follower } from "./follower.ts";
import { sealOpenBlock } from "./ledger/decisions.ts";
import { latestView, waitingBlockCount } from "./ledger/queries.ts";
import type { Logger } from "./logger.ts";
import { StageLoop } from "./stages/stage-loop.ts";
import type { Stages } from "./stages/stages.ts";

export interface BackgroundParts {
  readonly log: EventLog;
  readonly follower: L1Follower;
  readonly stages: Stages;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often L1 is read, and after how long a block is sealed that is not full. */
  readonly blockTimeMs: number;
  /** Takes what is new on L1. */
  readonly syncL1: () => Promise<unknown>;
  readonly isRunning: () => boolean;
}

/** Loops beside that of the commits, by the names of their methods in `Stages`. */
type OtherLoop = "startProofs" | "sendProofs" | "execute" | "payOut";

/**
 * A loop for each stage: a long proof holds up no commit, and a stage that fails no other one. The
 * first stage is the one that reads L1 and seals; the others go on from what it has found.
 */
export class Background {
  readonly #parts: BackgroundParts;
  readonly #syncFailures: FailureLog;
  readonly #commit: StageLoop;
  readonly #others: ReadonlyMap<OtherLoop, StageLoop>;
  #isSealDue = false;
  #cancelTick = () => {};

  constructor(parts: BackgroundParts) {
    const { stages } = parts;
    this.#parts = parts;
    this.#syncFailures = this.#newFailureLog();
    this.#commit = this.#newLoop(() =>
      stages.refreshAndCommit(
        () => this.#wakeOthers(),
        () => this.#sealWhenDue(),
      ),
    );
    const others: readonly OtherLoop[] = ["startProofs", "sendProofs", "execute", "payOut"];
    this.#others = new Map(
      others.map((name) => [
        name,
        this.#newLoop(async () => this.#isDue(name) && (await stages[name]())),
      ]),
    );
  }

  start(): void {
    this.#scheduleTick();
  }

  /** Something has been accepted, and may have filled a block. */
  noteAccepted(): void {
    const { log, stages, isRunning } = this.#parts;
    if (!isRunning() || latestView(log.ledger).isInExodus) return;
    const isSealing = this.#isSealDue && log.ledger.open.items.length > 0;
    if (isSealing || stages.due.commit) this.#commit.wake();
  }

  /** A block has moved on, so that the next stage can take it. */
  noteStep(): void {
    this.#wakeOthers();
    this.noteAccepted();
  }

  /** Stops; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#cancelTick();
    await Promise.all([this.#commit, ...this.#others.values()].map((loop) => loop.idle()));
    await this.#parts.stages.proofsIdle();
  }

  #scheduleTick(): void {
    const { clock, blockTimeMs } = this.#parts;
    this.#cancelTick = clock.after(blockTimeMs, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    const { syncL1, isRunning } = this.#parts;
    this.#isSealDue = true;
    try {
      await syncL1();
      this.#syncFailures.clear();
    } catch (error) {
      if (isRunning()) this.#syncFailures.record(error);
    }
    if (!isRunning()) return;
    if (this.#hasWork) this.#commit.wake();
    this.#scheduleTick();
  }

  get #hasWork(): boolean {
    const { ledger } = this.#parts.log;
    if (ledger.unpaid.length > 0) return true;
    if (latestView(ledger).isInExodus) return false;
    const isOpen = ledger.open.items.length > 0;
    const isUnknown = this.#parts.follower.unknownBlock !== undefined;
    return waitingBlockCount(ledger) > 0 || isOpen || isUnknown;
  }

  #wakeOthers(): void {
    for (const [name, loop] of this.#others) if (this.#isDue(name)) loop.wake();
  }

  #isDue(name: OtherLoop): boolean {
    const { log, stages } = this.#parts;
    const isBarred = name !== "payOut" && latestView(log.ledger).isInExodus;
    return stages.due[name] && !isBarred;
  }

  /** As long as blocks wait to be committed, more of them would only make L1 slower. */
  #sealWhenDue(): void {
    const { log } = this.#parts;
    if (!this.#isSealDue || log.ledger.blocks.at(-1)?.status === "sealed") return;
    this.#isSealDue = false;
    log.record(sealOpenBlock(log.ledger));
  }

  /** Whatever fails because the operator has been stopped is no failure. */
  #newLoop(turn: () => Promise<boolean>): StageLoop {
    const { isRunning } = this.#parts;
    const turnWhileRunning = async () => {
      try {
        return isRunning() && (await turn());
      } catch (error) {
        if (isRunning()) throw error;
        return false;
      }
    };
    return new StageLoop(turnWhileRunning, this.#newFailureLog());
  }

  #newFailureLog(): FailureLog {
    return new FailureLog(this.#parts.logger, this.#parts.clock);
  }
}
