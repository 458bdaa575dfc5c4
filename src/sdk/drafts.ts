/** From what a user asks for to what a transaction says; account, nonce and signature follow. */
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

/** What a wallet sends without the owner's consent on L1. */
export type SendContent = Exclude<Content<Transaction>, { readonly type: "changePubKey" }>;

export interface Draft {
  readonly content: Content<Transaction>;
  readonly options: TransactionOptions;
}

/** Who knows which token is meant. */
export type TokenSource = Pick<RollupProvider, "getToken">;

// All of these throw TOKEN_UNKNOWN, and as `readInput`.

export async function draftTransfer(tokens: TokenSource, params: TransferParams): Promise<Draft> {
  const { to, token, amount, ...options } = readInput(transferParams, params);
  const recipient = BigInt(to);
  const { id: tokenId } = await tokens.getToken(token);
  return { content: { type: "transfer", tokenId, amount, recipient }, options };
}

/** @param owner - Who is paid unless `params` say otherwise. */
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

export async function draftForcedExit(
  tokens: TokenSource,
  params: ForcedExitParams,
): Promise<Draft> {
  const { target, token, ...options } = readInput(forcedExitParams, params);
  const recipient = BigInt(target);
  const { id: tokenId } = await tokens.getToken(token);
  return { content: { type: "forcedExit", tokenId, recipient }, options };
}
