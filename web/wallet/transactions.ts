/** Transactions of L2 as they are reviewed before the key signs them. */
import {
  describeTransaction,
  type FeeEstimate,
  formatAmount,
  type RollupWallet,
  type Token,
  type TransactionBatch,
} from "../../src/sdk.ts";
import type { Transaction } from "../../src/operations/transaction.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { Fact } from "./facts.tsx";
import { InvalidFields } from "./action-form.tsx";
import { showAmount } from "./tokens.ts";

const NAME_CHARACTERS = 10;

/** The lines of a description as names and values. */
export function factsOf(lines: readonly string[]): Fact[] {
  return lines.map((line) => [
    line.slice(0, NAME_CHARACTERS).trim(),
    line.slice(NAME_CHARACTERS + 1),
  ]);
}

export function describe(transaction: Transaction, token: Token): Fact[] {
  return factsOf(describeTransaction(transaction, token));
}

/** What the page itself does with the key in its memory. */
const SIGNS_ON_L2 = "This page signs it with your L2 key, and sends it to the operator.";

/** An amount that is about to leave the account, its fee included. */
interface Leaving {
  readonly token: Token;
  readonly amount: bigint;
}

/** What signs: the page alone, unless the account's second factor asks for the owner, too. */
export async function promptsOf(
  wallet: RollupWallet,
  amounts: readonly Leaving[],
): Promise<string[]> {
  const limits = (await wallet.secondFactor())?.limits ?? [];
  const isAbove = limits.some(({ tokenId, left }) => {
    const own = amounts.filter(({ token }) => token.id === tokenId);
    return own.reduce((sum, { amount }) => sum + amount, 0n) > left;
  });
  const asks = isAbove
    ? "This is above the limit of your second factor: your wallet asks you to sign its text, too."
    : "Your wallet asks nothing.";
  return [SIGNS_ON_L2, asks];
}

/**
 * Prepares the transactions of a batch. A fee above the maximum needs the user's consent.
 *
 * @throws {InvalidFields} FEE_ABOVE_MAXIMUM as an error of the field `maxFee`
 */
export async function prepare(batch: TransactionBatch, tokens: readonly Token[]) {
  try {
    return await batch.prepare();
  } catch (error) {
    if (!isRollupError(error) || error.code !== "FEE_ABOVE_MAXIMUM") throw error;
    const { fee, tokenId } = error.facts as { fee?: unknown; tokenId?: unknown };
    const token = tokens.find(({ id }) => id === tokenId);
    if (typeof fee !== "bigint" || token === undefined) throw error;
    const text = `The operator asks for ${showAmount(fee, token)}, which is unusually much.`;
    throw new InvalidFields({ maxFee: { text, proposal: formatAmount(fee, token) } });
  }
}

/** @throws {InvalidFields} if the balance does not cover amount and fee */
export function assertCovered(
  amounts: readonly {
    readonly token: Token;
    readonly amount: bigint;
    readonly available: bigint;
  }[],
  fieldOf: (index: number) => string,
): void {
  const spent = new Map<number, bigint>();
  for (const [index, { token, amount, available }] of amounts.entries()) {
    const sum = (spent.get(token.id) ?? 0n) + amount;
    spent.set(token.id, sum);
    if (sum <= available) continue;
    const text = `With its fee this comes to ${showAmount(sum, token)}, and you have ${showAmount(available, token)} on L2.`;
    throw new InvalidFields({ [fieldOf(index)]: { text } });
  }
}

/** The proposed fee of a change of the signing key. */
export function keyFee(wallet: RollupWallet, token: number): Promise<FeeEstimate> {
  return wallet.estimateFee({ type: "changePubKey", token, auth: "eip712" });
}
