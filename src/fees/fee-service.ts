/** The fee policy of an operator: the model, with prices that it keeps up to date. */
import type { Token } from "../l1/types.ts";
import type { Clock } from "../operator/clock.ts";
import type {
  DueOperation,
  FeeParts,
  FeePolicy,
  FeeQuote,
  PaidOperation,
} from "../operator/fee-policy.ts";
import type { Logger } from "../operator/logger.ts";
import { ETH_TOKEN_ID, GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { isRollupError } from "../util/errors.ts";
import { feeError } from "./errors.ts";
import type { GasPrice } from "./gas-price.ts";
import {
  addCosts,
  costOf,
  ETHER,
  type FeeModel,
  percentOf,
  type Price,
  toFee,
  usageOf,
  valueOf,
} from "./model.ts";
import type { TokenPrice } from "./prices/token-price.ts";

/** Who pays what. */
export interface FeeRules {
  /** Percentage below the fee that is accepted, 0 to 99. */
  readonly tolerancePercent: number;
  /** How long a fee is accepted after it was named. */
  readonly graceSeconds: number;
  /** Account ids and L1 owners, uint160, that pay nothing. */
  readonly subsidised: ReadonlySet<number | bigint>;
  /** Whether the first signing key of an account is free. */
  readonly isFirstKeyFree: boolean;
}

export interface FeeServiceParts {
  readonly model: FeeModel;
  readonly rules: FeeRules;
  readonly gasPrice: GasPrice;
  /** Prices by L1 address in lower case, or by symbol. */
  readonly tokenPrices: ReadonlyMap<string, TokenPrice>;
  /** How often prices are read. */
  readonly refreshMs: number;
  /** For messages only. */
  readonly maxAgeSeconds: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds since 1970, for the end of a quote. */
  readonly unixMs: () => number;
}

const NO_COST: FeeParts = { commit: 0n, prove: 0n, execute: 0n, proof: 0n, total: 0n };
const ETH_DECIMALS = 18;

/** A price over time, by the name of its source. */
interface Refreshed {
  readonly name: string;
  readonly refresh: () => Promise<void>;
}

export class FeeService implements FeePolicy {
  readonly #parts: FeeServiceParts;
  /** Sources that failed when they were read last: logged once, and nobody waits for them. */
  readonly #failing = new Set<string>();
  /** Sources that are being read. */
  readonly #reading = new Set<string>();
  #refreshing: Promise<void> | undefined;
  #refreshedAtMs = -Infinity;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: FeeServiceParts) {
    this.#parts = parts;
  }

  /** Reads prices at regular times, from now on until {@link FeeService.close}. */
  start(): void {
    const { clock, refreshMs } = this.#parts;
    const turn = async () => {
      await this.refresh();
      if (this.#cancelTimer !== undefined) this.#cancelTimer = clock.after(refreshMs, next);
    };
    const next = () => void turn();
    this.#cancelTimer ??= clock.after(refreshMs, next);
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** As of {@link FeePolicy}. */
  refresh(): Promise<void> {
    const { clock, refreshMs } = this.#parts;
    if (clock.nowMs() - this.#refreshedAtMs < refreshMs) return Promise.resolve();
    this.#refreshing ??= this.#readAll().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    const { clock, gasPrice, tokenPrices } = this.#parts;
    const nowMs = () => clock.nowMs();
    const all: Refreshed[] = [
      { name: "the gas price of L1", refresh: () => gasPrice.refresh(nowMs) },
      ...[...tokenPrices].map(([token, price]) => ({
        name: `the price of ${token} from ${price.source.name}`,
        refresh: () => price.refresh(nowMs),
      })),
    ];
    const idle = all.filter(({ name }) => !this.#reading.has(name));
    const failing = idle.filter(({ name }) => this.#failing.has(name));
    for (const each of failing) void this.#readOne(each);
    const others = idle.filter((each) => !failing.includes(each));
    await Promise.all(others.map((each) => this.#readOne(each)));
    this.#refreshedAtMs = clock.nowMs();
  }

  async #readOne({ name, refresh }: Refreshed): Promise<void> {
    const { logger } = this.#parts;
    this.#reading.add(name);
    try {
      await refresh();
      if (this.#failing.delete(name)) logger.info(`Read ${name} again`);
    } catch (error) {
      if (this.#failing.has(name)) return;
      this.#failing.add(name);
      // Other errors may hold the URL of a node, which may hold a key.
      const reason = isRollupError(error) ? error.message : "no usable answer";
      logger.error(`Cannot read ${name}: ${reason}`);
    } finally {
      this.#reading.delete(name);
    }
  }

  quote(operations: readonly DueOperation[], tokenId: number, tokens: readonly Token[]): FeeQuote {
    const { clock, gasPrice, rules, unixMs } = this.#parts;
    const gasPriceWei = gasPrice.current(clock.nowMs());
    if (gasPriceWei === undefined) throw this.#gasPriceUnknown();
    const price = this.#priceNow(tokenId, tokens);
    const costWei = operations
      .map((operation) => this.#dueFor(operation, gasPriceWei))
      .reduce(addCosts, NO_COST);
    const fee = toFee(costWei.total, price);
    if (fee === undefined)
      throw feeError({ code: "FEE_OUT_OF_RANGE", tokenId, cost: costWei.total });
    const validUntil = Math.floor(unixMs() / 1000) + rules.graceSeconds;
    return { tokenId, fee, costWei, gasPriceWei, validUntil };
  }

  priceOf(tokenId: number, tokens: readonly Token[]): bigint | undefined {
    if (tokenId === ETH_TOKEN_ID) return ETHER;
    return this.#findPrice(tokenId, tokens)?.current(this.#parts.clock.nowMs());
  }

  assertPaid(operations: readonly PaidOperation[], tokens: readonly Token[]): void {
    const { clock, gasPrice, rules } = this.#parts;
    const payers = operations.filter((operation) => !this.#isSubsidised(operation));
    if (payers.length === 0) return;
    const gasPriceWei = gasPrice.lowest(clock.nowMs());
    if (gasPriceWei === undefined) throw this.#gasPriceUnknown();
    const accepted = (costWei: bigint) => percentOf(costWei, 100 - rules.tolerancePercent);
    const due = payers.map((operation) => this.#dueFor(operation, gasPriceWei).total);
    const required = accepted(due.reduce((sum, cost) => sum + cost, 0n));
    const paid = this.#valueByToken(payers, tokens);
    // A block collects fees in few tokens: who takes one up pays in it for one operation at least.
    const least = payers
      .map((operation) => accepted(this.#fullCost(operation, gasPriceWei).total))
      .reduce((one, other) => (one < other ? one : other));
    const total = [...paid.values()].reduce((sum, value) => sum + value, 0n);
    const dust = [...paid].find(([, value]) => value < least);
    if (dust === undefined && total >= required) return;
    throw this.#tooLow(payers, dust?.[0], tokens);
  }

  /** The value in wei of what is paid in each token. @throws FEE_TOKEN_WITHOUT_PRICE */
  #valueByToken(
    payers: readonly PaidOperation[],
    tokens: readonly Token[],
  ): ReadonlyMap<number, bigint> {
    const nowMs = this.#parts.clock.nowMs();
    const sums = feesByToken(payers);
    return new Map(
      [...sums].map(([tokenId, fee]) => {
        const wei = this.#guarded(tokenId, tokens, (price) => price.highest(nowMs));
        return [tokenId, valueOf(fee, { wei, decimals: decimalsOf(tokenId, tokens) })];
      }),
    );
  }

  /** @param dustToken - The token in which too little is paid, if the sum is not the reason. */
  #tooLow(
    payers: readonly PaidOperation[],
    dustToken: number | undefined,
    tokens: readonly Token[],
  ) {
    const paying = payers.find(({ fee }) => fee > 0n) ?? payers[0]!;
    const tokenId = dustToken ?? paying.tokenId;
    const counted =
      dustToken === undefined ? payers : payers.filter((each) => each.tokenId === dustToken);
    const { fee: required } = this.quote(counted, tokenId, tokens);
    const price = this.#priceNow(tokenId, tokens);
    const given = [...feesByToken(counted)].reduce((sum, [id, fee]) => {
      if (id === tokenId) return sum + fee;
      const value = valueOf(fee, this.#priceNow(id, tokens));
      return sum + (value * 10n ** BigInt(price.decimals)) / price.wei;
    }, 0n);
    const { symbol } = tokens[tokenId]!;
    return feeError({ code: "FEE_TOO_LOW", given, required, tokenId, symbol });
  }

  /** What an operation has to pay. */
  #dueFor(operation: DueOperation, gasPriceWei: bigint): FeeParts {
    const isFree = this.#isSubsidised(operation) || this.#isFreeKey(operation);
    return isFree ? NO_COST : this.#fullCost(operation, gasPriceWei);
  }

  #fullCost(operation: DueOperation, gasPriceWei: bigint): FeeParts {
    const { model } = this.#parts;
    return costOf(model, usageOf(model, operation), gasPriceWei);
  }

  /** The fee account pays to itself. */
  #isSubsidised({ accountId, owner }: DueOperation): boolean {
    const { subsidised } = this.#parts.rules;
    if (accountId === GENESIS_FEE_ACCOUNT_ID) return true;
    return [accountId, owner].some((name) => name !== undefined && subsidised.has(name));
  }

  #isFreeKey({ isFirstKey }: DueOperation): boolean {
    return isFirstKey === true && this.#parts.rules.isFirstKeyFree;
  }

  #priceNow(tokenId: number, tokens: readonly Token[]): Price {
    const nowMs = this.#parts.clock.nowMs();
    const wei = this.#guarded(tokenId, tokens, (price) => price.current(nowMs));
    return { wei, decimals: decimalsOf(tokenId, tokens) };
  }

  /** @throws FEE_TOKEN_WITHOUT_PRICE, FEE_PRICE_UNKNOWN */
  #guarded(
    tokenId: number,
    tokens: readonly Token[],
    read: (price: TokenPrice) => bigint | undefined,
  ): bigint {
    if (tokenId === ETH_TOKEN_ID) return ETHER;
    const price = this.#findPrice(tokenId, tokens);
    if (price === undefined) throw feeError({ code: "FEE_TOKEN_WITHOUT_PRICE", tokenId });
    const wei = read(price);
    if (wei !== undefined) return wei;
    const maximumAgeSeconds = Math.round(price.settings.maxAgeMs / 1000);
    throw feeError({ code: "FEE_PRICE_UNKNOWN", tokenId, maximumAgeSeconds });
  }

  /** Contracts choose their symbols, so a symbol that two tokens have names neither. */
  #findPrice(tokenId: number, tokens: readonly Token[]): TokenPrice | undefined {
    const token = tokens[tokenId];
    if (token === undefined) return undefined;
    const { tokenPrices } = this.#parts;
    const byAddress = tokenPrices.get(token.address.toLowerCase());
    if (byAddress !== undefined) return byAddress;
    const isUnique = tokens.filter(({ symbol }) => symbol === token.symbol).length === 1;
    return isUnique ? tokenPrices.get(token.symbol) : undefined;
  }

  #gasPriceUnknown() {
    const { maxAgeSeconds: maximumAgeSeconds } = this.#parts;
    return feeError({ code: "FEE_GAS_PRICE_UNKNOWN", maximumAgeSeconds });
  }
}

/** What is paid in each token that something is paid in. */
function feesByToken(operations: readonly PaidOperation[]): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { tokenId, fee } of operations) {
    if (fee > 0n) sums.set(tokenId, (sums.get(tokenId) ?? 0n) + fee);
  }
  return sums;
}

function decimalsOf(tokenId: number, tokens: readonly Token[]): number {
  return tokenId === ETH_TOKEN_ID ? ETH_DECIMALS : tokens[tokenId]!.decimals;
}
