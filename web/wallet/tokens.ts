/** Amounts and names of tokens as the wallet shows them. */
import { nameOf } from "../../src/sdk/describe.ts";
import { ETH_TOKEN_ID } from "../../src/protocol/constants.ts";
import { formatAmount, type Token } from "../../src/sdk.ts";

/** What L1 itself is paid in. */
export const ETH: ShownToken = { id: ETH_TOKEN_ID, symbol: "ETH", decimals: 18 };

/** A token as far as it is shown. */
export type ShownToken = Pick<Token, "id" | "symbol" | "decimals">;

/** The symbol; with the id beside it where a contract has chosen the symbol. */
export function tokenName(token: ShownToken): string {
  return nameOf(token);
}

/** "1.5 ETH" */
export function showAmount(amount: bigint, token: ShownToken): string {
  return `${formatAmount(amount, token)} ${nameOf(token)}`;
}

const DECIMALS_SHOWN = 6;

/** An amount without its token, cut to few digits for a glance; the whole one is its title. */
export function glance(amount: bigint, token: ShownToken): string {
  const [whole = "", digits = ""] = formatAmount(amount, token).split(".");
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, "\u202f");
  const isCut = digits.length > DECIMALS_SHOWN;
  return `${grouped}.${digits.slice(0, DECIMALS_SHOWN)}${isCut ? "…" : ""}`;
}
