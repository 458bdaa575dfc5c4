/** The thread that renews a row of PostgreSQL until it is lost or released. */
import { parentPort, workerData } from "node:worker_threads";
import type { Client } from "pg";
import { assert, type RollupError } from "../util/errors.ts";
import { close, connect } from "./connection.ts";
import { leaseError } from "./errors.ts";
import { type Held, hold } from "./lease.ts";
import {
  type RenewalJob,
  type RenewalOrder,
  type RenewalReport,
  SharedMoments,
  type TakenRow,
} from "./renewal.ts";

const RENEW = `update rollup_leases
  set ends_at = clock_timestamp() + $2 * interval '1 millisecond'
  where resource = $1 and token = $3`;
const RELEASE = `update rollup_leases set ends_at = clock_timestamp() - interval '1 millisecond'
  where resource = $1 and token = $2`;

assert(parentPort !== null, "this module runs in a thread");
const port = parentPort;
const { url, name, resource, times, shared } = workerData as RenewalJob;
const moments = new SharedMoments(shared);
let client: Client | undefined;

async function query(text: string, values: unknown[]) {
  client ??= await connect(url, times);
  try {
    return await client.query(text, values);
  } catch (error) {
    // What a connection that has failed answers later is not to be mixed up.
    const failed = client;
    client = undefined;
    void close(failed);
    throw error;
  }
}

function renew({ fencingToken, acquiredAt }: TakenRow): Held {
  const held = hold({
    fencingToken,
    acquiredAt,
    times,
    onRenewed: (moment) => (moments.renewedAt = moment),
    renew: async () => {
      if (moments.isMainSilent) return "the main thread of its process does nothing any more";
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
  held.lost.addEventListener("abort", () => {
    report({ lost: String((held.lost.reason as RollupError).facts["reason"]) });
  });
  return held;
}

let held: Held | undefined;
const report = (message: RenewalReport) => port.postMessage(message);
port.on("message", (order: RenewalOrder) => {
  if (order === "release") void held?.release().then(() => report("released"));
  else held = renew(order);
});
// Without a connection the first renewal connects.
client = await connect(url, times).catch(() => undefined);
report("ready");
