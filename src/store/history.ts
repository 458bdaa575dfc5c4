/** The history of a rollup, from the query tables. */
import type { Kysely, Selectable } from "kysely";
import type { History, PastOperation } from "../operator/history.ts";
import type { BlockSummary } from "../operator/ledger/summary.ts";
import type { RequestReceipt, TransactionReceipt } from "../operator/ledger/receipts.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { type OperationName, OPERATIONS } from "../operations/table.ts";
import { decode } from "./codec.ts";
import type { Tables } from "./tables.ts";

type OperationRow = Selectable<Tables["operations"]>;

/** @param flushed - Resolves when what has left the memory so far is in the tables. */
export function createHistory(queries: Kysely<Tables>, flushed: () => Promise<void>): History {
  const tables = createQueries(queries);
  const whenFlushed =
    <A extends unknown[], R>(ask: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      await flushed();
      return ask(...args);
    };
  return {
    block: whenFlushed(tables.block),
    operations: whenFlushed(tables.operations),
    receipt: whenFlushed(tables.receipt),
    requestReceipt: whenFlushed(tables.requestReceipt),
    operationsOf: whenFlushed(tables.operationsOf),
  };
}

function createQueries(queries: Kysely<Tables>): History {
  const findOperation = (column: "hash" | "request", name: string | number) =>
    queries.selectFrom("operations").selectAll().where(column, "=", name).executeTakeFirst();
  return {
    block: async (blockNumber) => {
      const row = await queries
        .selectFrom("blocks")
        .select("data")
        .where("number", "=", blockNumber)
        .executeTakeFirst();
      return row && (decode(row.data) as BlockSummary);
    },
    operations: async (blockNumber) => {
      const rows = await queries
        .selectFrom("operations")
        .selectAll()
        .where("block", "=", blockNumber)
        .orderBy("slot")
        .execute();
      return rows.map(toPastOperation);
    },
    receipt: async (hash) => {
      const row = await findOperation("hash", hash);
      if (row !== undefined) return toTransactionReceipt(row);
      const rejection = await queries
        .selectFrom("rejections")
        .select("data")
        .where("hash", "=", hash)
        .executeTakeFirst();
      return rejection && (decode(rejection.data) as TransactionReceipt);
    },
    requestReceipt: async (requestId) => {
      const row = await findOperation("request", requestId);
      return row && toRequestReceipt(row);
    },
    operationsOf: async (accountId, { before, limit }) => {
      let query = queries
        .selectFrom("account_operations as touched")
        .innerJoin("operations as operation", (join) =>
          join
            .onRef("operation.block", "=", "touched.block")
            .onRef("operation.slot", "=", "touched.slot"),
        )
        .selectAll("operation")
        .where("touched.account", "=", accountId);
      if (before !== undefined) {
        const { blockNumber, slotIndex } = before;
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple("touched.block", "touched.slot"), "<", tuple(blockNumber, slotIndex)),
        );
      }
      const rows = await query
        .orderBy("touched.block", "desc")
        .orderBy("touched.slot", "desc")
        .limit(limit)
        .execute();
      return rows.map(toPastOperation);
    },
  };
}

function toPastOperation({ block, slot, type, hash, request, data }: OperationRow): PastOperation {
  return {
    blockNumber: block,
    slotIndex: slot,
    type: type as OperationName,
    ...(hash !== null && { hash }),
    ...(request !== null && { requestId: request }),
    fields: decode(data) as PastOperation["fields"],
  };
}

function toTransactionReceipt(row: OperationRow): TransactionReceipt {
  const { record }: OperationSpec = OPERATIONS[row.type as OperationName];
  const fields = decode(row.data) as Readonly<Record<string, number>>;
  return {
    type: row.source as TransactionReceipt["type"],
    hash: row.hash!,
    accountId: fields[record.accountA!]!,
    nonce: fields["nonce"]!,
    status: "executed",
    blockNumber: row.block,
    slotIndex: row.slot,
  };
}

function toRequestReceipt(row: OperationRow): RequestReceipt {
  return {
    type: row.source as RequestReceipt["type"],
    requestId: row.request!,
    status: "executed",
    blockNumber: row.block,
    slotIndex: row.slot,
    ...(row.type === "refund" && { refunded: true as const }),
  };
}
