/** What a transaction pays L1 for its gas. */
import type { Provider } from "ethers";
import { isRpcProvider, REQUEST_LIMITS, withDeadline } from "./requests.ts";

/** With EIP-1559 or, on a chain that has it not, without. In wei for a unit of gas. */
export type Fees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly gasPrice: bigint };

/** Nodes take a replacement only if it pays an eighth more (geth: 10%). */
const RAISE_PERCENT = 125n;

/** What L1 asks for at present, with room for a base fee that doubles. */
export async function suggestFees(provider: Provider): Promise<Fees> {
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await provider.getFeeData();
  if (maxFeePerGas === null || maxPriorityFeePerGas === null) return { gasPrice: gasPrice ?? 0n };
  const baseFee = await nextBaseFee(provider);
  const forNext = 2n * baseFee + maxPriorityFeePerGas;
  return { maxFeePerGas: max(maxFeePerGas, forNext), maxPriorityFeePerGas };
}

/** Of the block to come, which may ask for more than the latest one; 0 if the node does not say. */
async function nextBaseFee(provider: Provider): Promise<bigint> {
  if (!isRpcProvider(provider)) return 0n;
  try {
    // Not by the provider's own method: some can not read a block without a number.
    const answer = provider.send("eth_getBlockByNumber", ["pending", false]);
    const pending = await withDeadline(answer, REQUEST_LIMITS.requestTimeoutMs);
    return BigInt((pending as { baseFeePerGas: string }).baseFeePerGas);
  } catch {
    return 0n;
  }
}

/** Enough to take the place of a transaction that pays these. */
export function raiseFees(fees: Fees): Fees {
  if ("gasPrice" in fees) return { gasPrice: raise(fees.gasPrice) };
  return {
    maxFeePerGas: raise(fees.maxFeePerGas),
    maxPriorityFeePerGas: raise(fees.maxPriorityFeePerGas),
  };
}

/** The most of each. */
export function higherFees(one: Fees, other: Fees): Fees {
  if ("gasPrice" in one || "gasPrice" in other) {
    return { gasPrice: max(price(one), price(other)) };
  }
  return {
    maxFeePerGas: max(one.maxFeePerGas, other.maxFeePerGas),
    maxPriorityFeePerGas: max(one.maxPriorityFeePerGas, other.maxPriorityFeePerGas),
  };
}

/** Whether fees are at most so many times what L1 asks for at present. */
export function areWithin(fees: Fees, suggested: Fees, factor: number): boolean {
  return price(fees) <= price(suggested) * BigInt(factor);
}

/** The most that a unit of gas may cost. */
function price(fees: Fees): bigint {
  return "gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas;
}

function raise(fee: bigint): bigint {
  return (fee * RAISE_PERCENT) / 100n + 1n;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
