/** The highest fees that a user agrees to: consent in one token is none in another. */
import { formatAmount, isRollupError, type Token } from "../../src/sdk.ts";
import { InvalidFields } from "./action-form.tsx";
import { showAmount, type ShownToken } from "./tokens.ts";
import { checkMaxFee, valuesOf } from "./validation.ts";

/** In whole tokens, as typed, by the id of the token. */
export type MaxFees = Readonly<Record<number, string>>;

/** Id of the field of a token. */
export const maxFeeId = (tokenId: number) => `maxFee${tokenId}`;

/**
 * Reads the field of a token.
 *
 * @returns The option of a transaction that pays its fee in this token; none for an empty field.
 * @throws {InvalidFields}
 */
export function maxFeeOf(maxFees: MaxFees, token: ShownToken): { readonly maxFee?: bigint } {
  const id = maxFeeId(token.id);
  const { [id]: maxFee } = valuesOf({ [id]: checkMaxFee(maxFees[token.id] ?? "", token) });
  return maxFee === undefined ? {} : { maxFee };
}

/**
 * Does what decides on fees. A fee above the maximum needs the user's consent.
 *
 * @throws {InvalidFields} FEE_ABOVE_MAXIMUM as an error of the token's field
 */
export async function withConsent<T>(
  tokens: readonly Token[],
  decide: () => Promise<T>,
): Promise<T> {
  try {
    return await decide();
  } catch (error) {
    if (!isRollupError(error) || error.code !== "FEE_ABOVE_MAXIMUM") throw error;
    const { fee, tokenId } = error.facts as { fee?: unknown; tokenId?: unknown };
    const token = tokens.find(({ id }) => id === tokenId);
    if (typeof fee !== "bigint" || token === undefined) throw error;
    const text = `The operator asks for ${showAmount(fee, token)}, which is unusually much.`;
    throw new InvalidFields({
      [maxFeeId(token.id)]: { text, proposal: formatAmount(fee, token) },
    });
  }
}
