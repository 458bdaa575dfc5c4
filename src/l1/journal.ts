/**
 * The transactions of an L1 account, written down before they are sent. A process that is killed
 * at any instant finds them at its next start, and sends the same ones again instead of new ones.
 */
import { assert } from "../util/errors.ts";

/** A transaction as it was signed: written down before it is sent. */
export interface JournaledTransaction {
  /** Sender, checksummed. */
  readonly account: string;
  readonly nonce: number;
  /** Hash of the signed transaction, 0x-hex; empty if another process has the key and signs. */
  readonly hash: string;
  /** The signed transaction, 0x-hex; without a hash, the transaction before it is signed. */
  readonly raw: string;
  /** What it does, for people and logs, such as `commit 12-15`. */
  readonly purpose: string;
  /** Time of the first send, in ms. */
  readonly sentAt: number;
}

/**
 * Where a sender writes its transactions. One process uses an account at a time, so the calls for
 * an account never overlap; those for different accounts may.
 */
export interface L1Journal {
  /**
   * Reads all that is not settled, ascending by nonce, versions of one nonce oldest first.
   *
   * @param account - Checksummed address.
   * @returns The entries, with all versions of each nonce.
   */
  pending(account: string): Promise<readonly JournaledTransaction[]>;
  /**
   * Keeps a version; resolves when it is on disk. The sender sends only after that. A version that
   * equals a kept one in account, nonce, hash and raw is kept once, with its first time.
   *
   * @param transaction - The version, as it will be sent.
   */
  write(transaction: JournaledTransaction): Promise<void>;
  /**
   * Notes that everything up to this nonce is mined, so it may be forgotten. Later reads of pending
   * ones do not contain it.
   *
   * @param account - Checksummed address.
   * @param nonce - The last mined nonce.
   */
  settle(account: string, nonce: number): Promise<void>;
}

/** Creates a journal that lasts as long as the process, for tests and in-process rollups. */
export function createMemoryJournal(): L1Journal {
  const accounts = new Map<string, JournaledTransaction[]>();
  const of = (account: string) => accounts.get(account) ?? [];
  return {
    pending: (account) => Promise.resolve([...of(account)]),
    write: (transaction) => {
      const { account, nonce } = transaction;
      assert(Number.isSafeInteger(nonce) && nonce >= 0, "a nonce is a natural number");
      const kept = of(account);
      if (kept.some((other) => isSameVersion(other, transaction))) return Promise.resolve();
      const after = kept.findIndex((other) => other.nonce > nonce);
      const place = after === -1 ? kept.length : after;
      accounts.set(account, kept.toSpliced(place, 0, transaction));
      return Promise.resolve();
    },
    settle: (account, nonce) => {
      const open = of(account).filter((transaction) => transaction.nonce > nonce);
      if (open.length > 0) accounts.set(account, open);
      else accounts.delete(account);
      return Promise.resolve();
    },
  };
}

/** Returns whether two entries of a journal are the same version of a transaction. */
function isSameVersion(one: JournaledTransaction, other: JournaledTransaction): boolean {
  return one.nonce === other.nonce && one.hash === other.hash && one.raw === other.raw;
}
