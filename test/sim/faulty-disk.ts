/** The disk below a node's store: full, slow, or unsure of what it has written. */
import { setTimeout as pause } from "node:timers/promises";
import { openDatabase, type StoreDatabase } from "../../src/store/database.ts";
import { SqlError, type SqlTarget, type Transaction } from "../../src/store/sql/executor.ts";
import type { Life } from "../helpers/life.ts";

/**
 * Fault of the next write: `refused`, nothing is written; `unanswered`, it is written, and the
 * answer is an error; `slow`, it takes longer than others.
 */
export const DISK_FAULTS = ["refused", "unanswered", "slow"] as const;
export type DiskFault = (typeof DISK_FAULTS)[number];

const SLOW_MS = 20;

export class FaultyDisk {
  /** Whether every write is refused. */
  isFull = false;
  /** Writes that were refused because it was full. */
  refused = 0;
  #armed: DiskFault[] = [];

  arm(fault: DiskFault): void {
    this.#armed.push(fault);
  }

  /** Ends all faults. */
  repair(): void {
    this.isFull = false;
    this.#armed = [];
  }

  /** Opens a database on it for a process. @param life - Of the process. */
  open(target: SqlTarget, life: Life): StoreDatabase {
    const inner = openDatabase(target);
    return {
      ...inner,
      transact: (transaction) => life.outside("write", () => this.#write(inner, transaction)),
    };
  }

  async #write(inner: StoreDatabase, transaction: Transaction) {
    if (this.isFull) {
      this.refused++;
      throw new SqlError({ message: "database or disk is full", code: "SQLITE_13" });
    }
    const fault = this.#armed.shift();
    if (fault === "refused") {
      throw new SqlError({ message: "database or disk is full", code: "SQLITE_13" });
    }
    if (fault === "slow") await pause(SLOW_MS);
    const results = await inner.transact(transaction);
    if (fault !== "unanswered") return results;
    throw new SqlError({ message: "disk I/O error", code: "SQLITE_10" });
  }
}
