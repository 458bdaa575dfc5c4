/** What fits into one L1 transaction: blocks are sealed, and sent together, within that. Pure. */
import {
  COMMIT_BLOCK_COST,
  COMMIT_CALL_COST,
  type L1Cost,
  type L1Limits,
  operationCost,
  payOutCost,
} from "../../l1/gas.ts";
import type { PublicOperation } from "../../operations/operation.ts";

/** A commit of a block without operations, at most. */
export const EMPTY_BLOCK_COST: L1Cost = addCosts(COMMIT_CALL_COST, COMMIT_BLOCK_COST);

/**
 * At most what the commit of a block costs that has one operation more.
 *
 * @param authorization - The owner's consent that L1 is shown for a ChangePubKey, 0x-hex.
 */
export function addOperationCost(
  cost: L1Cost,
  operation: PublicOperation,
  authorization = "0x",
): L1Cost {
  const authorizationBytes = (authorization.length - "0x".length) / 2;
  return addCosts(cost, operationCost(operation, authorizationBytes).commit);
}

/** Whether a block can be committed alone, and paid out payout by payout. */
export function fitsBlock(commit: L1Cost, payoutCount: number, limits: L1Limits): boolean {
  if (!isWithin(commit, limits)) return false;
  return payoutCount === 0 || isWithin(payOutCost(payoutCount, 1), limits);
}

export function isWithin({ gas, bytes }: L1Cost, { gasMax, bytesMax }: L1Limits): boolean {
  return gas <= gasMax && bytes <= bytesMax;
}

/**
 * The longest run of blocks, from the first one on, that one L1 transaction takes: at least one,
 * as there is nothing smaller.
 *
 * @param countMax - Of blocks, at least 1.
 * @param costOf - Grows with the number of blocks.
 */
export function takeWithin<B>(
  blocks: readonly B[],
  countMax: number,
  costOf: (blocks: readonly B[]) => L1Cost,
  limits: L1Limits,
): readonly B[] {
  let [fitting, tooMany] = [1, Math.min(blocks.length, countMax) + 1];
  while (tooMany - fitting > 1) {
    const count = Math.floor((fitting + tooMany) / 2);
    if (isWithin(costOf(blocks.slice(0, count)), limits)) fitting = count;
    else tooMany = count;
  }
  return blocks.slice(0, fitting);
}

/** Limits for when L1 refuses what should have been within them. */
export function halfOf({ gas, bytes }: L1Cost): L1Limits {
  return { gasMax: Math.ceil(gas / 2), bytesMax: Math.ceil(bytes / 2) };
}

function addCosts(one: L1Cost, other: L1Cost): L1Cost {
  return { gas: one.gas + other.gas, bytes: one.bytes + other.bytes };
}
