/** Failures of background work. */
import { isRollupError } from "../util/errors.ts";
import type { Clock } from "./clock.ts";
import type { LogFields, Logger } from "./logger.ts";

/** Time between two lines about a failure that stays the same. */
const REMINDER_MS = 10 * 60 * 1000;
/** Maximum kinds of failures that are distinguished at a time. */
const KINDS_MAX = 64;

/**
 * Logs each kind of failure once, with a reminder while it lasts. Never throws, because nothing
 * would catch that.
 */
export class FailureLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #logged = new Map<string, { readonly atMs: number; readonly repeats: number }>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  record(error: unknown): void {
    const kind = kindOf(error);
    const nowMs = this.#clock.nowMs();
    const last = this.#logged.get(kind);
    if (last !== undefined && nowMs - last.atMs < REMINDER_MS) {
      this.#logged.set(kind, { ...last, repeats: last.repeats + 1 });
      return;
    }
    if (this.#logged.size >= KINDS_MAX) this.#logged.clear();
    this.#logged.set(kind, { atMs: nowMs, repeats: 0 });
    const repeats =
      last === undefined ? "" : ` (still so, after ${last.repeats + 1} more attempts)`;
    try {
      const attempts = (last?.repeats ?? 0) + 1;
      this.#logger.error(`${String(error)}${repeats}`, { ...factsOf(error), attempts });
    } catch {
      // A log that cannot be written must not stop the operator.
    }
  }

  /** A success: the next failure is logged again. */
  clear(): void {
    this.#logged.clear();
  }
}

/** What programs read of a failure. */
function factsOf(error: unknown): LogFields {
  if (!isRollupError(error)) return {};
  const { step, blockNumber } = error.facts;
  return { code: error.code, step, blockNumber };
}

/** Errors of one kind may differ in numbers: hashes, gas, how long something has taken. */
function kindOf(error: unknown): string {
  if (!isRollupError(error)) return String(error).replace(/0x[0-9a-f]+|\d+/gi, "#");
  const { code, facts, cause } = error;
  const parts = [code, facts["step"], facts["error"]].filter((part) => typeof part === "string");
  return cause === undefined ? parts.join(" ") : `${parts.join(" ")}: ${kindOf(cause)}`;
}
