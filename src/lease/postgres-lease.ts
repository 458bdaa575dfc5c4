/**
 * A lease in PostgreSQL: a row with the time at which it ends, by the clock of the server.
 *
 * An advisory lock would end with its connection, and the server learns of the end of a connection
 * over a network that is cut only minutes later. A row ends by itself, and its holder knows when.
 */
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { isRollupError } from "../util/errors.ts";
import { leaseError } from "./errors.ts";
import {
  type Held,
  hold,
  type Holder,
  type Lease,
  LEASE_TIMES,
  type LeaseTimes,
  now,
  type WaitOptions,
} from "./lease.ts";

export interface PostgresLeaseOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Whose leader it is; leases of other names are independent. */
  readonly resource: string;
  /** Default: {@link LEASE_TIMES}. */
  readonly times?: LeaseTimes;
}

const CREATE = `create table if not exists rollup_leases (
  resource text primary key,
  token bigint not null,
  host text not null,
  pid integer not null,
  ends_at timestamptz not null
)`;
/** Takes a lease that nobody has. A row that somebody else writes is waited for, and read again. */
const TAKE = `insert into rollup_leases as lease (resource, token, host, pid, ends_at)
  values ($1, 1, $3, $4, clock_timestamp() + $2 * interval '1 millisecond')
  on conflict (resource) do update
    set token = lease.token + 1, host = $3, pid = $4, ends_at = excluded.ends_at
    where lease.ends_at < clock_timestamp()
  returning token`;
const RENEW = `update rollup_leases
  set ends_at = clock_timestamp() + $2 * interval '1 millisecond'
  where resource = $1 and token = $3`;
const RELEASE = `update rollup_leases set ends_at = clock_timestamp() - interval '1 millisecond'
  where resource = $1 and token = $2`;
const FIND = "select host, pid from rollup_leases where resource = $1";
/** Somebody else creates the same table at the same time. */
const RACE_CODES = ["23505", "42P07"];
const RACES_MAX = 5;

/** Creates the lease of a resource; nothing is asked yet. */
export function createPostgresLease({
  url,
  resource,
  times = LEASE_TIMES,
}: PostgresLeaseOptions): Lease {
  const name = describeUrl(url);
  const unreachable = (error: unknown) => {
    if (isRollupError(error)) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return leaseError({ code: "LEASE_UNREACHABLE", lease: name, reason }, { cause: error });
  };
  const acquire = async ({ signal, onWaiting }: WaitOptions = {}) => {
    let waitedFor = "";
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      try {
        const result = await tryOnce({ url, name, resource, times });
        if ("fencingToken" in result) return result;
        const { host, pid } = result;
        if (waitedFor !== `${host} ${pid}`) onWaiting?.({ host, pid });
        waitedFor = `${host} ${pid}`;
      } catch (error) {
        if (attempt === 0 || isRollupError(error)) throw unreachable(error);
      }
      await sleep(times.pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  };
  return { name, acquire };
}

interface Attempt {
  readonly url: string;
  readonly name: string;
  readonly resource: string;
  readonly times: LeaseTimes;
}

/** Takes the lease, or returns who has it. */
async function tryOnce({ url, name, resource, times }: Attempt): Promise<Held | Holder> {
  const acquiredAt = now();
  const client = await connect(url, times);
  try {
    await createTable(client);
    const values = [resource, times.ttlMs, hostname(), process.pid];
    const { rows } = await client.query<{ token: string }>(TAKE, values);
    const [taken] = rows;
    if (taken === undefined) {
      const { rows: holders } = await client.query<Holder>(FIND, [resource]);
      await close(client);
      return holders[0] ?? { host: "unknown", pid: 0 };
    }
    const fencingToken = Number(taken.token);
    return holdRow(client, { url, name, resource, times }, { fencingToken, acquiredAt });
  } catch (error) {
    await close(client);
    throw error;
  }
}

function holdRow(
  first: Client,
  { url, name, resource, times }: Attempt,
  taken: Pick<Held, "fencingToken"> & { readonly acquiredAt: ReturnType<typeof now> },
): Held {
  const { fencingToken } = taken;
  let client: Client | undefined = first;
  const query = async (text: string, values: readonly unknown[]) => {
    client ??= await connect(url, times);
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      // What a connection that has failed answers later is not to be mixed up.
      const failed = client;
      client = undefined;
      void close(failed);
      throw error;
    }
  };
  return hold({
    ...taken,
    times,
    renew: async () => {
      const { rowCount } = await query(RENEW, [resource, times.ttlMs, fencingToken]);
      return rowCount === 1 ? undefined : "another process has taken it";
    },
    end: async (isHeld) => {
      // A lease that cannot be released ends by itself.
      if (isHeld) await query(RELEASE, [resource, fencingToken]).catch(() => undefined);
      if (client !== undefined) await close(client);
    },
    toLoss: (reason) => leaseError({ code: "LEASE_LOST", lease: name, reason }),
  });
}

/** @throws LEASE_DRIVER_MISSING, and errors of the connection */
async function connect(url: string, { pollMs }: LeaseTimes): Promise<Client> {
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
async function close(client: Client): Promise<void> {
  const ended = client.end().catch(() => undefined);
  await Promise.race([ended, sleep(CLOSE_MS_MAX, undefined, { ref: false })]);
}

const CLOSE_MS_MAX = 500;

async function createTable(client: Client): Promise<void> {
  for (let races = 0; ; races++) {
    try {
      await client.query(CREATE);
      return;
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (!RACE_CODES.includes(code) || races >= RACES_MAX) throw error;
    }
  }
}

/** A URL without its password and options. */
function describeUrl(text: string): string {
  try {
    const url = new URL(text);
    url.password = "";
    url.search = "";
    return url.href;
  } catch {
    return "in PostgreSQL";
  }
}
