/** Makes the fee policy of an operator from settings. */
import type { Provider } from "ethers";
import { type Clock, systemClock } from "../operator/clock.ts";
import type { FeePolicy } from "../operator/fee-policy.ts";
import { type Logger, silentLogger } from "../operator/logger.ts";
import type { Preset } from "../protocol/presets.ts";
import { parseDecimal } from "../util/decimals.ts";
import { feeError } from "./errors.ts";
import { FeeService } from "./fee-service.ts";
import { GasPrice, gasPriceOf } from "./gas-price.ts";
import { findTarget } from "./model.ts";
import { feedPrice } from "./prices/feed-price.ts";
import { httpPrice } from "./prices/http-price.ts";
import { fixedPrice, type PriceSource } from "./prices/price-source.ts";
import { TokenPrice } from "./prices/token-price.ts";

/** The price of a token that pays fees: exactly one of `eth`, `http` and `feed`. */
export interface TokenPriceConfig {
  /** The price itself, in ETH for a whole token, a decimal text. */
  readonly eth?: string | undefined;
  /** A URL that answers JSON, and the keys of the price in it, separated by points. */
  readonly http?: { readonly url: string; readonly path: string } | undefined;
  /** A contract on L1 in the form of Chainlink's aggregators, in ETH a token. */
  readonly feed?:
    { readonly address: string; readonly maxAgeSeconds?: number | undefined } | undefined;
  /** Prices below are refused; `http` needs it. ETH for a whole token, a decimal text. */
  readonly min?: string | undefined;
  /** Prices above are refused; `http` needs it. */
  readonly max?: string | undefined;
  /** Maximum change by one read. Default 20. */
  readonly maxChangePercent?: number | undefined;
  /** How long a price is not read again. Default 60. */
  readonly ttlSeconds?: number | undefined;
  /** Maximum time of an answer. Default 5. */
  readonly timeoutSeconds?: number | undefined;
  /** How long the last price counts when no read succeeds. Default 600. */
  readonly maxAgeSeconds?: number | undefined;
}

/** How fees are computed, and who pays them; all parts have defaults. */
export interface FeeSettings {
  /** The gas price of L1. */
  readonly gasPrice?:
    | {
        /** Maximum that is passed on to users. Default 500. */
        readonly maxGwei?: number | undefined;
        /** Number of readings that the price is smoothed over. Default 8. */
        readonly smoothing?: number | undefined;
        /** Addition for what changes until the execution. Default 20. */
        readonly marginPercent?: number | undefined;
      }
    | undefined;
  /** The block that an operation pays its share of. */
  readonly target?:
    | {
        /** Name of a kind of block. Default: the one with the most slots. */
        readonly kind?: string | undefined;
        /** Slots that are taken, in percent. Default 100. */
        readonly fillPercent?: number | undefined;
        /** Blocks that share an L1 transaction that commits or executes. Default 1. */
        readonly blocksPerTransaction?: number | undefined;
        /** Blocks that share an L1 transaction that proves. Default 1. */
        readonly proofsPerTransaction?: number | undefined;
      }
    | undefined;
  /** What a proof costs, by its constraints. */
  readonly proving?:
    | {
        /** Default: the product of the two others. */
        readonly gweiPerMillionConstraints?: number | undefined;
        /** Default 24. */
        readonly coreSecondsPerMillionConstraints?: number | undefined;
        /** Default 4. */
        readonly gweiPerCoreSecond?: number | undefined;
      }
    | undefined;
  /** Least gas of a payout. Default: the measured gas of a first payment. */
  readonly payoutGas?: number | undefined;
  /** Tokens besides ETH that pay fees, by address, or by symbol if no other token has it. */
  readonly tokens?: Readonly<Record<string, TokenPriceConfig>> | undefined;
  /** Percentage below the fee that is accepted. Default 5. */
  readonly tolerancePercent?: number | undefined;
  /** How long a fee is accepted after it was named. Default 60. */
  readonly graceSeconds?: number | undefined;
  /** How often prices are read. Default 15. */
  readonly refreshSeconds?: number | undefined;
  /** How long the last gas price counts when no read succeeds. Default 600. */
  readonly maxAgeSeconds?: number | undefined;
  /** Ids and L1 addresses of accounts that pay nothing. */
  readonly subsidised?: readonly (number | string)[] | undefined;
  /** Whether the first signing key of an account is free. Default false. */
  readonly freeFirstKey?: boolean | undefined;
}

/** A fee policy that reads prices until it is closed. */
export interface RunningFeePolicy extends FeePolicy {
  /** Stops reading prices. */
  close(): void;
}

/** What a fee policy is made of. */
export interface FeeServiceOptions {
  /** How fees are computed, and who pays them; all parts have defaults. */
  readonly settings: FeeSettings;
  /** Sizes of the rollup. */
  readonly preset: Preset;
  /** L1, for the price of gas and for feeds. */
  readonly provider: Provider;
  /** Time and timers. Default: those of this process. */
  readonly clock?: Clock | undefined;
  /** Log sink. Default: none. */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. Default: those of this process. */
  readonly unixMs?: (() => number) | undefined;
}

const GWEI = 10n ** 9n;
const ETH_DECIMALS = 18;
/** Prices are at most this, so that no product is huge. */
const PRICE_MAX_WEI = 10n ** 60n;

