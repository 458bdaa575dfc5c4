/** What the store knows of the operator's own L1 transactions: the journal, and what they cost. */
import type { Kysely, Selectable } from "kysely";
import type { SpendingBook } from "../l1/budget.ts";
import type { JournaledTransaction, L1Journal } from "../l1/journal.ts";
import { omit } from "../util/omit.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import type { StoreWriter } from "./store-writer.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Reads the transactions of all accounts that are not settled, by account and nonce. */
export async function readJournal(queries: Kysely<Tables>): Promise<JournaledTransaction[]> {
  const rows = await queries
    .selectFrom("l1_transactions")
    .selectAll()
    .orderBy("account")
    .orderBy("nonce")
    .orderBy("version")
    .execute();
  return rows.map(toJournaled);
}

function toJournaled(row: Selectable<Tables["l1_transactions"]>): JournaledTransaction {
  return { ...omit(row, "version", "sent"), sentAt: row.sent };
}

/** A journal on the disk. @throws SqlError if a write fails: then nothing is sent. */
export function createJournal(writer: StoreWriter): L1Journal {
  const { queries } = writer;
  const inTurn = new SerialQueue();
  const rowsOf = (account: string) =>
    queries
      .selectFrom("l1_transactions")
      .selectAll()
      .where("account", "=", account)
      .orderBy("nonce")
      .orderBy("version");
  return {
    pending: async (account) => (await rowsOf(account).execute()).map(toJournaled),
    write: (transaction) =>
      inTurn.run(async () => {
        const { account, nonce, hash, raw, purpose, sentAt: sent } = transaction;
        const versions = await rowsOf(account).where("nonce", "=", nonce).execute();
        if (versions.some((known) => isSameVersion(known, transaction))) return;
        const version = (versions.at(-1)?.version ?? 0) + 1;
        const row = { account, nonce, version, hash, raw, purpose, sent };
        await writer.transact([queries.insertInto("l1_transactions").values(row).compile()]);
      }),
    settle: (account, nonce) =>
      inTurn.run(async () => {
        const settled = queries
          .deleteFrom("l1_transactions")
          .where("account", "=", account)
          .where("nonce", "<=", nonce);
        await writer.transact([settled.compile()]);
      }),
  };
}

type Version = Pick<JournaledTransaction, "hash" | "raw">;

function isSameVersion(one: Version, other: Version): boolean {
  return one.hash === other.hash && one.raw === other.raw;
}

/** A book of costs that a restart does not clear. */
export function createSpendingBook(writer: StoreWriter): SpendingBook {
  const { queries } = writer;
  return {
    note: async (account, { costWei, at: time }) => {
      await writer.transact([
        queries
          .deleteFrom("l1_costs")
          .where("time", "<", time - DAY_MS)
          .compile(),
        queries
          .insertInto("l1_costs")
          .values({ account, time, wei: String(costWei) })
          .compile(),
      ]);
    },
    spentSince: async (account, sinceMs) => {
      const rows = await queries
        .selectFrom("l1_costs")
        .select("wei")
        .where("account", "=", account)
        .where("time", ">=", sinceMs)
        .execute();
      return rows.reduce((total, { wei }) => total + BigInt(wei), 0n);
    },
  };
}
