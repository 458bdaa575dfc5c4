/** The price of a token over time, guarded against what a source may say. */
import { feeError } from "../errors.ts";
import { RecentValues } from "../recent-values.ts";
import { withDeadline } from "../../util/deadline.ts";
import type { PriceSource } from "./price-source.ts";

export interface TokenPriceSettings {
  /** How long a price is not read again. */
  readonly ttlMs: number;
  /** Maximum time of an answer. */
  readonly timeoutMs: number;
  /** How long the last price counts when no read succeeds. */
  readonly maxAgeMs: number;
  /** Maximum change by one read, in percent of the price before, 1 to 99. */
  readonly maxChangePercent: number;
  /** Wei for a whole token: other prices are refused. */
  readonly minWei: bigint;
  readonly maxWei: bigint;
  /** How long a higher price stays acceptable. */
  readonly graceMs: number;
}

/** The price of one token. */
export class TokenPrice {
  readonly source: PriceSource;
  readonly settings: TokenPriceSettings;
  readonly #recent: RecentValues;
  #readAtMs = -Infinity;

  constructor(source: PriceSource, settings: TokenPriceSettings) {
    this.source = source;
    this.settings = settings;
    this.#recent = new RecentValues(settings.graceMs);
  }

  /** Reads the price if it is due. @throws PRICE_INVALID, or an error of the source */
  async refresh(nowMs: () => number): Promise<void> {
    const { ttlMs, timeoutMs, minWei, maxWei } = this.settings;
    if (nowMs() - this.#readAtMs < ttlMs) return;
    const read = await withDeadline(this.source.read(timeoutMs), timeoutMs);
    if (read < minWei || read > maxWei) {
      const reason = `${read} wei is not within ${minWei} and ${maxWei}`;
      throw feeError({ code: "PRICE_INVALID", source: this.source.name, reason });
    }
    this.#readAtMs = nowMs();
    this.#recent.add(this.#clamp(read), this.#readAtMs);
  }

  /** A source that lies moves the price by one step only, until somebody notices. */
  #clamp(read: bigint): bigint {
    const before = this.#recent.latest;
    if (before === undefined) return read;
    const change = (before * BigInt(this.settings.maxChangePercent)) / 100n;
    const step = change === 0n ? 1n : change;
    const [low, high] = [before - step, before + step];
    const bounded = read < low ? low : read > high ? high : read;
    return bounded < 1n ? 1n : bounded;
  }

  /** What fees are named with; undefined if it is unknown, or was read too long ago. */
  current(nowMs: number): bigint | undefined {
    return this.#isFresh(nowMs) ? this.#recent.latest : undefined;
  }

  /** The highest price that fees may still have been named with. */
  highest(nowMs: number): bigint | undefined {
    return this.#isFresh(nowMs) ? this.#recent.highest(nowMs) : undefined;
  }

  #isFresh(nowMs: number): boolean {
    return nowMs - this.#readAtMs <= this.settings.maxAgeMs;
  }
}
