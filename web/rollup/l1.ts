/** L1 as the pages reach it: their own node, or what the rollup's node passes on. */
import type { RollupClient } from "../../src/l1/client.ts";
import { openOnce } from "../../src/util/once.ts";
import type { Connection } from "./connection.tsx";

const clients = new WeakMap<Connection, () => Promise<RollupClient>>();

/**
 * Opens a client of the contract, which only reads. Its code is loaded at the first use.
 *
 * @throws L1_CHAIN_MISMATCH, L1_REQUEST_FAILED
 */
export function openL1Client(connection: Connection): Promise<RollupClient> {
  let open = clients.get(connection);
  if (open === undefined) {
    open = openOnce(() => connectClient(connection));
    clients.set(connection, open);
  }
  return open();
}

async function connectClient({ rollup }: Connection): Promise<RollupClient> {
  const [{ connectRollup }, l1] = await Promise.all([
    import("../../src/l1/client.ts"),
    rollup.getL1(),
  ]);
  return connectRollup({ rollupAddress: rollup.rollupAddress }, l1);
}

/**
 * Address of a page about something on L1.
 *
 * @returns Undefined if the configuration names no explorer.
 */
export function l1Link(
  { config }: Connection,
  kind: "tx" | "address" | "block",
  value: string | number,
): string | undefined {
  const { l1Explorer } = config;
  return l1Explorer === undefined ? undefined : `${l1Explorer.replace(/\/$/, "")}/${kind}/${value}`;
}
