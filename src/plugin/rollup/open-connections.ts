/** The connections with a rollup that nobody has closed. */
import type { NetworkConnection } from "hardhat/types/network";
import { settledWithin } from "./keep-alive.ts";

/** What still runs then has lost its L1 and its threads, and ends by itself. */
const CLOSING_MS_MAX = 10_000;

/** Weak, so that a connection that a test has dropped is collected with its chain. */
const open = new Set<WeakRef<NetworkConnection>>();

export function noteOpenConnection(connection: NetworkConnection): void {
  open.add(new WeakRef(connection));
}

/** Closes all of them, for the end of a test run; those closed already stay as they are. */
export async function closeOpenConnections(): Promise<void> {
  const connections = [...open].flatMap((reference) => reference.deref() ?? []);
  open.clear();
  const closing = connections.map((connection) => connection.close());
  await settledWithin(Promise.allSettled(closing), CLOSING_MS_MAX);
}
