/** Finds out which transaction has used up a nonce. */
import type { Provider, TransactionResponse } from "ethers";

/** Where a mined transaction is to be looked for. */
export interface NoncePlace {
  readonly from: string;
  readonly nonce: number;
  /** It is in no L1 block before this one. */
  readonly fromBlock: number;
}

/** The mined transaction of a nonce; undefined if this node does not know it yet. */
export async function findMined(
  provider: Provider,
  { from, nonce, fromBlock }: NoncePlace,
): Promise<TransactionResponse | undefined> {
  let first = fromBlock;
  let last = await provider.getBlockNumber();
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    const isMined = (await provider.getTransactionCount(from, middle)) > nonce;
    if (isMined) last = middle;
    else first = middle + 1;
  }
  const block = await provider.getBlock(last, true);
  return block?.prefetchedTransactions.find(
    (transaction) => transaction.from === from && transaction.nonce === nonce,
  );
}
