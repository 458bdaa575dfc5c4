/**
 * Amounts as people write them. Everywhere else an amount is a bigint in the token's smallest unit.
 *
 * Transfers and fees travel in packed form, so not every amount can be transferred: round with the
 * `closestPackable…` functions, or transfer an amount of at most ten digits followed by zeros.
 */
import { formatUnits, parseUnits } from "ethers";
import type { Token } from "./provider.ts";

export {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  isPackableAmount,
  isPackableFee,
} from "../ops/packed.ts";

/** "1.5" of a token with 18 decimals is 1500000000000000000n. */
export function parseAmount(text: string, { decimals }: Pick<Token, "decimals">): bigint {
  return parseUnits(text, decimals);
}

/** Inverse of {@link parseAmount}. */
export function formatAmount(amount: bigint, { decimals }: Pick<Token, "decimals">): string {
  return formatUnits(amount, decimals);
}