/**
 * Creates the fee policy of an operator, reads the prices, and goes on reading them until it is
 * closed.
 *
 * @param options - Settings, sizes of the rollup, and L1.
 * @returns The policy, for `feePolicy` of an operator; the caller closes it.
 * @throws FEE_TARGET_UNKNOWN, PRICE_SOURCE_INVALID
 *
 * @example
 * const settings = { tolerancePercent: 10 };
 * const options = { settings, preset: rollup.operator.preset, provider: ethers.provider };
 * const feePolicy = await createFeeService(options);
 * const eth = await provider.getTokens();
 * const due = { type: "transfer", accountId: 1, owner: undefined, accountIdMax: 1, tokenId: 0 };
 * feePolicy.quote([due], 0, eth).fee > 0n; // true
 * feePolicy.close();
 */
export async function createFeeService(options: FeeServiceOptions): Promise<RunningFeePolicy> {
  const { settings, preset, provider, clock = systemClock, logger = silentLogger } = options;
  const { target = {}, graceSeconds = 60, maxAgeSeconds = 600, refreshSeconds = 15 } = settings;
  const graceMs = 1000 * graceSeconds;
  const refreshMs = 1000 * refreshSeconds;
  const { maxGwei = 500, smoothing = 8, marginPercent = 20 } = settings.gasPrice ?? {};
  const service = new FeeService({
    model: {
      preset,
      target: findTarget(preset, target.kind),
      fillPercent: target.fillPercent ?? 100,
      blocksPerTransaction: target.blocksPerTransaction ?? 1,
      proofsPerTransaction: target.proofsPerTransaction ?? 1,
      weiPerMillionConstraints: provingPrice(settings),
      payoutGasMin: settings.payoutGas ?? 0,
    },
    rules: {
      tolerancePercent: settings.tolerancePercent ?? 5,
      graceSeconds,
      subsidised: new Set(
        (settings.subsidised ?? []).map((name) => (typeof name === "number" ? name : BigInt(name))),
      ),
      isFirstKeyFree: settings.freeFirstKey ?? false,
    },
    gasPrice: new GasPrice(gasPriceOf(provider, refreshMs), {
      maxWei: BigInt(maxGwei) * GWEI,
      smoothing,
      marginPercent,
      maxAgeMs: 1000 * maxAgeSeconds,
      graceMs,
    }),
    tokenPrices: createTokenPrices(settings.tokens ?? {}, provider, graceMs),
    refreshMs,
    maxAgeSeconds,
    clock,
    logger,
    unixMs: options.unixMs ?? Date.now,
  });
  await service.refresh();
  service.start();
  return service;
}

function provingPrice({ proving = {} }: FeeSettings): bigint {
  const { coreSecondsPerMillionConstraints = 24, gweiPerCoreSecond = 4 } = proving;
  const product = coreSecondsPerMillionConstraints * gweiPerCoreSecond;
  return BigInt(proving.gweiPerMillionConstraints ?? product) * GWEI;
}

/** @throws PRICE_SOURCE_INVALID */
function createTokenPrices(
  tokens: NonNullable<FeeSettings["tokens"]>,
  provider: Provider,
  graceMs: number,
): Map<string, TokenPrice> {
  return new Map(
    Object.entries(tokens).map(([name, price]) => {
      const key = /^0x[0-9a-fA-F]{40}$/.test(name) ? name.toLowerCase() : name;
      return [key, createTokenPrice(name, price, provider, graceMs)];
    }),
  );
}

function createTokenPrice(
  name: string,
  price: TokenPriceConfig,
  provider: Provider,
  graceMs: number,
): TokenPrice {
  const source = createSource(name, price, provider);
  const isFixed = price.eth !== undefined;
  const { ttlSeconds = 60, timeoutSeconds = 5, maxAgeSeconds = 600 } = price;
  return new TokenPrice(source, {
    ttlMs: isFixed ? Infinity : 1000 * ttlSeconds,
    timeoutMs: 1000 * timeoutSeconds,
    maxAgeMs: isFixed ? Infinity : 1000 * maxAgeSeconds,
    maxChangePercent: price.maxChangePercent ?? 20,
    minWei: price.min === undefined ? 1n : toWei(name, "min", price.min),
    maxWei: price.max === undefined ? PRICE_MAX_WEI : toWei(name, "max", price.max),
    graceMs,
  });
}

function createSource(name: string, price: TokenPriceConfig, provider: Provider): PriceSource {
  const { eth, http, feed, min, max } = price;
  const refuse = (reason: string) =>
    feeError({ code: "PRICE_SOURCE_INVALID", source: name, reason });
  if ([eth, http, feed].filter((each) => each !== undefined).length !== 1) {
    throw refuse("it needs one of eth, http and feed");
  }
  if (eth !== undefined) return fixedPrice(toWei(name, "eth", eth));
  if (feed !== undefined) {
    return feedPrice(
      { address: feed.address, maxAgeSeconds: feed.maxAgeSeconds ?? 3_600 },
      provider,
    );
  }
  // The first answer of a server has nothing else to be compared with.
  if (min === undefined || max === undefined) throw refuse("http needs min and max");
  return httpPrice(http!);
}

/** @throws PRICE_SOURCE_INVALID */
function toWei(name: string, key: string, text: string): bigint {
  const wei = parseDecimal(text, ETH_DECIMALS);
  if (wei !== undefined && wei >= 1n && wei <= PRICE_MAX_WEI) return wei;
  const reason = `${key} = ${text} is no decimal number of ETH from 1 wei on`;
  throw feeError({ code: "PRICE_SOURCE_INVALID", source: name, reason });
}
