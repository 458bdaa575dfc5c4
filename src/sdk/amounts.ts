/**
 * Amounts as text. Everywhere else an amount is a bigint in the token's smallest unit.
 *
 * Transfers carry amounts and fees in a packed form, which has no place for every value: round with
 * the `closestPackable…` functions, or transfer an amount of at most ten digits followed by zeros.
 */
import { parseUnits } from "ethers";
import { formatDecimal } from "../util/decimals.ts";
import { sdkError } from "./errors.ts";
import { amount as amountInput, integer, readInput, show } from "./inputs.ts";
import type { Token } from "./provider.ts";

export {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  isPackableAmount,
  isPackableFee,
} from "../operations/packed.ts";

/** Of an ERC-20: a byte. */
const DECIMALS_MAX = 255;

/**
 * Reads an amount that a person has written.
 *
 * @param text - Decimal text in whole tokens, such as "1.5": not negative, with at most `decimals`
 * digits after the point.
 * @param token - A token of `provider.getTokens()`, or just its `decimals`.
 * @returns The amount in the token's smallest unit.
 * @throws AMOUNT_INVALID
 *
 * @example
 * parseAmount("1.5", { decimals: 18 }); // 1500000000000000000n
 * parseAmount("-1", { decimals: 18 }); // throws AMOUNT_INVALID
 */
export function parseAmount(text: string, { decimals }: Pick<Token, "decimals">): bigint {
  try {
    return readInput(amountInput, parseUnits(text, decimals));
  } catch (cause) {
    const facts = { field: `text of ${decimals} decimals`, value: show(text) };
    throw sdkError({ code: "AMOUNT_INVALID", ...facts }, { cause });
  }
}

/**
 * Writes an amount for a person: the inverse of {@link parseAmount}.
 *
 * @param amount - In the token's smallest unit, not negative.
 * @param token - A token of `provider.getTokens()`, or just its `decimals`.
 * @returns Decimal text in whole tokens, with at least one digit after the point.
 * @throws AMOUNT_INVALID, OPTION_INVALID
 *
 * @example
 * formatAmount(1_500_000n, { decimals: 6 }); // "1.5"
 */
export function formatAmount(amount: bigint, { decimals }: Pick<Token, "decimals">): string {
  const value = readInput(amountInput, amount, "amount");
  return formatDecimal(value, readInput(integer(0, DECIMALS_MAX), decimals, "decimals"));
}
