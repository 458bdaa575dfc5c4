/** Keeps the memory of the state small, and checks what has come from the disk. */
import type { BatchCrypto } from "../kernel/batch.ts";
import type { RollupError } from "../util/errors.ts";
import { operatorError } from "./errors.ts";
import type { EventLog } from "./event-log.ts";
import type { LedgerEvent } from "./ledger/events.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Logger } from "./logger.ts";

interface StateKeeperParts {
  readonly log: EventLog;
  readonly crypto: BatchCrypto;
  readonly logger: Logger;
}

/** Blocks that leave the memory before the accounts that they have changed become pages. */
const FORGOTTEN_BLOCKS = 64;
/** Time for which compaction keeps the event loop at most, and lets it go then. */
const SLICE_MS = 4;
const PAUSE_MS = 4;

/**
 * Works beside everything else, in small steps. What blocks have changed stays as objects as long
 * as they are in memory; when they have left it, the state that the ledger starts from holds their
 * accounts, and puts them into pages.
 */
export class StateKeeper {
  readonly #parts: StateKeeperParts;
  readonly #stopWatching: () => void;
  #working: Promise<void> | undefined;
  #compactedBlock: number;
  #isRunning = true;
  #obstacle: RollupError | undefined;

  constructor(parts: StateKeeperParts) {
    const { log } = parts;
    this.#parts = parts;
    this.#compactedBlock = log.ledger.start.storedBlock.blockNumber;
    this.#stopWatching = log.watchers.add({
      onEvents: (events, after) => this.#take(events, after),
    });
    this.#begin(async () => {
      await this.#compact(log.ledger);
      if (log.isLoaded) await this.#check(log.ledger);
    });
  }

  /** STATE_DAMAGED: an account from the disk is not what the state root says. */
  get obstacle(): RollupError | undefined {
    return this.#obstacle;
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#stopWatching();
    await this.#working;
  }

  #take(events: readonly LedgerEvent[], ledger: Ledger): void {
    if (!events.some(({ type }) => type === "blocksForgotten")) return;
    const { blockNumber } = ledger.start.storedBlock;
    // After a checkpoint was restored, the number may be lower.
    if (Math.abs(blockNumber - this.#compactedBlock) < FORGOTTEN_BLOCKS) return;
    this.#begin(async () => {
      this.#compactedBlock = blockNumber;
      await this.#compact(ledger);
    });
  }

  /** One thing at a time; what comes meanwhile comes again with later blocks. */
  #begin(work: () => Promise<void>): void {
    this.#working ??= work()
      .catch((error: unknown) => {
        this.#parts.logger.error(`The accounts cannot be kept in pages: ${String(error)}`);
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #compact({ start }: Ledger): Promise<void> {
    await pause();
    let sliceEnd = performance.now() + SLICE_MS;
    const compaction = start.state.compaction();
    while (compaction.next().done !== true) {
      if (!this.#isRunning) return;
      if (performance.now() < sliceEnd) continue;
      await pause();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }

  /** Computes the hash of every account. */
  async #check({ start }: Ledger): Promise<void> {
    for await (const accountId of start.state.findDamage(this.#parts.crypto.hashMany)) {
      if (accountId !== undefined) {
        this.#obstacle = operatorError({ code: "STATE_DAMAGED", accountId });
        this.#parts.logger.error(`${this.#obstacle.message} ${this.#obstacle.fix}`);
        return;
      }
      if (!this.#isRunning) return;
      await pause();
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
