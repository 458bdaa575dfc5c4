/** What an account may spend on L1 in a time. */
import { l1Error } from "./errors.ts";

/** Limits of spending, in wei. What is mined counts, at the price that it was mined for. */
export interface Budget {
  /** Within any hour. Default: no limit. */
  readonly perHourWei?: bigint;
  /** Within any 24 hours. Default: no limit. */
  readonly perDayWei?: bigint;
}

/** Keeps what accounts have spent. One that is durable holds a budget across restarts. */
export interface SpendingBook {
  /**
   * Notes a mined transaction.
   *
   * @param account - Checksummed address.
   * @param spending - Price of the transaction in wei, and the time in ms.
   */
  note(account: string, spending: Spending): Promise<void>;
  /**
   * Returns what was spent from a time on, in wei.
   *
   * @param account - Checksummed address.
   * @param sinceMs - The time; all that is older than 24 hours may be forgotten.
   */
  spentSince(account: string, sinceMs: number): Promise<bigint>;
}

export interface Spending {
  readonly costWei: bigint;
  /** In ms. */
  readonly at: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Creates a book that lasts as long as the process. */
export function createMemorySpendingBook(): SpendingBook {
  const books = new Map<string, Spending[]>();
  return {
    note: (account, spending) => {
      const recent = (books.get(account) ?? []).filter(({ at }) => at > spending.at - DAY_MS);
      books.set(account, [...recent, spending]);
      return Promise.resolve();
    },
    spentSince: (account, sinceMs) => {
      const recent = (books.get(account) ?? []).filter(({ at }) => at >= sinceMs);
      return Promise.resolve(recent.reduce((total, { costWei }) => total + costWei, 0n));
    },
  };
}

/** A limit that is reached. */
export interface SpentBudget {
  readonly spentWei: bigint;
  readonly budgetWei: bigint;
  readonly hours: number;
}

/** Returns the first limit of a budget that is reached; undefined if there is none. */
export async function findSpentBudget(
  account: string,
  { perHourWei, perDayWei }: Budget,
  book: SpendingBook,
  now: number,
): Promise<SpentBudget | undefined> {
  const limits = [
    { budgetWei: perHourWei, periodMs: HOUR_MS },
    { budgetWei: perDayWei, periodMs: DAY_MS },
  ];
  for (const { budgetWei, periodMs } of limits) {
    if (budgetWei === undefined) continue;
    const spentWei = await book.spentSince(account, now - periodMs);
    if (spentWei >= budgetWei) return { spentWei, budgetWei, hours: periodMs / HOUR_MS };
  }
  return undefined;
}

/** Creates the error of a transaction that waits for the budget. */
export function toBudgetError(call: string, spent: SpentBudget): Error {
  return l1Error({ code: "L1_BUDGET_SPENT", call, ...spent });
}
