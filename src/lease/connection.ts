/** Connections of a lease, of which none waits longer than a standby does. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { leaseError } from "./errors.ts";
import type { LeaseTimes } from "./lease.ts";

/** @throws LEASE_DRIVER_MISSING, and errors of the connection */
export async function connect(url: string, { pollMs }: LeaseTimes): Promise<Client> {
  const { default: pg } = await import("pg").catch((cause: unknown) => {
    throw leaseError({ code: "LEASE_DRIVER_MISSING", package: "pg" }, { cause });
  });
  const client = new pg.Client({
    connectionString: url,
    application_name: "hardhat-zkrollup lease",
    connectionTimeoutMillis: pollMs,
    query_timeout: pollMs,
    // The server gives up no later than this side, so that nothing takes effect unexpectedly late.
    statement_timeout: pollMs,
  });
  // What the connection suffers while it is idle is found by the next statement.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Ends a connection, also one whose server does not answer. */
export async function close(client: Client): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, sleep(CLOSE_MS_MAX, undefined, { ref: false })]);
}

const CLOSE_MS_MAX = 500;
