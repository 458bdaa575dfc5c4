/** What a ledger has accepted and L1 has not executed. Pure. */
import { splitBatches } from "../../operations/batch.ts";
import type { Submission } from "../submissions.ts";
import type { Ledger } from "./ledger.ts";
import { waitingBlocks } from "./queries.ts";
import type { Item, VerifiedTransaction } from "./sequence.ts";

/**
 * Returns the transactions that wait, in their order and in the batches in which they were
 * accepted, as their users have submitted them.
 */
export function waitingSubmissions(ledger: Ledger): Submission[][] {
  const items = [...waitingBlocks(ledger), ledger.open].flatMap((slots) => slots.items);
  const transactions = items.filter(isTransaction);
  return splitBatches(transactions, ({ linksNext }) => linksNext === true).map((batch) =>
    batch.map(({ transaction, consent, ethereumSignature }) => ({
      transaction,
      authorization: consent?.authorization ?? "0x",
      ...(ethereumSignature !== undefined && { ethereumSignature }),
    })),
  );
}

function isTransaction(item: Item): item is VerifiedTransaction {
  return item.kind === "transaction";
}
