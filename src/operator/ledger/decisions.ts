/**
 * Which events follow from what the ledger knows. Pure: a decision changes nothing, and its events
 * hold for the ledger that it was made on. None means that nothing is to be done.
 */
import type { L1Cost, L1Limits } from "../../l1/gas.ts";
import type { L1BlockCounts } from "../../l1/types.ts";
import { opsError } from "../../operations/errors.ts";
import { LEAF_KIND, TIMESTAMP_LAG_MAX_SECONDS } from "../../protocol/constants.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { isRollupError } from "../../util/errors.ts";
import { operatorError } from "../errors.ts";
import type { CheckedSubmission } from "../submissions.ts";
import { isPrepared } from "./blocks.ts";
import { halfOf } from "./budget.ts";
import { type ConsentContext, lapseOf, verifyConsent } from "./consent.ts";
import type { LedgerEvent } from "./events.ts";
import type { Ledger } from "./ledger.ts";
import {
  blockOf,
  firstSealedNumber,
  headState,
  latestView,
  transactionReceipt,
} from "./queries.ts";
import { sequenceAfter, sequenceFrom } from "./rebuild.ts";
import { reduce } from "./reduce.ts";
import type { Rejection } from "./rejection.ts";
import { checkSecondFactors } from "./second-factor-checks.ts";
import { type Item, stateAfter, type VerifiedTransaction } from "./sequence.ts";

/** L1 takes older blocks than this, but they still have to get there. */
const BLOCK_AGE_MAX_SECONDS = BigInt(TIMESTAMP_LAG_MAX_SECONDS / 2);
/** Until this age, L1 would accept a block that was sent, so it may appear there. */
const PREPARED_BLOCK_AGE_MAX_SECONDS = BigInt(TIMESTAMP_LAG_MAX_SECONDS);

/**
 * Accepts transactions whose signatures and consents hold. Whether every rule holds against the
 * state shows when the event is applied.
 *
 * @param batch - In the order in which they are applied.
 * @returns Nothing if all have been accepted already.
 * @throws TOKEN_NOT_LISTED, SIGNATURE_INVALID, AUTHORIZATION_INVALID, ACCOUNT_NOT_FOUND,
 * SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID
 */
export function acceptBatch(ledger: Ledger, batch: readonly CheckedSubmission[]): LedgerEvent[] {
  const isKnown = ({ hash }: CheckedSubmission) => {
    const status = transactionReceipt(ledger, hash)?.status;
    return status !== undefined && status !== "rejected";
  };
  if (batch.every(isKnown)) return [];
  const verified: VerifiedTransaction[] = [];
  for (const [index, submission] of batch.entries()) {
    const link = index < batch.length - 1 && { linksNext: true as const };
    verified.push({ ...verify(ledger, submission, verified), ...link });
  }
  return [{ type: "batchAccepted", batch: checkSecondFactors(ledger, verified, batch) }];
}

/** Checks all that does not depend on the place in a block. @param before - Those of its batch. */
function verify(
  ledger: Ledger,
  { transaction, authorization, hash, isSigned }: CheckedSubmission,
  before: readonly VerifiedTransaction[],
): VerifiedTransaction {
  const { tokenId, accountId } = transaction;
  // Tokens are numbered without gaps.
  if (latestView(ledger).tokens[tokenId] === undefined) {
    throw operatorError({ code: "TOKEN_NOT_LISTED", tokenId });
  }
  if (!isSigned()) throw opsError({ code: "SIGNATURE_INVALID", accountId });
  const verified = { kind: "transaction" as const, hash, transaction };
  if (transaction.type !== "changePubKey") return verified;
  const state = stateWithAccount(ledger, accountId, before);
  return {
    ...verified,
    consent: verifyConsent(consentContext(ledger, state), transaction, authorization),
  };
}

/** A state that has the account, though an earlier transaction of its batch creates it. */
function stateWithAccount(
  ledger: Ledger,
  accountId: number,
  before: readonly VerifiedTransaction[],
): RollupState {
  const state = headState(ledger);
  const isThere = state.account(accountId).kind === LEAF_KIND.account;
  if (isThere || before.length === 0) return state;
  // Owners of accounts do not change, so the place of these does not matter.
  return stateAfter(sequenceAfter(ledger), before);
}

/** Whether transactions would get slots that they do not have yet. */
export function wouldAccept(ledger: Ledger, batch: readonly CheckedSubmission[]): boolean {
  try {
    const events = acceptBatch(ledger, batch);
    events.reduce(reduce, ledger);
    return events.length > 0;
  } catch (error) {
    if (isRollupError(error)) return false;
    throw error;
  }
}

function consentContext(ledger: Ledger, state: RollupState): ConsentContext {
  const { rollup, create2PausedUntil } = ledger;
  return { state, l1: latestView(ledger), rollup, create2PausedUntil };
}

/** Has blocks sealed with a cost of a block besides its proof, in constraints. */
export function setBlockOverhead(ledger: Ledger, blockOverhead: number): LedgerEvent[] {
  if (ledger.blockOverhead === blockOverhead) return [];
  return [{ type: "blockOverheadChanged", blockOverhead }];
}

