/** Fees: the price of gas of L1 transactions. */
import type { Provider } from "ethers";
import { withDeadline } from "../util/deadline.ts";
import { isRpcProvider, REQUEST_LIMITS } from "./requests.ts";

/** Fees of EIP-1559 or, on a chain without it, a gas price. In wei per unit of gas. */
export type Fees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly gasPrice: bigint };

/** Nodes accept a replacement only if it pays an eighth more (geth: 10%). */
const RAISE_PERCENT = 125n;

const GWEI = 10n ** 9n;
/**
 * Maximum priority fee at a node's word, in wei per unit of gas. The chain sets the base fee, but
 * only this limit protects an account from a node that names an absurd priority fee.
 */
const PRIORITY_FEE_MAX = 100n * GWEI;
/** The same for the gas price of a chain without EIP-1559. */
const GAS_PRICE_MAX = 10_000n * GWEI;

/** What an account pays at most, whatever L1 asks for. */
export interface FeeLimits {
  /** Maximum price of a unit of gas, in wei: base and priority fee together. Default: none. */
  readonly maxFeePerGas?: bigint;
  /**
   * The same while a request on L1 would expire, which lets anyone end the rollup. Default: ten
   * times `maxFeePerGas`.
   */
  readonly urgentMaxFeePerGas?: bigint;
  /** Maximum priority fee, in wei per unit of gas. Default: 100 gwei. */
  readonly maxPriorityFeePerGas?: bigint;
}

/**
 * Suggests fees at the current level of L1, with room for a doubled base fee. The node's priority
 * fee counts up to a limit, and its gas price up to 10,000 gwei.
 */
export async function suggestFees(provider: Provider, limits: FeeLimits = {}): Promise<Fees> {
  const suggested = await provider.getFeeData();
  if (suggested.maxFeePerGas === null || suggested.maxPriorityFeePerGas === null) {
    return { gasPrice: min(suggested.gasPrice ?? 0n, GAS_PRICE_MAX) };
  }
  const tipMax = limits.maxPriorityFeePerGas ?? PRIORITY_FEE_MAX;
  const maxPriorityFeePerGas = min(suggested.maxPriorityFeePerGas, tipMax);
  const baseFee = await nextBaseFee(provider);
  // The node's limit contains its priority fee, of which a part may not count.
  const forLatest = suggested.maxFeePerGas - suggested.maxPriorityFeePerGas + maxPriorityFeePerGas;
  const forNext = 2n * baseFee + maxPriorityFeePerGas;
  return { maxFeePerGas: max(forLatest, forNext), maxPriorityFeePerGas };
}

/** Reads the base fee of the next block, which may exceed that of the latest; 0 if unknown. */
async function nextBaseFee(provider: Provider): Promise<bigint> {
  if (!isRpcProvider(provider)) return 0n;
  try {
    // Not by the provider's own method: some cannot read a block without a number.
    const answer = provider.send("eth_getBlockByNumber", ["pending", false]);
    const pending = await withDeadline(answer, REQUEST_LIMITS.requestTimeoutMs);
    return BigInt((pending as { baseFeePerGas: string }).baseFeePerGas);
  } catch {
    return 0n;
  }
}

/** Returns the price of a unit of gas at which suggested fees are mined at once, in wei. */
export function presentPrice(suggested: Fees): bigint {
  if ("gasPrice" in suggested) return suggested.gasPrice;
  const { maxFeePerGas, maxPriorityFeePerGas: tip } = suggested;
  return (maxFeePerGas - tip) / 2n + tip;
}

/** Default of the limit while a request would expire, relative to the usual one. */
const URGENT_FACTOR = 10n;

/** Returns the limits that hold while a request would expire; never lower than the usual ones. */
export function urgentLimits(limits: FeeLimits): FeeLimits {
  const { maxFeePerGas: usual, urgentMaxFeePerGas } = limits;
  if (usual === undefined) return limits;
  return { ...limits, maxFeePerGas: max(usual, urgentMaxFeePerGas ?? URGENT_FACTOR * usual) };
}

/** Lowers fees to a limit. */
export function capFees(fees: Fees, { maxFeePerGas: cap }: FeeLimits): Fees {
  if (cap === undefined || priceOf(fees) <= cap) return fees;
  if ("gasPrice" in fees) return { gasPrice: cap };
  return { maxFeePerGas: cap, maxPriorityFeePerGas: min(fees.maxPriorityFeePerGas, cap) };
}

/** Returns whether nodes accept a transaction with these fees in place of one with others. */
export function canReplace(fees: Fees, others: Fees): boolean {
  const least = raiseFees(others);
  const higher = higherFees(fees, least);
  return priceOf(higher) === priceOf(fees) && tipOf(higher) === tipOf(fees);
}

/** Raises fees enough to replace a transaction that pays these. */
export function raiseFees(fees: Fees): Fees {
  if ("gasPrice" in fees) return { gasPrice: raise(fees.gasPrice) };
  return {
    maxFeePerGas: raise(fees.maxFeePerGas),
    maxPriorityFeePerGas: raise(fees.maxPriorityFeePerGas),
  };
}

/** Returns the maximum of each fee. */
export function higherFees(one: Fees, other: Fees): Fees {
  if ("gasPrice" in one || "gasPrice" in other) {
    return { gasPrice: max(priceOf(one), priceOf(other)) };
  }
  return {
    maxFeePerGas: max(one.maxFeePerGas, other.maxFeePerGas),
    maxPriorityFeePerGas: max(one.maxPriorityFeePerGas, other.maxPriorityFeePerGas),
  };
}

/** Returns whether fees are at most `factor` times the suggested ones. */
export function areWithin(fees: Fees, suggested: Fees, factor: number): boolean {
  return priceOf(fees) <= priceOf(suggested) * BigInt(factor);
}

/** Returns the maximum price of a unit of gas. */
export function priceOf(fees: Fees): bigint {
  return "gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas;
}

function tipOf(fees: Fees): bigint {
  return "gasPrice" in fees ? fees.gasPrice : fees.maxPriorityFeePerGas;
}

function raise(fee: bigint): bigint {
  return (fee * RAISE_PERCENT) / 100n + 1n;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
