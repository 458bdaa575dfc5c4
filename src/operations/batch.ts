/**
 * Batches: transactions in neighboring slots of one block, included together or not at all. Each
 * signer signs the whole batch, so a block with only a part of it cannot be proven.
 *
 * The content of a transaction is its signing message outside of batches, with the previous content
 * added to the domain. So contents form a chain, and the last one commits to the batch. A signer
 * signs the own content plus that commitment; for a single transaction, plus 0. docs/batches.md has
 * the proof.
 */
import { reduce } from "../crypto/field.ts";
import { signingMessage, type Transaction } from "./transaction.ts";

/** Messages of the signers of a batch, or of a single transaction. */
export interface BatchMessages {
  /** Content of the last transaction; 0 for a single transaction. */
  readonly commitment: bigint;
  /** Signed message of each transaction. */
  readonly messages: readonly bigint[];
}

/**
 * @param batch - Transactions in the order in which they are applied.
 * @param domain - See `signingDomain`.
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function batchMessages(batch: readonly Transaction[], domain: bigint): BatchMessages {
  const contents: bigint[] = [];
  let previous = 0n;
  for (const transaction of batch) {
    previous = signingMessage(transaction, reduce(domain + previous));
    contents.push(previous);
  }
  const commitment = batch.length > 1 ? previous : 0n;
  return { commitment, messages: contents.map((content) => reduce(content + commitment)) };
}

/**
 * Splits a list wherever one element is not linked to the next.
 *
 * @returns Consecutive parts of the list.
 */
export function splitBatches<T>(list: readonly T[], linksNext: (element: T) => boolean): T[][] {
  const batches: T[][] = [];
  let isLinked = false;
  for (const element of list) {
    if (isLinked) batches.at(-1)!.push(element);
    else batches.push([element]);
    isLinked = linksNext(element);
  }
  return batches;
}
