/**
 * Bounds of deviations as integers: a bit that is 0 deviates by 0 or 1, the rest of a division by
 * at most what the comparison with the divisor leaves.
 *
 * A linear row over the field whose terms cannot add up to a multiple of r other than 0 is an
 * equation of integers, which bounds each wire by all others.
 */
import { FIELD_MODULUS, invert, multiply } from "../../crypto/field.ts";
import { toSigned } from "./forms.ts";
import type { Terms } from "./linear-system.ts";

interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** Maximum times that one row narrows bounds, as some sequences of bounds converge slowly. */
const ROUNDS_MAX = 40;
/** Maximum wires of a row, because each is bounded by all others. */
const WIRES_MAX = 600;

export class Intervals {
  readonly #intervals = new Map<number, Interval>();
  readonly #rounds = new Map<number, number>();

  /** Notes that a wire deviates by 0 or by this. */
  addChoice(wire: number, deviation: bigint): void {
    const signed = toSigned(deviation);
    const interval = signed < 0n ? { low: signed, high: 0n } : { low: 0n, high: signed };
    if (!this.#intervals.has(wire)) this.#intervals.set(wire, interval);
  }

  /** Whether the only deviation left is 0. */
  isZero(wire: number): boolean {
    const interval = this.#intervals.get(wire);
    return interval !== undefined && interval.low === 0n && interval.high === 0n;
  }

  /** Narrows bounds by the equation Σ terms = 0. @returns The wires with new bounds. */
  narrow(row: number, terms: Terms): number[] {
    const rounds = this.#rounds.get(row) ?? 0;
    if (terms.size > WIRES_MAX || rounds >= ROUNDS_MAX) return [];
    const open = [...terms.keys()].filter((wire) => !this.#intervals.has(wire));
    if (open.length > 1) return [];
    const all = [...terms.values()];
    const units = open.length === 1 ? [terms.get(open[0]!)!] : [1n, all[0]!, all.at(-1)!];
    for (const unit of new Set(units)) {
      const scale = invert(unit);
      const weights = [...terms].map(([wire, value]): [number, bigint] => [
        wire,
        toSigned(multiply(value, scale)),
      ]);
      const changed = open.length === 1 ? this.#bound(weights, open[0]!) : this.#tighten(weights);
      if (changed === undefined) continue;
      if (changed.length > 0) this.#rounds.set(row, rounds + 1);
      return changed;
    }
    return [];
  }

  /** Bounds a wire of weight 1 by all others. */
  #bound(weights: readonly (readonly [number, bigint])[], open: number): number[] | undefined {
    const { low, high } = this.#range(weights.filter(([wire]) => wire !== open));
    if (high - low >= FIELD_MODULUS / 2n) return undefined;
    this.#intervals.set(open, { low: -high, high: -low });
    return [open];
  }

  #tighten(weights: readonly (readonly [number, bigint])[]): number[] | undefined {
    const { low, high } = this.#range(weights);
    if (low <= -FIELD_MODULUS || high >= FIELD_MODULUS) return undefined;
    const changed: number[] = [];
    for (const [wire, weight] of weights) {
      const before = this.#intervals.get(wire)!;
      const own = ends(before, weight);
      // weight · deviation is in [-(high - own.high), -(low - own.low)].
      const [first, last] = [own.high - high, own.low - low];
      const bounds =
        weight > 0n
          ? { low: divideUp(first, weight), high: divideDown(last, weight) }
          : { low: divideUp(-last, -weight), high: divideDown(-first, -weight) };
      const after = { low: max(before.low, bounds.low), high: min(before.high, bounds.high) };
      if (after.low === before.low && after.high === before.high) continue;
      this.#intervals.set(wire, after);
      changed.push(wire);
    }
    return changed;
  }

  #range(weights: readonly (readonly [number, bigint])[]): Interval {
    let [low, high] = [0n, 0n];
    for (const [wire, weight] of weights) {
      const own = ends(this.#intervals.get(wire)!, weight);
      low += own.low;
      high += own.high;
    }
    return { low, high };
  }
}

function ends({ low, high }: Interval, weight: bigint): Interval {
  return weight > 0n
    ? { low: weight * low, high: weight * high }
    : { low: weight * high, high: weight * low };
}

/** Rounds the quotient towards -∞. @param divisor - Positive. */
function divideDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return -divideDown(-dividend, divisor);
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
