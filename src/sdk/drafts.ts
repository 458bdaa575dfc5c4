/** From what a user asks for to what a transaction says; account, nonce and signature follow. */
import type { Transaction } from "../operations/transaction.ts";
import { readInput } from "./inputs.ts";
import { forcedExitParams, transferParams, withdrawParams } from "./params.ts";
import type { RollupProvider, TokenReference } from "./provider.ts";

/** What every L2 transaction can say. */
export interface TransactionOptions {
  /** In the token's smallest unit; must be packable. Default 0. */
  readonly fee?: bigint;
  /** First Unix second at which a block may include it. Default 0. */
  readonly validFrom?: bigint;
  /** Last Unix second at which a block may include it. Default: no end. */
  readonly validUntil?: bigint;
  /** Default: the account's next one. */
  readonly nonce?: number;
}

export interface TransferParams extends TransactionOptions {
  /** L1 address of the receiver; its account is created if it has none. */
  readonly to: string;
  readonly token: TokenReference;
  /** In the token's smallest unit; must be packable. */
  readonly amount: bigint;
}

export interface WithdrawParams extends TransactionOptions {
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** L1 address that is paid. Default: the wallet's own. */
  readonly to?: string;
}

export interface ForcedExitParams extends TransactionOptions {
  /** L1 address whose account has no signing key. */
  readonly target: string;
  readonly token: TokenReference;
}

/** The part of a transaction that says what it does. */
type Content<T> = T extends Transaction ? Omit<T, keyof TransactionOptions | "accountId"> : never;

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
