/** A token bucket for each client address. */
import { isIPv6 } from "node:net";

export interface RateLimiterOptions {
  /** Units that a bucket gains a second; 0 for no limit. */
  readonly unitsPerSecond: number;
  /** Units that a full bucket holds. */
  readonly unitsBurst: number;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs?: () => number;
}

interface Bucket {
  units: number;
  atMs: number;
}

/** Maximum number of buckets; the least recently used one is dropped. */
const BUCKETS_MAX = 10_000;

export class RateLimiter {
  readonly #unitsPerSecond: number;
  readonly #unitsBurst: number;
  readonly #nowMs: () => number;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor({ unitsPerSecond, unitsBurst, nowMs }: RateLimiterOptions) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#unitsBurst = unitsBurst;
    this.#nowMs = nowMs ?? (() => performance.now());
  }

  /**
   * Takes units from a client's bucket. A request larger than a full bucket leaves it in debt, so a
   * large request is slow, not impossible.
   *
   * @returns 0 if the units were taken; else the whole seconds until there are enough.
   */
  take(client: string, units: number): number {
    if (this.#unitsPerSecond === 0) return 0;
    const bucket = this.#refilled(client);
    const needed = Math.min(units, this.#unitsBurst);
    if (bucket.units >= needed) {
      bucket.units -= units;
      return 0;
    }
    return Math.max(1, Math.ceil((needed - bucket.units) / this.#unitsPerSecond));
  }

  #refilled(client: string): Bucket {
    const now = this.#nowMs();
    const known = this.#buckets.get(client);
    const bucket = known ?? { units: this.#unitsBurst, atMs: now };
    const gained = ((now - bucket.atMs) / 1000) * this.#unitsPerSecond;
    bucket.units = Math.min(this.#unitsBurst, bucket.units + gained);
    bucket.atMs = now;
    this.#buckets.delete(client);
    this.#buckets.set(client, bucket);
    if (this.#buckets.size > BUCKETS_MAX) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest!);
    }
    return bucket;
  }
}

/** The client of an address; an IPv6 /64 is one client, as it usually belongs to one. */
export function clientOf(address = "unknown"): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.replace(/%.*$/, "").split("::");
  const start = head === "" ? [] : head.split(":");
  const end = tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - start.length - end.length)).fill("0");
  return `${[...start, ...zeros, ...end].slice(0, 4).join(":")}::/64`;
}
