/** L1 accounts of this process, each with one queue for all senders. */
import type { Provider } from "ethers";
import { SerialQueue } from "../util/serial-queue.ts";
import { createMemoryJournal, type L1Journal } from "./journal.ts";

/** The state that all senders of an account share. */
export interface SendingAccount {
  /** Checksummed. */
  readonly address: string;
  /** Serializes the choice of nonces. */
  readonly queue: SerialQueue;
  /** Transactions that have left the queue and are not mined. */
  readonly open: Set<Promise<unknown>>;
  /** Written before anything is sent alone; of this process, unless a sender brings another. */
  journal: L1Journal;
  /** Whether everything is sent alone and written down, because a sender has brought a journal. */
  isExclusive: boolean;
  /** Whether everything that an earlier process has left in the journal is settled. */
  isResumed: boolean;
  /** Signed transactions, 0x-hex, of which it is certain that no node has accepted them. */
  readonly refused: Set<string>;
}

const accounts = new WeakMap<Provider, Map<string, SendingAccount>>();

/** Returns the account of an address on a provider's chain; all callers get the same object. */
export function sendingAccount(
  provider: Provider,
  address: string,
  journal?: L1Journal,
): SendingAccount {
  const known = accounts.get(provider) ?? new Map<string, SendingAccount>();
  accounts.set(provider, known);
  const account = known.get(address) ?? createAccount(address);
  known.set(address, account);
  if (journal !== undefined && account.journal !== journal) {
    account.journal = journal;
    account.isExclusive = true;
    account.isResumed = false;
  }
  return account;
}

function createAccount(address: string): SendingAccount {
  return {
    address,
    queue: new SerialQueue(),
    open: new Set(),
    journal: createMemoryJournal(),
    isExclusive: false,
    isResumed: true,
    refused: new Set(),
  };
}
