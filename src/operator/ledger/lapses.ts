/**
 * How long it is certain that an accepted transaction stays. Pure.
 *
 * A transaction that is not on L1 yet lapses when its validity ends before a block is rebuilt, or
 * when its owner withdraws the consent to a key on L1. What depends on it lapses too: later
 * transactions of the same account, those that spend what it has paid, and the ids of accounts that
 * were created after one of its own. A payment depends on nothing of its recipient.
 */
import type { PublicOperation } from "../../operations/operation.ts";
import type { OperationSpec } from "../../operations/definition.ts";
import { OPERATIONS } from "../../operations/table.ts";
import type { SignedTransaction } from "../../operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../protocol/constants.ts";
import { isLive } from "../../state/account.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { isRevocable } from "./consent.ts";
import type { Item, VerifiedTransaction } from "./sequence.ts";

interface DoubtfulCredit {
  readonly amount: bigint;
  readonly until: bigint;
}

/**
 * What rests on transactions that may lapse, each until when it is certain, in Unix seconds. What
 * is not here is certain.
 */
export interface Lapses {
  /** By account id: its nonces. */
  readonly nonces: Map<number, bigint>;
  /** By account and token id: a part of the balance. */
  readonly credits: Map<string, DoubtfulCredit>;
  /** Ids from this one on: whose they are. */
  ids: { readonly from: number; readonly until: bigint };
}

export function createLapses(): Lapses {
  return { nonces: new Map(), credits: new Map(), ids: { from: Infinity, until: TIMESTAMP_MAX } };
}

/**
 * Adds an item that has its place.
 *
 * @param operation - What it is there.
 * @param base - The state before all items that are added.
 * @param feeAccountId - Gets its fee.
 */
export function addItem(
  lapses: Lapses,
  item: Item,
  operation: PublicOperation,
  { base, feeAccountId }: { readonly base: RollupState; readonly feeAccountId: number },
): void {
  // A request is lost only with the L1 block that the promises are made on.
  if (item.kind === "request") return;
  const until = item.promise?.validUntil ?? 0n;
  if (until === TIMESTAMP_MAX) return;
  const { accountId, tokenId, fee } = item.transaction;
  lapses.nonces.set(accountId, least(until, lapses.nonces.get(accountId)));
  addCredit(lapses, feeAccountId, tokenId, { amount: fee, until });
  const { effects, record }: OperationSpec = OPERATIONS[operation.type];
  if (effects.credits === undefined) return;
  const fields = operation as unknown as Readonly<Record<string, number | bigint>>;
  const recipient = fields[record.accountB!] as number;
  addCredit(lapses, recipient, tokenId, { amount: fields["amount"] as bigint, until });
  if (isLive(base.account(recipient))) return;
  const { ids } = lapses;
  lapses.ids = { from: Math.min(recipient, ids.from), until: least(until, ids.until) };
}

function addCredit(
  { credits }: Lapses,
  accountId: number,
  tokenId: number,
  { amount, until }: DoubtfulCredit,
): void {
  const key = `${accountId} ${tokenId}`;
  const known = credits.get(key);
  credits.set(key, {
    amount: amount + (known?.amount ?? 0n),
    until: least(until, known?.until),
  });
}

/**
 * Until when a batch is certain to stay, in Unix seconds; 0 if that is not certain at all.
 *
 * @param state - Before the batch.
 */
export function certainUntil(
  lapses: Lapses,
  batch: readonly VerifiedTransaction[],
  state: RollupState,
): bigint {
  // Within a batch a transaction may spend what one before it has paid.
  const spendable = (accountId: number, tokenId: number) =>
    batch.length === 1 ? state.balance(accountId, tokenId) : 0n;
  return batch
    .flatMap((item) => {
      const { transaction, consent } = item;
      const { accountId, tokenId, validUntil } = transaction;
      if (consent !== undefined && isRevocable(consent)) return [0n];
      const credit = lapses.credits.get(`${accountId} ${tokenId}`);
      const isCovered =
        credit === undefined ||
        spendable(accountId, tokenId) - credit.amount >= costOf(transaction);
      return [
        validUntil,
        lapses.nonces.get(accountId) ?? TIMESTAMP_MAX,
        isCovered ? TIMESTAMP_MAX : credit.until,
        namesNewId(lapses, transaction, state) ? lapses.ids.until : TIMESTAMP_MAX,
      ];
    })
    .reduce((one, other) => least(one, other));
}

/** What the signer's balance must cover, as far as the transaction says. */
function costOf(transaction: SignedTransaction): bigint {
  const { effects }: OperationSpec = OPERATIONS[transaction.type];
  const { amount } = { amount: 0n, ...transaction };
  return transaction.fee + (effects.debits === "accountA" ? amount : 0n);
}

/** Whether it depends on whose an account is that a transaction has created which may lapse. */
function namesNewId({ ids }: Lapses, transaction: SignedTransaction, state: RollupState): boolean {
  const { effects }: OperationSpec = OPERATIONS[transaction.type];
  const { recipient } = { recipient: 0n, ...transaction };
  // Only what takes from another account needs it to be there.
  const targets = effects.debits === "accountB" ? state.accountIdsOf(recipient) : [];
  return [transaction.accountId, ...targets].some((accountId) => accountId >= ids.from);
}

function least(one: bigint, other = TIMESTAMP_MAX): bigint {
  return one < other ? one : other;
}
