/**
 * One leader at a time. Whoever has the lease leads; others wait for it. A leader that cannot renew
 * its lease stops before another one can get it.
 *
 * @see docs/lease.md
 */
import type { RollupError } from "../util/errors.ts";

/** Who leads, for people. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
}

export interface WaitOptions {
  /** Ends the wait: `acquire` rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Called once for each leader that this process waits for. It must not throw. */
  readonly onWaiting?: (holder: Holder) => void;
}

/** The right to lead, which one process has at a time. */
export interface Lease {
  /** Where it is kept, without a password. */
  readonly name: string;
  /**
   * Waits until this process leads.
   *
   * @throws LEASE_UNREACHABLE if the first attempt fails for another reason than a leader; later
   * failures are tried again. LEASE_DRIVER_MISSING, LEASE_ON_OTHER_HOST
   */
  acquire(options?: WaitOptions): Promise<Held>;
}

/** A lease that this process has. */
export interface Held {
  /** Larger than that of every leader before. */
  readonly fencingToken: number;
  /** Aborts with LEASE_LOST when this process must stop to lead. Not after `release`. */
  readonly lost: AbortSignal;
  /**
   * Checks by the clock that no other process can have the lease. Also right in a process that was
   * halted, and in which no timer has run since.
   *
   * @throws LEASE_LOST
   */
  assertHeld(): void;
  /**
   * A statement for transactions in the database of the lease: it changes one row, and only while
   * no other process has led since. Undefined for a lease that is in no database.
   */
  readonly fence?: { readonly sql: string; readonly parameters: readonly unknown[] };
  /** Gives the lease up, so that the next leader need not wait. */
  release(): Promise<void>;
}

/** Times of a lease. Each is in milliseconds. */
export interface LeaseTimes {
  /** How long a lease lasts after it was renewed. */
  readonly ttlMs: number;
  /** How much earlier its holder stops, for clocks that do not run alike. */
  readonly marginMs: number;
  /** Between two renewals. */
  readonly renewMs: number;
  /** Between two questions of one that waits, and the longest that an answer may take. */
  readonly pollMs: number;
}

/**
 * A leader that dies is replaced after at most ttl and two polls: 7 s. One that hears nothing from
 * the database stops after 4 s.
 */
export const LEASE_TIMES: LeaseTimes = {
  ttlMs: 5_000,
  marginMs: 1_000,
  renewMs: 1_000,
  pollMs: 1_000,
};

/** A moment by both clocks of this machine. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The present moment; all threads of a process have the same clocks. */
export function now(): Moment {
  return { monotonicMs: Number(process.hrtime.bigint()) / 1e6, wallMs: Date.now() };
}

/**
 * Milliseconds since a moment, by the clock that has run further: the monotonic one stands still
 * while the machine sleeps, and the other one can be set.
 */
export function since(moment: Moment): number {
  const { monotonicMs, wallMs } = now();
  return Math.max(monotonicMs - moment.monotonicMs, wallMs - moment.wallMs);
}

/** What a kind of lease does for its holder. */
export interface HolderParts {
  readonly fencingToken: number;
  /** Before the lease was asked for. */
  readonly acquiredAt: Moment;
  readonly times: LeaseTimes;
  /**
   * Renews the lease.
   *
   * @returns Undefined, or why it cannot be renewed ever again.
   */
  renew(): Promise<string | undefined>;
  /** Takes each renewal: the moment before it was asked for. */
  readonly onRenewed?: (moment: Moment) => void;
  /** Returns the moment of the last renewal, if another thread renews. */
  readonly renewedAt?: () => Moment;
  /** Receives what ends the lease at once, with a reason. */
  readonly watch?: (lose: (reason: string) => void) => void;
  /** Gives the lease up if `isHeld`, and closes what this process has open for it. */
  end(isHeld: boolean): Promise<void>;
  /** The error LEASE_LOST. */
  toLoss(reason: string): RollupError;
}

/** Renews a lease until it is lost or released. */
export function hold(parts: HolderParts): Held {
  const { fencingToken, acquiredAt, times, renew, end, toLoss } = parts;
  const { ttlMs, marginMs, renewMs } = times;
  const limitMs = ttlMs - marginMs;
  const loss = new AbortController();
  let lastRenewal = acquiredAt;
  const renewedAt = parts.renewedAt ?? (() => lastRenewal);
  let isEnded = false;
  let failure = "";
  let timer: NodeJS.Timeout | undefined;

  const lose = (reason: string) => {
    if (isEnded) return;
    isEnded = true;
    clearTimeout(timer);
    loss.abort(toLoss(reason));
    end(false).catch(() => undefined);
  };
  const loseIfLate = () => {
    const pastMs = since(renewedAt());
    if (pastMs < limitMs) return false;
    const why = failure === "" ? "" : `; the last attempt: ${failure}`;
    lose(`it was not renewed for ${Math.floor(pastMs)} ms${why}`);
    return true;
  };
  const renewOnce = async () => {
    const startedAt = now();
    try {
      const reason = await renew();
      if (reason !== undefined) {
        lose(reason);
        return;
      }
      // What was halted meanwhile may be too late: another one may lead already.
      if (!loseIfLate()) {
        lastRenewal = startedAt;
        parts.onRenewed?.(startedAt);
      }
      failure = "";
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  };
  let renewing: Promise<void> | undefined;
  const tick = () => {
    if (isEnded || loseIfLate()) return;
    renewing ??= renewOnce().finally(() => (renewing = undefined));
    const leftMs = Math.max(1, limitMs - since(renewedAt()));
    timer = setTimeout(tick, Math.min(renewMs, leftMs));
  };
  timer = setTimeout(tick, renewMs);
  parts.watch?.(lose);

  return {
    fencingToken,
    lost: loss.signal,
    assertHeld: () => {
      if (!isEnded) loseIfLate();
      if (loss.signal.aborted) throw loss.signal.reason;
      if (isEnded) throw toLoss("it has been released");
    },
    release: async () => {
      if (isEnded) return;
      isEnded = true;
      clearTimeout(timer);
      await renewing;
      await end(true);
    },
  };
}
