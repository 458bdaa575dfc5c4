/**
 * Amounts as people write them. Everywhere else an amount is a bigint in the token's smallest unit.
 *
 * Transfers and fees travel in packed form, so not every amount can be transferred: round with the
 * `closestPackable…` functions, or transfer an amount of at most ten digits followed by zeros.
 */
import { formatUnits, parseUnits } from "ethers";
import { sdkError } from "./errors.ts";
import { amount as amountInput, readInput, show } from "./inputs.ts";
import type { Token } from "./provider.ts";

export {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  isPackableAmount,
  isPackableFee,
} from "../operations/packed.ts";

/** "1.5" of a token with 18 decimals is 1500000000000000000n. @throws AMOUNT_INVALID */
export function parseAmount(text: string, { decimals }: Pick<Token, "decimals">): bigint {
  try {
    return readInput(amountInput, parseUnits(text, decimals));
  } catch (cause) {
    const facts = { field: `text of ${decimals} decimals`, value: show(text) };
    throw sdkError({ code: "AMOUNT_INVALID", ...facts }, { cause });
  }
}

/** Inverse of {@link parseAmount}. @throws AMOUNT_INVALID */
export function formatAmount(amount: bigint, { decimals }: Pick<Token, "decimals">): string {
  return formatUnits(readInput(amountInput, amount, "amount"), decimals);
}
