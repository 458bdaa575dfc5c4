/** Parameters of a question for a fee, and the inputs that they share with others. */
import { TRANSACTION_TYPES, type TransactionType } from "../operations/table.ts";
import { address, type Input, integer, oneOf, option, optionsOf, readInput } from "./inputs.ts";

/** A token by symbol, by L1 address, or by id; `"ETH"` and the zero address are ETH. */
export type TokenReference = string | number;

export const tokenReference: Input<TokenReference> = option(
  "a token's symbol, address or id",
  (value): value is TokenReference => typeof value === "string" || Number.isSafeInteger(value),
);

/** How the owner of an account consents to a key; see `SetSigningKeyParams`. */
const KEY_CONSENTS = ["eip712", "onchain", "create2"] as const;
export type KeyConsent = (typeof KEY_CONSENTS)[number];
export const keyConsent: Input<KeyConsent> = oneOf(KEY_CONSENTS);

/** A transaction that a fee is asked of. */
export interface FeeParams {
  /** Type of the transaction. */
  readonly type: TransactionType;
  /** Token that is moved and pays the fee: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /** L1 address of the recipient: a transfer costs more if it has no account. */
  readonly to?: string;
  /** Id or L1 address of the account that signs. */
  readonly account?: number | string;
  /** Of a ChangePubKey: how the owner consents. Default: the one that costs most. */
  readonly auth?: KeyConsent;
}

const accountInput: Input<number | string> = option(
  "an account's id or address",
  (value): value is number | string => typeof value === "string" || typeof value === "number",
);

export const feeParams = optionsOf<FeeParams>({
  type: oneOf(TRANSACTION_TYPES),
  token: tokenReference,
  to: address.optional(),
  account: accountInput.optional(),
  auth: keyConsent.optional(),
});

/** Checks an id or address of an account. @throws ADDRESS_INVALID, OPTION_INVALID */
export function readAccount(account: number | string): number | string {
  if (typeof account === "number") return readInput(integer(0), account, "account");
  return readInput(address, account, "account");
}
