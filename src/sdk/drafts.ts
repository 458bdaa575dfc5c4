/** Drafts: transactions before they have an account, a nonce and a signature. */
import type { Transaction } from "../operations/transaction.ts";
import { readInput } from "./inputs.ts";
import {
  type ForcedExitParams,
  forcedExitParams,
  type TransactionOptions,
  type TransferParams,
  transferParams,
  type WithdrawParams,
  withdrawParams,
} from "./params.ts";
import type { RollupProvider } from "./provider.ts";

/** The part of a transaction that says what it does. */
type Content<T> = T extends Transaction ? Omit<T, keyof TransactionOptions | "accountId"> : never;

/** The content of a transaction that needs no consent of the owner on L1. */
export type SendContent = Exclude<Content<Transaction>, { readonly type: "changePubKey" }>;

export interface Draft {
  readonly content: Content<Transaction>;
  readonly options: TransactionOptions;
}

/** Resolves the name of a token. */
export type TokenSource = Pick<RollupProvider, "getToken">;

/** Drafts a transfer. @throws TOKEN_UNKNOWN, and as `readInput` */
export async function draftTransfer(tokens: TokenSource, params: TransferParams): Promise<Draft> {
  const { to, token, amount, ...options } = readInput(transferParams, params);
  const recipient = BigInt(to);
  const { id: tokenId } = await tokens.getToken(token);
  return { content: { type: "transfer", tokenId, amount, recipient }, options };
}

/**
 * Drafts a withdrawal.
 *
 * @param owner - L1 address that is paid unless `params` name another.
 * @throws TOKEN_UNKNOWN, and as `readInput`
 */
export async function draftWithdraw(
  tokens: TokenSource,
  owner: string,
  params: WithdrawParams,
): Promise<Draft> {
  const { to = owner, token, amount, ...options } = readInput(withdrawParams, params);
  const recipient = BigInt(to);
  const { id: tokenId } = await tokens.getToken(token);
  return { content: { type: "withdraw", tokenId, amount, recipient }, options };
}

/** Drafts a forced exit. @throws TOKEN_UNKNOWN, and as `readInput` */
export async function draftForcedExit(
  tokens: TokenSource,
  params: ForcedExitParams,
): Promise<Draft> {
  const { target, token, ...options } = readInput(forcedExitParams, params);
  const recipient = BigInt(target);
  const { id: tokenId } = await tokens.getToken(token);
  return { content: { type: "forcedExit", tokenId, recipient }, options };
}
