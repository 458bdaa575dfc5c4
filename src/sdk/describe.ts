/** Transactions in words, for the person who signs or sends them. */
import { formatUnits, getAddress, toBeHex } from "ethers";
import type { Transaction } from "../operations/transaction.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import type { Token } from "./provider.ts";

const TITLES: { readonly [T in Transaction["type"]]?: string } = {
  transfer: "Transfer",
  withdraw: "Withdraw to L1",
  forcedExit: "Force the exit to L1 of all",
  changePubKey: "Set the signing key",
};
const ADDRESS_BYTES = 20;

/**
 * Says what a transaction does, in lines of text for a screen.
 *
 * @param transaction - Signed or not.
 * @param token - The token that it moves, from `wallet.getToken`, which checks it on L1.
 * @returns Lines of a name and a value each; addresses with their checksum.
 *
 * @example
 * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 10n ** 18n });
 * const lines = describeTransaction(signed, await alice.getToken("ETH")).split("\n");
 * lines.slice(0, 2); // ["Transfer 1.0 ETH", `To: ${bob.address}`]
 */
export function describeTransaction(
  transaction: Transaction,
  token: Pick<Token, "decimals" | "symbol">,
): string {
  const { type, fee, nonce, accountId, validFrom, validUntil } = transaction;
  const toText = (amount: bigint) => `${formatUnits(amount, token.decimals)} ${token.symbol}`;
  const title = TITLES[type] ?? type;
  const object = "amount" in transaction ? toText(transaction.amount) : ofAll(type, token.symbol);
  const lines = [`${title}${object === "" ? "" : ` ${object}`}`];
  if ("recipient" in transaction) {
    lines.push(`To: ${getAddress(toBeHex(transaction.recipient, ADDRESS_BYTES))}`);
  }
  lines.push(`Fee: ${toText(fee)}`, `Account: ${accountId}`, `Nonce: ${nonce}`);
  if (validFrom > 0n) lines.push(`Valid from: ${toDate(validFrom)}`);
  if (validUntil < TIMESTAMP_MAX) lines.push(`Valid until: ${toDate(validUntil)}`);
  return lines.join("\n");
}

function ofAll(type: Transaction["type"], symbol: string): string {
  return type === "forcedExit" ? symbol : "";
}

/** Beyond the dates of JavaScript the seconds themselves. */
function toDate(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1_000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString();
}
