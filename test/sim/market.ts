/**
 * Prices in a simulation: gas of L1 and tokens that pay fees. They rise, fall, jump, and cannot be
 * read at times. Checks what the fee service accepts and refuses against the prices themselves.
 */
import { expect } from "chai";
import { FeeService } from "../../src/fees/fee-service.ts";
import { GasPrice, gasPriceOf } from "../../src/fees/gas-price.ts";
import { costOf, type FeeModel, findTarget, percentOf, usageOf } from "../../src/fees/model.ts";
import type { PriceSource } from "../../src/fees/prices/price-source.ts";
import { TokenPrice } from "../../src/fees/prices/token-price.ts";
import type { PaidOperation } from "../../src/operator/fee-policy.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../../src/protocol/constants.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import type { FakeClock } from "../helpers/fake-clock.ts";
import type { Random } from "../helpers/random.ts";
import type { SimChain } from "./chain.ts";

const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;
export const GRACE_SECONDS = 60;
export const REFRESH_SECONDS = 15;
const TOLERANCE_PERCENT = 5;
const MAX_AGE_SECONDS = 600;
/** Base fees of L1 in a spike; the operator's account pays at most {@link GAS_PRICE_MAX}. */
const SPIKES = [20n, 80n, 300n, 900n].map((gwei) => gwei * GWEI);
const CALM_BASE_FEE = GWEI;
/** The most that the operator's account pays for a unit of gas, in wei. */
export const GAS_PRICE_MAX = 500n * GWEI;
/** Token that pays fees, as ETH does, and the next one. */
export const PRICED_TOKEN_ID = 3;
const PRICED = [PRICED_TOKEN_ID, PRICED_TOKEN_ID + 1];
const PRICE_FIRST = ETHER / 2000n;

/** Prices that fees were named with at a moment. */
interface Named {
  readonly sinceMs: number;
  readonly gasPriceWei: bigint | undefined;
  /** Wei of a whole token, by id. */
  readonly tokens: ReadonlyMap<number, bigint | undefined>;
}

/** A source that says what the simulation wants. */
class SimSource implements PriceSource {
  readonly name = "the simulation";
  wei = PRICE_FIRST;
  isDown = false;

  read(): Promise<bigint> {
    if (this.isDown) return Promise.reject(new Error("no price, as the simulation wants"));
    return Promise.resolve(this.wei);
  }
}

export class Market {
  readonly #chain: SimChain;
  readonly #random: Random;
  readonly #clock: FakeClock;
  readonly #model: FeeModel;
  readonly #isFirstKeyFree: boolean;
  readonly #sources = new Map(PRICED.map((id) => [id, new SimSource()]));
  #isGasPriceDown = false;
  #prices = new Map<number, TokenPrice>();
  #gasPrice!: GasPrice;
  #service!: FeeService;
  #reading: Promise<unknown> = Promise.resolve();
  /** Oldest first; of the present process only, as another one has not named them. */
  #named: Named[] = [];

