/** L1 accounts of this process, each with one queue for all senders. */
import type { Provider } from "ethers";
import { SerialQueue } from "../util/serial-queue.ts";
import type { Fees } from "./fees.ts";

/** The state that all senders of an account share. */
export interface SendingAccount {
  /** Serializes the choice of nonces. */
  readonly queue: SerialQueue;
  /** Transactions that have left the queue and are not mined. */
  readonly open: Set<Promise<unknown>>;
  /** An abandoned transaction, perhaps still in the mempool; the next one takes its nonce. */
  abandoned?: { readonly nonce: number; readonly fees: Fees };
}

const accounts = new WeakMap<Provider, Map<string, SendingAccount>>();

/** Returns the account of an address on a provider's chain; all callers get the same object. */
export function sendingAccount(provider: Provider, address: string): SendingAccount {
  const known = accounts.get(provider) ?? new Map<string, SendingAccount>();
  accounts.set(provider, known);
  const account = known.get(address) ?? { queue: new SerialQueue(), open: new Set() };
  known.set(address, account);
  return account;
}
