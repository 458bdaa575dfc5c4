/** Finds the mined transaction of a nonce. */
import type { Provider, TransactionResponse } from "ethers";

/** Where to search for a mined transaction. */
export interface NoncePlace {
  readonly from: string;
  readonly nonce: number;
  /** First L1 block that may contain it. */
  readonly fromBlock: number;
}

/** Finds the mined transaction of a nonce; undefined if this node does not have it yet. */
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
