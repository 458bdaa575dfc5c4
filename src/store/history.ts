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
    blocks: whenFlushed(tables.blocks),
    firstBlock: whenFlushed(tables.firstBlock),
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
    blocks: async (last, limit) => {
      const rows = await queries
        .selectFrom("blocks")
        .select("data")
        .where("number", "<=", last)
        .orderBy("number", "desc")
        .limit(limit)
        .execute();
      return rows.map(({ data }) => decode(data) as BlockSummary);
    },
    firstBlock: createFirstBlock(queries),
    operations: async (blockNumber) => {
      const rows = await withTimes(queries)
        .where("operation.block", "=", blockNumber)
        .orderBy("operation.slot")
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
      let query = withTimes(queries)
        .innerJoin("account_operations as touched", (join) =>
          join
            .onRef("operation.block", "=", "touched.block")
            .onRef("operation.slot", "=", "touched.slot"),
        )
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

/** Operations with the times of their blocks. */
function withTimes(queries: Kysely<Tables>) {
  return queries
    .selectFrom("operations as operation")
    .innerJoin("blocks", "blocks.number", "operation.block")
    .selectAll("operation")
    .select("blocks.timestamp");
}

/** Looks through all blocks once; then only through those that have come since. */
function createFirstBlock(queries: Kysely<Tables>): History["firstBlock"] {
  let known: { readonly first: number; readonly last: number } | undefined;
  const count = async (from: number, to: number) => {
    const { found } = await queries
      .selectFrom("blocks")
      .select(({ fn }) => fn.countAll<number>().as("found"))
      .where("number", ">=", from)
      .where("number", "<=", to)
      .executeTakeFirstOrThrow();
    return found;
  };
  return async (last) => {
    if (known !== undefined && last >= known.last) {
      const { last: from } = known;
      if ((await count(from, last)) === last - from + 1) {
        known = { ...known, last };
        return known.first;
      }
    }
    known = undefined;
    if ((await count(last, last)) === 0) return undefined;
    const row = await queries
      .selectFrom("blocks as block")
      .leftJoin("blocks as earlier", (join) =>
        join.on(({ eb, ref }) => eb("earlier.number", "=", eb(ref("block.number"), "-", 1))),
      )
      .select(({ fn }) => fn.max("block.number").as("first"))
      .where("block.number", "<=", last)
      .where("earlier.number", "is", null)
      .executeTakeFirstOrThrow();
    known = { first: row.first, last };
    return known.first;
  };
}

type TimedRow = OperationRow & { readonly timestamp: number };

function toPastOperation(row: TimedRow): PastOperation {
  const { block, slot, type, timestamp, hash, request, data } = row;
  return {
    blockNumber: block,
    slotIndex: slot,
    type: type as OperationName,
    timestamp: BigInt(timestamp),
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
