/** Accounts on L1 that this process sends from: who sends first comes first. */
import type { Provider } from "ethers";
import { SerialQueue } from "../util/serial-queue.ts";
import type { Fees } from "./fees.ts";

/** What all who send from an account have to agree on. */
export interface SendingAccount {
  /** Who is in it chooses a nonce. */
  readonly queue: SerialQueue;
  /** Transactions that have left the queue, and wait to be mined. */
  readonly open: Set<Promise<unknown>>;
  /** One that was given up and may still wait at the node: what is sent next takes its place. */
  abandoned?: { readonly nonce: number; readonly fees: Fees };
}

const accounts = new WeakMap<Provider, Map<string, SendingAccount>>();

/** The account of an address on the chain behind a provider: the same for all who ask. */
export function sendingAccount(provider: Provider, address: string): SendingAccount {
  const known = accounts.get(provider) ?? new Map<string, SendingAccount>();
  accounts.set(provider, known);
  const account = known.get(address) ?? { queue: new SerialQueue(), open: new Set() };
  known.set(address, account);
  return account;
}
