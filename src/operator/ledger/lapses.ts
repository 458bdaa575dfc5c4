/**
 * How long it is certain that an accepted transaction stays. Pure.
 *
 * A transaction that L1 has not executed lapses when its validity ends before a block is rebuilt,
 * or when its owner withdraws the consent to a key on L1. What depends on it lapses too: later
 * transactions of the same account, those that spend what it has paid, and the ids of accounts that
 * were created after one of its own. A payment depends on its recipient only where the
 * id of a new account decides whether it has a place.
 */
import type { PublicOperation } from "../../operations/operation.ts";
import type { OperationSpec } from "../../operations/definition.ts";
import { OPERATIONS } from "../../operations/table.ts";
import type { SignedTransaction } from "../../operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../protocol/constants.ts";
import { accountCapacity } from "../../protocol/presets.ts";
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
  /** Ids of accounts that some of them, or requests, have created. */
  readonly created: Set<number>;
  /** Ids from this one on: whose they are. */
  ids: { readonly from: number; readonly until: bigint };
}

export function createLapses(): Lapses {
  const ids = { from: Infinity, until: TIMESTAMP_MAX };
  return { nonces: new Map(), credits: new Map(), created: new Set(), ids };
}

/**
 * Adds an item that has its place.
 *
 * @param operation - What it is there.
 * @param base - The state before all items that are added.
 * @param feeAccountId - Has got its fee; undefined if nobody has yet.
 */
export function addItem(
  lapses: Lapses,
  item: Item,
  operation: PublicOperation,
  { base, feeAccountId }: { readonly base: RollupState; readonly feeAccountId?: number },
): void {
  const { effects, record }: OperationSpec = OPERATIONS[operation.type];
  const fields = operation as unknown as Readonly<Record<string, number | bigint>>;
  const recipient = effects.credits && (fields[record.accountB!] as number);
  const creates =
    recipient !== undefined && !isLive(base.account(recipient)) && !lapses.created.has(recipient);
  if (creates) lapses.created.add(recipient);
  // A request is lost only with the L1 block that the promises are made on.
  if (item.kind === "request") return;
  const until = item.promise?.validUntil ?? 0n;
  const { accountId, tokenId, fee } = item.transaction;
  // Blocks that are rebuilt may be merged, and then pay all their fees at the end of the last.
  if (fee > 0n && feeAccountId !== undefined) {
    addCredit(lapses, feeAccountId, tokenId, { amount: fee, until: 0n });
  }
  if (until === TIMESTAMP_MAX) return;
  lapses.nonces.set(accountId, least(until, lapses.nonces.get(accountId)));
  if (recipient === undefined) return;
  addCredit(lapses, recipient, tokenId, { amount: fields["amount"] as bigint, until });
  if (!creates) return;
  const { ids } = lapses;
  lapses.ids = { from: Math.min(recipient, ids.from), until: least(until, ids.until) };
}

function addCredit(
  { credits }: Lapses,
  accountId: number,
  tokenId: number,
  { amount, until }: DoubtfulCredit,
): void {
  const key = keyOf(accountId, tokenId);
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
 * @param waitingCount - Items that may be placed again.
 */
export function certainUntil(
  lapses: Lapses,
  batch: readonly VerifiedTransaction[],
  state: RollupState,
  waitingCount: number,
): bigint {
  const costs = costsOf(batch);
  const mayMove = isMovable(state, batch.length, waitingCount);
  return batch
    .flatMap(({ transaction, consent }) => {
      const { accountId, tokenId, validUntil } = transaction;
      if (consent !== undefined && isRevocable(consent)) return [0n];
      const key = keyOf(accountId, tokenId);
      const credit = lapses.credits.get(key);
      const certain = state.balance(accountId, tokenId) - (credit?.amount ?? 0n);
      const isCovered = credit === undefined || certain >= costs.get(key)!;
      return [
        validUntil,
        lapses.nonces.get(accountId) ?? TIMESTAMP_MAX,
        isCovered ? TIMESTAMP_MAX : credit.until,
        restsOnIds(lapses, transaction, state, mayMove) ? lapses.ids.until : TIMESTAMP_MAX,
      ];
    })
    .reduce((one, other) => least(one, other));
}

/** What balances must cover, by account and token, without what the batch itself pays in. */
function costsOf(batch: readonly VerifiedTransaction[]): ReadonlyMap<string, bigint> {
  const costs = new Map<string, bigint>();
  for (const { transaction } of batch) {
    const { accountId, tokenId, fee, type } = transaction;
    const { effects }: OperationSpec = OPERATIONS[type];
    const { amount } = { amount: 0n, ...transaction };
    const cost = fee + (effects.debits === "accountA" ? amount : 0n);
    const key = keyOf(accountId, tokenId);
    costs.set(key, cost + (costs.get(key) ?? 0n));
  }
  return costs;
}

/**
 * Whether other ids of new accounts may leave no place for a batch: which kinds of blocks hold it
 * depends on the ids, and the last ids may be taken.
 */
function isMovable(state: RollupState, length: number, waitingCount: number): boolean {
  const left = accountCapacity(state.preset) - state.nextAccountId;
  return length > 1 || left <= waitingCount + length;
}

/**
 * Whether a transaction rests on whose an account is that was created by one which may lapse.
 *
 * @param mayMove - Whether the id of a recipient's new account matters.
 */
function restsOnIds(
  { ids }: Lapses,
  { type, accountId, ...fields }: SignedTransaction,
  state: RollupState,
  mayMove: boolean,
): boolean {
  if (ids.from === Infinity) return false;
  if (accountId >= ids.from) return true;
  const { effects }: OperationSpec = OPERATIONS[type];
  const { recipient } = { recipient: 0n, ...fields };
  // What takes from another account needs it to be there; a payment creates it where it must.
  if (effects.debits !== "accountB" && !(mayMove && effects.credits === "accountB")) return false;
  const targets = state.accountIdsOf(recipient);
  return targets.length === 0 || targets.some((target) => target >= ids.from);
}

function keyOf(accountId: number, tokenId: number): string {
  return `${accountId} ${tokenId}`;
}

function least(one: bigint, other = TIMESTAMP_MAX): bigint {
  return one < other ? one : other;
}
