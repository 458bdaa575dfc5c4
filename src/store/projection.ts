/** Rows of the query tables, which follow from what happens to the ledger. */
import type { Kysely } from "kysely";
import { type BlockRecord, isExecuted, numberOf } from "../operator/ledger/blocks.ts";
import type { Item } from "../operator/ledger/sequence.ts";
import { accountsOf, summarizeBlock } from "../operator/ledger/summary.ts";
import type { LedgerChange } from "../operator/store.ts";
import type { Operation } from "../operations/operation.ts";
import { assert } from "../util/errors.ts";
import { omit } from "../util/omit.ts";
import { encode } from "./codec.ts";
import type { Statement } from "./sql/executor.ts";
import type { Tables } from "./tables.ts";

/** Rows that one statement inserts: a database bounds the number of values. */
const ROWS_MAX = 100;

/** Statements that keep what leaves the memory by a change of the ledger. */
export function projectChange(queries: Kysely<Tables>, change: LedgerChange): Statement[] {
  return [...projectForgotten(queries, change), ...projectRejected(queries, change)];
}

function projectForgotten(queries: Kysely<Tables>, { before, after }: LedgerChange): Statement[] {
  const { blockNumber: last } = after.start.storedBlock;
  if (last === before.start.storedBlock.blockNumber) return [];
  const blocks = before.blocks.filter((block) => numberOf(block) <= last);
  assert(blocks.every(isExecuted), "only what is executed leaves the memory");
  const operations = blocks.flatMap(toOperationRows);
  const accounts = blocks.flatMap(toAccountRows);
  return [
    ...inserts(blocks.map(toBlockRow), (rows) => queries.insertInto("blocks").values(rows)),
    ...inserts(operations, (rows) => queries.insertInto("operations").values(rows)),
    ...inserts(accounts, (rows) => queries.insertInto("account_operations").values(rows)),
  ];
}

function projectRejected(queries: Kysely<Tables>, { before, after }: LedgerChange): Statement[] {
  const rows: Tables["rejections"][] = [];
  for (const receipt of after.receipts.finalSince(before.receipts.finalCount)) {
    if (receipt.status !== "rejected" || !("hash" in receipt)) continue;
    rows.push({ hash: receipt.hash, data: encode(receipt) });
  }
  return inserts(rows, (some) =>
    queries
      .insertInto("rejections")
      .values(some)
      .onConflict((conflict) =>
        conflict.column("hash").doUpdateSet(({ ref }) => ({ data: ref("excluded.data") })),
      ),
  );
}

function inserts<Row>(
  rows: readonly Row[],
  insert: (rows: readonly Row[]) => { compile(): Statement },
): Statement[] {
  const statements: Statement[] = [];
  for (let first = 0; first < rows.length; first += ROWS_MAX) {
    statements.push(insert(rows.slice(first, first + ROWS_MAX)).compile());
  }
  return statements;
}

function toBlockRow(record: BlockRecord): Tables["blocks"] {
  const { blockNumber: number, kind, timestamp, operations } = summarizeBlock(record);
  return {
    ...{ number, kind, timestamp: Number(timestamp), operations: operations.length },
    data: encode(summarizeBlock(record)),
  };
}

function toOperationRows({ items, applied }: BlockRecord): Tables["operations"][] {
  const { blockNumber: block, operations } = applied.block;
  return operations.map((operation, slot) => {
    const { source, hash, request } = nameOf(items[slot]!);
    return {
      block,
      slot,
      type: operation.type,
      source,
      hash,
      request,
      data: encodeFields(operation),
    };
  });
}

function nameOf(item: Item): Pick<Tables["operations"], "source" | "hash" | "request"> {
  if (item.kind === "transaction") {
    return { source: item.transaction.type, hash: item.hash, request: null };
  }
  const { type, requestId } = item.request;
  return { source: type, hash: null, request: requestId };
}

/** All that is said of an operation later: its signature has done its work. */
function encodeFields(operation: Operation): string {
  return encode(omit(operation, "type", "publicKey", "signature"));
}

function toAccountRows({ applied }: BlockRecord): Tables["account_operations"][] {
  const { blockNumber: block, operations } = applied.block;
  return operations.flatMap((operation, slot) =>
    accountsOf(operation).map((account) => ({ account, block, slot })),
  );
}
