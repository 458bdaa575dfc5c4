/**
 * What the operator asks about fees. `src/fees` implements it; without a policy everything is free.
 */
import { isCreate2Authorization, ON_CHAIN_AUTHORIZATION } from "../l1/authorization.ts";
import type { Token } from "../l1/types.ts";
import type { SignedTransaction } from "../operations/transaction.ts";
import type { TransactionType } from "../operations/table.ts";
import { accountCapacity } from "../protocol/presets.ts";
import { LEAF_KIND } from "../protocol/constants.ts";
import type { RollupState } from "../state/rollup-state.ts";

/** How the owner of an account consents to a key, which costs more or less on L1. */
export const CONSENT_KINDS = ["eip712", "onchain", "create2"] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/** An operation for which a fee is due. */
export interface DueOperation {
  readonly type: TransactionType | "transferToNew";
  /** The account that signs; undefined if it is not known. */
  readonly accountId: number | undefined;
  /** L1 owner of that account, uint160; undefined if it is not known. */
  readonly owner: bigint | undefined;
  /** The highest account id that its slot touches. */
  readonly accountIdMax: number;
  /** The moved token. */
  readonly tokenId: number;
  /** Of a ChangePubKey. */
  readonly consent?: ConsentKind;
  /** Whether a ChangePubKey sets the first key of its account. */
  readonly isFirstKey?: boolean;
}

/** An operation with the fee that its transaction pays, in the moved token's smallest unit. */
export interface PaidOperation extends DueOperation {
  readonly fee: bigint;
}

/** Costs in wei, rounded up. */
export interface FeeParts {
  readonly commit: bigint;
  readonly prove: bigint;
  readonly execute: bigint;
  readonly proof: bigint;
  readonly total: bigint;
}

/** The fee of a transaction or a batch. */
export interface FeeQuote {
  readonly tokenId: number;
  /** In the token's smallest unit; a transaction can carry it. */
  readonly fee: bigint;
  /** What the fee covers. */
  readonly costWei: FeeParts;
  /** Price of a unit of L1 gas that the costs are computed with, in wei. */
  readonly gasPriceWei: bigint;
  /** Unix seconds up to which the fee is accepted, unless there is no limit. */
  readonly validUntil?: number;
}

/** Names fees and refuses what pays too little. */
export interface FeePolicy {
  /** Reads prices again if they are old. Never rejects: what is too old is refused when used. */
  refresh(): Promise<void>;
  /**
   * Names the fee of operations together, in one token.
   *
   * @param operations - What is to be paid for.
   * @param tokenId - Of a listed token.
   * @param tokens - All listed tokens, by id.
   * @returns The fee, and what it covers.
   * @throws FEE_TOKEN_WITHOUT_PRICE, FEE_PRICE_UNKNOWN, FEE_GAS_PRICE_UNKNOWN, FEE_OUT_OF_RANGE
   */
  quote(operations: readonly DueOperation[], tokenId: number, tokens: readonly Token[]): FeeQuote;
  /**
   * Names the value of a whole token, 10^decimals of its smallest unit.
   *
   * @param tokenId - Of a listed token.
   * @param tokens - All listed tokens, by id.
   * @returns In wei; undefined if it has no price, or none that is known at present.
   */
  priceOf(tokenId: number, tokens: readonly Token[]): bigint | undefined;
  /**
   * Checks that the fees of a batch, or of a single transaction, are enough together.
   *
   * @param operations - What is paid for, with what is paid.
   * @param tokens - All listed tokens, by id.
   * @throws FEE_TOO_LOW, FEE_TOKEN_WITHOUT_PRICE, FEE_PRICE_UNKNOWN, FEE_GAS_PRICE_UNKNOWN
   */
  assertPaid(operations: readonly PaidOperation[], tokens: readonly Token[]): void;
}

/** The answer where everything is free. */
export function freeQuote(tokenId: number): FeeQuote {
  const costWei = { commit: 0n, prove: 0n, execute: 0n, proof: 0n, total: 0n };
  return { tokenId, fee: 0n, costWei, gasPriceWei: 0n };
}

