/** Transactions in words, for the person who signs or sends them. */
import { getAddress, toBeHex } from "ethers";
import type { Transaction } from "../operations/transaction.ts";
import { ADDRESS_BYTES, ETH_TOKEN_ID, TIMESTAMP_MAX } from "../protocol/constants.ts";
import { formatDecimal } from "../util/decimals.ts";

/** What a description needs of a token. */
export interface TokenNames {
  readonly id: number;
  readonly symbol: string;
  readonly decimals: number;
}

/** An operation without a title is shown by its name. */
const TITLES: { readonly [T in Transaction["type"]]?: string } = {
  transfer: "Transfer on L2",
  withdraw: "Withdrawal to L1",
  forcedExit: "Forced exit of another account",
  changePubKey: "Change of the account's signing key",
};

/**
 * Describes a transaction in words, for the person who signs or sends it.
 *
 * @param transaction - Signed or not.
 * @param token - The token of its `tokenId`, as L1 lists it. Default: amounts in smallest units.
 * @returns Lines with what is done, to whom, how much, the fee, the account and its nonce.
 *
 * @example
 * const content = { type: "withdraw", accountId: 1, tokenId: 0, recipient: 0xb0bn, amount: 5n };
 * const transaction = { ...content, fee: 0n, nonce: 4, validFrom: 0n, validUntil: 2n ** 64n - 1n };
 * const lines = describeTransaction(transaction, { id: 0, symbol: "ETH", decimals: 18 });
 * lines[2]; // "Amount     0.000000000000000005 ETH"
 */
export function describeTransaction(transaction: Transaction, token?: TokenNames): string[] {
  const { type, accountId, nonce, tokenId, fee, validFrom, validUntil } = transaction;
  const show = (amount: bigint) =>
    token?.id === tokenId
      ? `${formatDecimal(amount, token.decimals)} ${nameOf(token)}`
      : `${amount} smallest units of token ${tokenId}`;
  const { recipient, amount } = { recipient: undefined, amount: undefined, ...transaction };
  const lines = [
    ["Type", TITLES[type] ?? type],
    ...(recipient === undefined ? [] : [["Recipient", addressOf(recipient)]]),
    ...(amount === undefined ? [] : [["Amount", show(amount)]]),
    ["Fee", show(fee)],
    ["Account", `${accountId}, nonce ${nonce}`],
    ["Valid", describeValidity(validFrom, validUntil)],
  ];
  return lines.map(([name, value]) => `${name!.padEnd(10)} ${value}`);
}

const SYMBOL_CHARACTERS_MAX = 20;

/**
 * Names a token. A contract chooses its symbol: it may be that of another token, or have characters
 * that change what a screen shows. So the id stands beside it, except of ETH, whose id is 0.
 */
export function nameOf({ id, symbol }: TokenNames): string {
  const shown = symbol.slice(0, SYMBOL_CHARACTERS_MAX).replace(/[^\x21-\x7e]/g, "?");
  return id === ETH_TOKEN_ID ? shown : `${shown} (token ${id})`;
}

function addressOf(recipient: bigint): string {
  return getAddress(toBeHex(recipient, ADDRESS_BYTES));
}

/** Beyond what JavaScript's dates hold, seconds are shown as they are. */
const DATE_SECONDS_MAX = 8_640_000_000_000n;

function describeValidity(from: bigint, until: bigint): string {
  const show = (seconds: bigint) =>
    seconds > DATE_SECONDS_MAX
      ? `second ${seconds}`
      : new Date(1000 * Number(seconds)).toISOString();
  const start = from === 0n ? "at once" : `from ${show(from)}`;
  return `${start}, ${until >= TIMESTAMP_MAX ? "without end" : `until ${show(until)}`}`;
}
