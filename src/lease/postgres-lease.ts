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
import { close, connect } from "./connection.ts";
import { leaseError } from "./errors.ts";
import {
  type Holder,
  type Lease,
  LEASE_TIMES,
  type LeaseTimes,
  now,
  type WaitOptions,
} from "./lease.ts";
import { RenewalThread, type TakenRow } from "./renewal.ts";

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
  const waitFor = async (thread: RenewalThread, { signal, onWaiting }: WaitOptions) => {
    let waitedFor = "";
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      try {
        const result = await tryOnce({ url, resource, times });
        if ("fencingToken" in result) return thread.hold(result);
        const { host, pid } = result;
        if (waitedFor !== `${host} ${pid}`) onWaiting?.({ host, pid });
        waitedFor = `${host} ${pid}`;
      } catch (error) {
        if (attempt === 0 || isRollupError(error)) throw unreachable(error);
      }
      await sleep(times.pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  };
  const acquire = async (options: WaitOptions = {}) => {
    options.signal?.throwIfAborted();
    const thread = await RenewalThread.start({ url, name, resource, times });
    try {
      return await waitFor(thread, options);
    } catch (error) {
      await thread.close();
      throw error;
    }
  };
  return { name, acquire };
}

/** Takes the lease, or returns who has it. */
async function tryOnce({
  url,
  resource,
  times,
}: Required<PostgresLeaseOptions>): Promise<TakenRow | Holder> {
  const acquiredAt = now();
  const client = await connect(url, times);
  try {
    await createTable(client);
    const values = [resource, times.ttlMs, hostname(), process.pid];
    const { rows } = await client.query<{ token: string }>(TAKE, values);
    const [taken] = rows;
    if (taken !== undefined) return { fencingToken: Number(taken.token), acquiredAt };
    const { rows: holders } = await client.query<Holder>(FIND, [resource]);
    return holders[0] ?? { host: "unknown", pid: 0 };
  } finally {
    void close(client);
  }
}

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