/** Seals the open block, unless it is empty. */
export function sealOpenBlock({ open }: Ledger): LedgerEvent[] {
  return open.items.length === 0 ? [] : [{ type: "blockSealed" }];
}

/**
 * Rebuilds sealed blocks whose timestamp L1 would soon refuse. None may be on its way to L1.
 */
export function reopenStaleBlocks(ledger: Ledger): LedgerEvent[] {
  const fromBlockNumber = firstSealedNumber(ledger);
  const oldest = blockOf(ledger, fromBlockNumber);
  if (oldest === undefined) return [];
  const age = latestView(ledger).timestamp - oldest.applied.block.timestamp;
  const ageMax = isPrepared(oldest) ? PREPARED_BLOCK_AGE_MAX_SECONDS : BLOCK_AGE_MAX_SECONDS;
  return age < ageMax ? [] : [{ type: "blocksReopened", fromBlockNumber }];
}

/**
 * Rebuilds sealed blocks whose time L1 has refused, if they get a later time by that. None of them
 * may be on its way to L1.
 */
export function reopenRefusedBlocks(ledger: Ledger): LedgerEvent[] {
  const fromBlockNumber = firstSealedNumber(ledger);
  const oldest = blockOf(ledger, fromBlockNumber);
  if (oldest === undefined) return [];
  const { timestamp } = latestView(ledger);
  const isLater = oldest.applied.block.timestamp < timestamp;
  return isLater ? [{ type: "blocksReopened", fromBlockNumber }] : [];
}

/**
 * Rejects transactions in blocks that are not on L1, each with its batch, and rebuilds the blocks
 * from there on. None of them may be on its way to L1.
 *
 * @param rejectionOf - Why a transaction has to go, if it has to.
 */
export function rejectTransactions(
  ledger: Ledger,
  rejectionOf: (item: VerifiedTransaction) => Rejection | undefined,
): LedgerEvent[] {
  const first = firstSealedNumber(ledger);
  const { sealed, open } = sequenceFrom(ledger, first);
  const rejectedIn = (items: readonly Item[]) =>
    items.flatMap((item) => {
      const rejection = item.kind === "transaction" ? rejectionOf(item) : undefined;
      return rejection === undefined
        ? []
        : [[(item as VerifiedTransaction).hash, rejection] as const];
    });
  const byBlock = [...sealed, open].map(({ items }) => rejectedIn(items));
  const hit = byBlock.findIndex(({ length }) => length > 0);
  if (hit < 0) return [];
  const fromBlockNumber = first + hit;
  return [{ type: "transactionsRejected", fromBlockNumber, rejections: byBlock.flat() }];
}

/**
 * Rejects what relies on a key that can soon be replaced on L1. No block may be on its way there.
 */
export function rejectLapsedConsents(ledger: Ledger): LedgerEvent[] {
  const view = latestView(ledger);
  const facts = [...view.keyFacts.entries()];
  if (facts.every(([, { resetAvailableAt }]) => resetAvailableAt === undefined)) return [];
  return rejectTransactions(ledger, (item) => lapseOf(view, item));
}

/** Refuses consents by CREATE2 for some time. */
export function pauseCreate2(ledger: Ledger, seconds: bigint): LedgerEvent[] {
  return [{ type: "create2Paused", until: latestView(ledger).timestamp + seconds }];
}

/**
 * Halves what a block may cost, and rebuilds the sealed blocks within that. None of them may be on
 * its way to L1.
 *
 * @param cost - Of the oldest block, which L1 has refused for its size.
 * @returns Nothing if the oldest block cannot become smaller.
 */
export function shrinkBlocks(ledger: Ledger, cost: L1Cost): LedgerEvent[] {
  const fromBlockNumber = firstSealedNumber(ledger);
  const items = blockOf(ledger, fromBlockNumber)?.items.length ?? 0;
  if (items < 2) return [];
  return [
    { type: "limitsChanged", limits: halfOf(cost) },
    { type: "blocksReopened", fromBlockNumber },
  ];
}

/** Doubles what a block may cost, up to the limits of L1. */
export function growBlocks({ limits }: Ledger, { gasMax, bytesMax }: L1Limits): LedgerEvent[] {
  if (limits.gasMax >= gasMax && limits.bytesMax >= bytesMax) return [];
  const grown = {
    gasMax: Math.min(2 * limits.gasMax, gasMax),
    bytesMax: Math.min(2 * limits.bytesMax, bytesMax),
  };
  return [{ type: "limitsChanged", limits: grown }];
}

/**
 * Forgets what neither a reorg of L1 that can be followed nor the store's rule needs in memory.
 *
 * @param lastForgettable - The last executed block that may leave the memory.
 */
export function forgetExecutedBlocks(
  ledger: Ledger,
  lastForgettable: (progress: L1BlockCounts) => number,
): LedgerEvent[] {
  // A reorg may reach back to any view, and undo what was executed since then.
  const { confirmed } = ledger.l1History[0]!;
  const upToBlockNumber = Math.min(lastForgettable(ledger.progress), confirmed);
  if (upToBlockNumber <= ledger.start.storedBlock.blockNumber) return [];
  return [{ type: "blocksForgotten", upToBlockNumber }];
}