/** A transaction that somebody asks the fee of. */
export interface FeeRequest {
  readonly type: TransactionType;
  /** Id or L1 address of the account that signs. */
  readonly account?: number | string | undefined;
  /** The moved token, if it is not the one that the fee is paid in: some cost more than others. */
  readonly tokenId?: number | undefined;
  /** L1 address that receives, uint160; a transfer to one without an account costs more. */
  readonly recipient?: bigint | undefined;
  /** Of a ChangePubKey; default: the most expensive one. */
  readonly authorization?: ConsentKind | undefined;
}

/** Accounts, also those that earlier transactions of a batch create. */
class Accounts {
  readonly #state: RollupState;
  readonly #created = new Map<bigint, number>();
  readonly #keyed = new Set<number>();

  constructor(state: RollupState) {
    this.#state = state;
  }

  /** @returns The id, and whether the account is created for it. */
  find(owner: bigint): { readonly id: number; readonly isNew: boolean } {
    const known = this.#state.accountIdOf(owner) ?? this.#created.get(owner);
    if (known !== undefined) return { id: known, isNew: false };
    const next = this.clamp(this.#state.nextAccountId + this.#created.size);
    this.#created.set(owner, next);
    return { id: next, isNew: true };
  }

  /** An id of the tree: the rules refuse others later. */
  clamp(id: number): number {
    return Math.min(id, accountCapacity(this.#state.preset) - 1);
  }

  ownerOf(id: number): bigint | undefined {
    const { preset } = this.#state;
    if (id >= accountCapacity(preset)) return undefined;
    const account = this.#state.account(id);
    return account.kind === LEAF_KIND.account ? account.address : undefined;
  }

  /** Whether a key is the first one of an account; asks once only. */
  takeFirstKey(id: number | undefined): boolean {
    if (id === undefined || this.#keyed.has(id)) return false;
    this.#keyed.add(id);
    return this.ownerOf(id) === undefined || this.#state.account(id).pubKeyHash === 0n;
  }
}

type Source = Pick<FeeRequest, "type" | "recipient"> & {
  readonly tokenId: number;
  readonly accountId: number | undefined;
  readonly consent: ConsentKind;
};

function toDue(accounts: Accounts, source: Source): DueOperation {
  const { type, recipient, tokenId, accountId, consent } = source;
  const owner = accountId === undefined ? undefined : accounts.ownerOf(accountId);
  const due = { type, accountId, owner, accountIdMax: accounts.clamp(accountId ?? 0), tokenId };
  if (type === "changePubKey") {
    return { ...due, consent, isFirstKey: accounts.takeFirstKey(accountId) };
  }
  const isBetweenAccounts = type === "transfer" || type === "forcedExit";
  if (!isBetweenAccounts || recipient === undefined) return due;
  const { id, isNew } = accounts.find(recipient);
  const accountIdMax = Math.max(due.accountIdMax, id);
  return { ...due, accountIdMax, type: type === "transfer" && isNew ? "transferToNew" : type };
}

/** What fees are due for transactions in this order on a state. */
export function paidOperations(
  state: RollupState,
  batch: readonly { readonly transaction: SignedTransaction; readonly authorization: string }[],
): PaidOperation[] {
  const accounts = new Accounts(state);
  return batch.map(({ transaction, authorization }) => {
    const recipient = "recipient" in transaction ? transaction.recipient : undefined;
    const { type, accountId, tokenId, fee } = transaction;
    const consent = consentKind(authorization);
    return { ...toDue(accounts, { type, recipient, tokenId, accountId, consent }), fee };
  });
}

/**
 * What fees would be due for requested transactions on a state.
 *
 * @param feeTokenId - What the fees are paid in: the moved token, where a request names none.
 */
export function dueOperations(
  state: RollupState,
  requests: readonly FeeRequest[],
  feeTokenId: number,
): DueOperation[] {
  const accounts = new Accounts(state);
  return requests.map((request) => {
    const { type, account, tokenId = feeTokenId, recipient, authorization = "eip712" } = request;
    const accountId = typeof account === "string" ? state.accountIdOf(BigInt(account)) : account;
    return toDue(accounts, { type, recipient, tokenId, accountId, consent: authorization });
  });
}

function consentKind(authorization: string): ConsentKind {
  if (authorization === ON_CHAIN_AUTHORIZATION) return "onchain";
  return isCreate2Authorization(authorization) ? "create2" : "eip712";
}
