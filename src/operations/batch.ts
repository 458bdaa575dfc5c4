/**
 * Batches: lists of transactions that stand in neighbouring slots of one block, or not at all. Each
 * signer signs for all of it, so the proof of a block that has only a part of it does not exist.
 *
 * The content of a transaction is its signing message if it were alone, with the content before it
 * added to the domain. That makes a chain, whose last content commits to the batch. What is signed
 * is the own content plus that commitment; plus 0, if the transaction is alone. docs/batches.md has
 * the proof.
 */
import { reduce } from "../crypto/field.ts";
import { signingMessage, type Transaction } from "./transaction.ts";

/** What the signers of a batch agree to; of one transaction that is alone, too. */
export interface BatchMessages {
  /** Content of the last transaction; 0 if it is alone. */
  readonly commitment: bigint;
  /** What is signed for each transaction. */
  readonly messages: readonly bigint[];
}

/**
 * @param batch - In the order in which they are applied.
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
 * Takes a list apart where one element is not linked to the next.
 *
 * @returns Lists that make up the whole, in order.
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
