/**
 * A lease on one machine: the lock of a file, which SQLite takes and the system releases when the
 * process ends, however it ends. So nothing is stale after a kill, and a number of a process that
 * is used again does no harm.
 *
 * The lock holds among the processes of one machine. Whether it holds between two machines on one
 * network drive depends on the drive; so the holder writes its host and a counter beside the lock,
 * and one that gets the lock refuses it while another host counts.
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
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

export interface FileLeaseOptions {
  /** The file of the lock; a second one with the name of the holder is beside it. */
  readonly path: string;
  /** Name of this host. Default: the system's. */
  readonly host?: string;
  /** Default: {@link LEASE_TIMES}. The lock itself does not end, until its process does. */
  readonly times?: LeaseTimes;
}

/** What the holder writes beside the lock. */
interface Note extends Holder {
  /** Grows with each renewal. */
  readonly count: number;
}

/** Takes the lock and keeps it, also after the transaction. */
const LOCK = `pragma locking_mode = exclusive;
  begin exclusive;
  create table if not exists lease (id integer primary key check (id = 0), token integer not null);
  insert into lease values (0, 1) on conflict do update set token = token + 1;
  commit;`;
const TOKEN = "select token from lease";
/** SQLite's code for a lock that somebody else has. */
const BUSY = 5;

/** Creates the lease of a file; nothing is written yet. */
export function createFileLease({
  path,
  host = hostname(),
  times = LEASE_TIMES,
}: FileLeaseOptions): Lease {
  const acquire = async ({ signal, onWaiting }: WaitOptions = {}) => {
    let waitedFor = "";
    await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      try {
        const result = await tryOnce({ path, host, times });
        if (result !== undefined) return result;
        const { host: by, pid } = (await readNote(path)) ?? { host, pid: 0 };
        if (waitedFor !== `${by} ${pid}`) onWaiting?.({ host: by, pid });
        waitedFor = `${by} ${pid}`;
      } catch (error) {
        if (isRollupError(error)) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        const facts = { code: "LEASE_UNREACHABLE" as const, lease: path, reason };
        if (attempt === 0) throw leaseError(facts, { cause: error });
      }
      await sleep(times.pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  };
  return { name: path, acquire };
}

type Attempt = Required<FileLeaseOptions>;

/** Takes the lock, or returns undefined if another process has it. */
async function tryOnce({ path, host, times }: Attempt): Promise<Held | undefined> {
  const { DatabaseSync: Database } = await import("node:sqlite");
  const database = new Database(path);
  try {
    database.exec(LOCK);
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw error;
  }
  try {
    await assertNoOtherHost(path, host, times);
    return await holdFile(database, { path, host, times });
  } catch (error) {
    database.close();
    throw error;
  }
}

async function holdFile(database: DatabaseSync, { path, host, times }: Attempt): Promise<Held> {
  const { token } = database.prepare(TOKEN).get() as { token: number };
  const locked = await stat(path);
  let count = 0;
  const note = () => writeNote(path, { host, pid: process.pid, count: ++count });
  await note();
  return hold({
    acquiredAt: now(),
    fencingToken: token,
    // The lock does not end by itself.
    times: { ...times, ttlMs: Infinity },
    renew: async () => {
      // Another process can lock a new file of the same name.
      const present = await stat(path).catch(() => undefined);
      if (present?.ino !== locked.ino) return "its file has been removed or replaced";
      // A full disk is no reason to stop: the lock holds.
      await note().catch(() => undefined);
      return undefined;
    },
    end: async (isHeld) => {
      if (isHeld) await rm(notePath(path), { force: true }).catch(() => undefined);
      database.close();
    },
    toLoss: (reason) => leaseError({ code: "LEASE_LOST", lease: path, reason }),
  });
}

/** @throws LEASE_ON_OTHER_HOST */
async function assertNoOtherHost(path: string, host: string, { ttlMs }: LeaseTimes): Promise<void> {
  const before = await readNote(path);
  if (before === undefined || before.host === host) return;
  // It may be what a container of another name has left. A leader there counts on.
  await sleep(ttlMs);
  const after = await readNote(path);
  if (after === undefined || after.count === before.count) return;
  const { pid } = after;
  throw leaseError({ code: "LEASE_ON_OTHER_HOST", lease: path, host: after.host, pid });
}

function notePath(path: string): string {
  return `${path}.json`;
}

/** Undefined if there is none, or one that cannot be read. */
async function readNote(path: string): Promise<Note | undefined> {
  try {
    const { host, pid, count } = JSON.parse(await readFile(notePath(path), "utf8")) as Record<
      keyof Note,
      unknown
    >;
    return { host: String(host), pid: Number(pid), count: Number(count) };
  } catch {
    return undefined;
  }
}

/** Replaces the note as a whole, so that nobody reads half of one. */
async function writeNote(path: string, note: Note): Promise<void> {
  const temporary = `${notePath(path)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(note));
  await rename(temporary, notePath(path));
}