  constructor(chain: SimChain, random: Random, clock: FakeClock, preset: Preset) {
    this.#chain = chain;
    this.#random = random;
    this.#clock = clock;
    this.#isFirstKeyFree = random.bool();
    this.#model = {
      preset,
      target: findTarget(preset),
      fillPercent: 100,
      blocksPerTransaction: 1,
      proofsPerTransaction: 1,
      weiPerMillionConstraints: 100n * GWEI,
      payoutGasMin: 0,
    };
  }

  /** Starts the fee service of a process, which remembers no price of an earlier one. */
  async open(): Promise<FeeService> {
    const graceMs = 1000 * GRACE_SECONDS;
    const maxAgeMs = 1000 * MAX_AGE_SECONDS;
    const bounds = { minWei: 10n ** 10n, maxWei: 10n ** 20n, maxChangePercent: 20 };
    const times = { ttlMs: 60_000, timeoutMs: 5_000, maxAgeMs, graceMs };
    this.#prices = new Map(
      [...this.#sources].map(([id, source]) => [
        id,
        new TokenPrice(source, { ...bounds, ...times }),
      ]),
    );
    const gasBounds = { maxWei: GAS_PRICE_MAX, smoothing: 4, marginPercent: 20 };
    const readGas = () => (this.#reading = this.#readGas());
    this.#gasPrice = new GasPrice(readGas, { ...gasBounds, maxAgeMs, graceMs });
    this.#service = new FeeService({
      model: this.#model,
      rules: {
        tolerancePercent: TOLERANCE_PERCENT,
        graceSeconds: GRACE_SECONDS,
        subsidised: new Set(),
        isFirstKeyFree: this.#isFirstKeyFree,
      },
      gasPrice: this.#gasPrice,
      tokenPrices: new Map(
        [...this.#prices].map(([id, price]) => [this.#chain.tokens[id]!.toLowerCase(), price]),
      ),
      refreshMs: 1000 * REFRESH_SECONDS,
      maxAgeSeconds: MAX_AGE_SECONDS,
      clock: this.#clock,
      logger: { debug: () => {}, info: () => {}, error: () => {} },
      unixMs: () => this.#clock.nowMs(),
    });
    this.#named = [];
    await this.refresh();
    return this.#service;
  }

  async #readGas(): Promise<bigint> {
    if (this.#isGasPriceDown) throw new Error("no gas price, as the simulation wants");
    return gasPriceOf(this.#chain.rollup.ethers.provider, 60_000)();
  }

  /** Reads the prices that are due, as the service does by itself in a node. */
  async refresh(): Promise<void> {
    await this.#service.refresh();
    // Sources that have failed are read without waiting for them.
    await this.#reading.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const nowMs = this.#clock.nowMs();
    const tokens = new Map([...this.#prices].map(([id, price]) => [id, price.current(nowMs)]));
    const gasPriceWei = this.#gasPrice.current(nowMs);
    this.#named.push({ sinceMs: nowMs, gasPriceWei, tokens });
    const first = this.#named.findLastIndex(({ sinceMs }) => sinceMs <= this.#windowStartMs);
    if (first > 0) this.#named.splice(0, first);
  }

  get #windowStartMs(): number {
    return this.#clock.nowMs() - 1000 * GRACE_SECONDS;
  }

  /** Moves prices a little; sources that were down mostly answer again. */
  drift(): void {
    for (const source of this.#sources.values()) {
      source.wei = (source.wei * BigInt(95 + this.#random.int(11))) / 100n + 1n;
      if (source.isDown && this.#random.int(3) > 0) source.isDown = false;
    }
    if (this.#isGasPriceDown && this.#random.int(3) > 0) this.#isGasPriceDown = false;
  }

  /** Lets the base fee of L1 jump. */
  async spikeGas(): Promise<void> {
    await this.#chain.setBaseFee(this.#random.pick(SPIKES));
    await this.#chain.passTime(1);
  }

  /** Lets the price of a token jump by up to a hundred times. */
  spikeToken(): void {
    const source = this.#random.pick([...this.#sources.values()]);
    const factor = BigInt(2 + this.#random.int(99));
    const wei = this.#random.bool() ? source.wei * factor : source.wei / factor + 1n;
    source.wei = wei < 10n ** 12n || wei > 10n ** 18n ? PRICE_FIRST : wei;
  }

  /** Lets a price not be read until further notice. */
  silence(): void {
    if (this.#random.int(3) === 0) this.#isGasPriceDown = true;
    else this.#random.pick([...this.#sources.values()]).isDown = true;
  }

  /** Ends spikes and failures. */
  async calm(): Promise<void> {
    this.#isGasPriceDown = false;
    for (const source of this.#sources.values()) source.isDown = false;
    await this.#chain.setBaseFee(CALM_BASE_FEE);
    await this.#chain.passTime(1);
  }

  /**
   * Asserts that operations that were accepted now pay at least what the lowest prices of the grace
   * period demand, less the tolerance.
   */
  assertEnough(operations: readonly PaidOperation[]): void {
    const paying = operations.filter(({ accountId }) => accountId !== GENESIS_FEE_ACCOUNT_ID);
    const gasPrices = this.#named.map(({ gasPriceWei }) => gasPriceWei).filter(isKnown);
    const gasPriceWei = gasPrices.reduce((one, other) => (one < other ? one : other));
    const costs = paying.map((operation) => {
      if (this.#isFirstKeyFree && operation.isFirstKey === true) return 0n;
      return costOf(this.#model, usageOf(this.#model, operation), gasPriceWei).total;
    });
    const required = percentOf(sum(costs), 100 - TOLERANCE_PERCENT);
    const paid = sum(paying.map(({ tokenId, fee }) => (fee * this.#highest(tokenId)) / ETHER));
    expect(paid >= required, `${paid} wei of ${required} were accepted`).to.equal(true);
  }

  #highest(tokenId: number): bigint {
    if (tokenId === 0) return ETHER;
    const prices = this.#named.map(({ tokens }) => tokens.get(tokenId)).filter(isKnown);
    return prices.reduce((one, other) => (one > other ? one : other), 0n);
  }
}

function isKnown(price: bigint | undefined): price is bigint {
  return price !== undefined;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
