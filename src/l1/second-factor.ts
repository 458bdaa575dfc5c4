/**
 * The second factor of an account: readable texts that its owner signs with the Ethereum key
 * (EIP-191), besides the L2 key's signature. Only operators ask for them: no circuit and no
 * contract knows them (docs/second-factor.md).
 */
import { dataLength, getAddress, isHexString, toBeHex, verifyMessage } from "ethers";
import { hashPublicKey } from "../kernel/signatures.ts";
import type { Transaction, TransactionSignature } from "../operations/transaction.ts";
import { ADDRESS_BYTES, ETH_TOKEN_ID, FIELD_BYTES, TIMESTAMP_MAX } from "../protocol/constants.ts";
import { formatDecimal } from "../util/decimals.ts";
import { assert } from "../util/errors.ts";
import type { AuthorizationDomain } from "./authorization.ts";
import type { Token } from "./types.ts";

/** Of an ECDSA signature: r, s and v. */
const ETHEREUM_SIGNATURE_BYTES = 65;
const SYMBOL_CHARACTERS_MAX = 20;
/** Beyond what JavaScript's dates hold, seconds are shown as they are. */
const DATE_SECONDS_MAX = 8_640_000_000_000n;

/** A transaction whose text can be written: a change of the key names its key. */
export type TextTransaction = Transaction & Partial<Pick<TransactionSignature, "publicKey">>;

/** Finds the listed token of an id. */
export type TokenOf = (tokenId: number) => Token;

/** What the owner of an account asks of an operator. */
export interface SecondFactorSetting {
  readonly accountId: number;
  readonly tokenId: number;
  /**
   * What may leave the account in a day without the owner's signature, in the token's smallest
   * unit: with 0 everything needs it. Undefined: nothing does.
   */
  readonly limit: bigint | undefined;
  /** Number of the owner's settings before this one, so that none counts twice. */
  readonly nonce: number;
  /** Last Unix second of L1 at which the operator takes it. */
  readonly validUntil: bigint;
}

/**
 * Writes what the owner of an account signs for a transaction, or once for a whole batch.
 *
 * It has everything that decides where money goes and when: whoever has only the L2 key can use the
 * signature for nothing else. A token's symbol is chosen by its contract, so id and address are
 * shown too.
 *
 * @param batch - All transactions of the batch in their order, also those of other accounts; one if
 * it is sent alone.
 * @param tokenOf - Finds tokens as the operator lists them.
 * @param rollup - The only rollup for which the text counts.
 * @returns Lines of printable ASCII.
 */
export function transactionText(
  batch: readonly TextTransaction[],
  tokenOf: TokenOf,
  rollup: AuthorizationDomain,
): string {
  const parts = batch.map((transaction) => describe(transaction, tokenOf));
  const blocks =
    parts.length === 1
      ? parts
      : [
          [`Batch of ${batch.length} transactions, all or none`],
          ...parts.map(([title, ...lines], index) => [`${index + 1}. ${title}`, ...lines]),
        ];
  return toText([...blocks, [placeOf(rollup)]]);
}

/** Writes what the owner of an account signs to change its second factor. */
export function settingText(
  { accountId, tokenId, limit, nonce, validUntil }: SecondFactorSetting,
  tokenOf: TokenOf,
  rollup: AuthorizationDomain,
): string {
  const token = tokenOf(tokenId);
  const need =
    limit === undefined
      ? `never, whatever leaves my account in ${nameOf(token)}`
      : limit === 0n
        ? `for everything that leaves my account in ${nameOf(token)}`
        : `above ${amountOf(limit, token)} a day`;
  const lines = [
    `Ask for my Ethereum signature: ${need}`,
    ...addressLine(token),
    `Account: ${accountId}`,
    `Setting: ${nonce}`,
    `Valid until: ${dateOf(validUntil)}`,
  ];
  return toText([lines, [placeOf(rollup)]]);
}

/**
 * Recovers who has signed a text.
 *
 * @returns Checksummed address, or undefined if it is no ECDSA signature.
 */
export function recoverTextSigner(text: string, signature: string): string | undefined {
  if (!isHexString(signature) || dataLength(signature) !== ETHEREUM_SIGNATURE_BYTES) {
    return undefined;
  }
  try {
    return verifyMessage(text, signature);
  } catch {
    return undefined; // r, s or v is out of range
  }
}

/** What leaves an account by a transaction of its own, in the token's smallest unit. */
export function leavingAmount(transaction: Transaction): bigint {
  const { fee, amount } = { amount: 0n, ...transaction };
  return amount + fee;
}

function describe(transaction: TextTransaction, tokenOf: TokenOf): string[] {
  const { tokenId, accountId, nonce, fee, validFrom, validUntil } = transaction;
  const token = tokenOf(tokenId);
  return [
    titleOf(transaction, token),
    ...addressLine(token),
    `Fee: ${amountOf(fee, token)}`,
    `Account: ${accountId}`,
    `Nonce: ${nonce}`,
    ...(validFrom === 0n ? [] : [`Valid from: ${dateOf(validFrom)}`]),
    ...(validUntil >= TIMESTAMP_MAX ? [] : [`Valid until: ${dateOf(validUntil)}`]),
  ];
}

function titleOf(transaction: TextTransaction, token: Token): string {
  const { type, publicKey } = transaction;
  const { recipient, amount } = { recipient: undefined, amount: undefined, ...transaction };
  const what = amount === undefined ? "" : ` ${amountOf(amount, token)}`;
  const to = recipient === undefined ? "" : ` to: ${addressOf(recipient)}`;
  switch (type) {
    case "transfer":
      return `Transfer${what}${to}`;
    case "withdraw":
      return `Withdraw${what}${to}`;
    case "forcedExit":
      return `Forced exit of all ${nameOf(token)}${to}`;
    case "changePubKey":
      assert(publicKey !== undefined, "a change of the key is signed by the new key");
      return `Set signing key: ${toBeHex(hashPublicKey(publicKey), FIELD_BYTES)}`;
    default:
      return `${String(type)}${what}${to}`;
  }
}

function amountOf(amount: bigint, token: Token): string {
  return `${formatDecimal(amount, token.decimals)} ${nameOf(token)}`;
}

/** No symbol can end a line, or look like an empty place. */
function nameOf({ id, symbol }: Token): string {
  if (id === ETH_TOKEN_ID) return "ETH";
  const shown = symbol.slice(0, SYMBOL_CHARACTERS_MAX).replace(/[^\x21-\x7e]/g, "?");
  return `${shown} (token ${id})`;
}

function addressLine({ id, address }: Token): string[] {
  return id === ETH_TOKEN_ID ? [] : [`Token ${id}: ${getAddress(address)}`];
}

function placeOf({ chainId, rollupAddress }: AuthorizationDomain): string {
  return `Rollup: ${getAddress(rollupAddress)} on chain ${chainId}`;
}

function addressOf(address: bigint): string {
  return getAddress(toBeHex(address, ADDRESS_BYTES));
}

function dateOf(seconds: bigint): string {
  if (seconds > DATE_SECONDS_MAX) return `second ${seconds}`;
  return new Date(1000 * Number(seconds)).toISOString();
}

function toText(blocks: readonly (readonly string[])[]): string {
  return blocks.map((lines) => lines.join("\n")).join("\n\n");
}
