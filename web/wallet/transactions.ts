/** Transactions of L2 as they are reviewed before the key signs them. */
import { describeTransaction, type RollupWallet, type Token } from "../../src/sdk.ts";
import type { Transaction } from "../../src/operations/transaction.ts";
import { decideFee } from "../../src/sdk/fees.ts";
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

/**
 * The fee of a change of the signing key.
 *
 * @throws FEE_ABOVE_MAXIMUM
 */
export function keyFee(
  wallet: RollupWallet,
  tokenId: number,
  options: { readonly maxFee?: bigint },
): Promise<bigint> {
  const ask = async () => {
    const wanted = { type: "changePubKey", token: tokenId, auth: "eip712" } as const;
    return (await wallet.estimateFee(wanted)).fee;
  };
  const draft = { content: { type: "changePubKey", tokenId }, options } as const;
  return decideFee(draft, ask, wallet.l1Signer.provider!);
}
