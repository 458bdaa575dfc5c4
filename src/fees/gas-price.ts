/** The gas price of L1 that fees are computed with: smoothed, and bounded. */
import type { Provider } from "ethers";
import { withDeadline } from "../util/deadline.ts";
import { percentOf } from "./model.ts";
import { RecentValues } from "./recent-values.ts";

export interface GasPriceSettings {
  /** Maximum price in wei: above it, the operator pays the difference. */
  readonly maxWei: bigint;
  /** Number of readings over which the price is smoothed, at least 1. */
  readonly smoothing: number;
  /** Addition for what happens between acceptance and execution. */
  readonly marginPercent: number;
  /** How long the last reading counts when no other succeeds. */
  readonly maxAgeMs: number;
  /** How long a lower price stays acceptable. */
  readonly graceMs: number;
}

/** Reads the price of a unit of gas, in wei. */
export type ReadGasPrice = () => Promise<bigint>;

/** The gas price over time. */
export class GasPrice {
  readonly #read: ReadGasPrice;
  readonly #settings: GasPriceSettings;
  readonly #quoted: RecentValues;
  #smoothed: bigint | undefined;
  #readAtMs = -Infinity;

  constructor(read: ReadGasPrice, settings: GasPriceSettings) {
    this.#read = read;
    this.#settings = settings;
    this.#quoted = new RecentValues(settings.graceMs);
  }

  /** Takes a reading. @throws What the read rejects with. */
  async refresh(nowMs: () => number): Promise<void> {
    const { maxWei, smoothing, marginPercent } = this.#settings;
    const read = await this.#read();
    const bounded = read < 1n ? 1n : read > maxWei ? maxWei : read;
    this.#smoothed = smooth(this.#smoothed ?? bounded, bounded, smoothing);
    this.#readAtMs = nowMs();
    this.#quoted.add(percentOf(this.#smoothed, 100 + marginPercent), this.#readAtMs);
  }

  /** What fees are named with; undefined if it is unknown, or was read too long ago. */
  current(nowMs: number): bigint | undefined {
    return this.#isFresh(nowMs) ? this.#quoted.latest : undefined;
  }

  /** The lowest price that fees may still have been named with. */
  lowest(nowMs: number): bigint | undefined {
    return this.#isFresh(nowMs) ? this.#quoted.lowest(nowMs) : undefined;
  }

  #isFresh(nowMs: number): boolean {
    return nowMs - this.#readAtMs <= this.#settings.maxAgeMs;
  }
}

/** Moves a price towards a reading, and reaches it: the last step is rounded to it. */
function smooth(price: bigint, reading: bigint, readings: number): bigint {
  const step = (reading - price) / BigInt(readings);
  return step === 0n ? reading : price + step;
}

/**
 * Reads the price at which L1 includes transactions at present: base fee and tip.
 *
 * @param deadlineMs - Maximum time of the answer.
 */
export function gasPriceOf(provider: Provider, deadlineMs: number): ReadGasPrice {
  return async () => {
    const { gasPrice, maxFeePerGas } = await withDeadline(provider.getFeeData(), deadlineMs);
    const price = gasPrice ?? maxFeePerGas;
    if (price === null) throw new Error("the L1 node names no gas price");
    return price;
  };
}
