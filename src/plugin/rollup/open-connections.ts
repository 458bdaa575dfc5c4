/** Open connections with a rollup. */
import type { NetworkConnection } from "hardhat/types/network";
import { settledWithin } from "../../util/deadline.ts";

/** Time limit of closing; work that still runs then has lost its L1 and threads, and ends. */
const CLOSING_MS_MAX = 10_000;

/** Weak references, so that a dropped connection is collected with its chain. */
const open = new Set<WeakRef<NetworkConnection>>();

export function noteOpenConnection(connection: NetworkConnection): void {
  open.add(new WeakRef(connection));
}

/** Closes all open connections, at the end of a test run. */
export async function closeOpenConnections(): Promise<void> {
  const connections = [...open].flatMap((reference) => reference.deref() ?? []);
  open.clear();
  const closing = connections.map((connection) => connection.close());
  await settledWithin(Promise.allSettled(closing), CLOSING_MS_MAX);
}
