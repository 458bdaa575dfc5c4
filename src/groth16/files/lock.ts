/** Lets processes that write the same folders take turns. */
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isOwnerGone, OWNER, makeFolder } from "./files.ts";

const POLL_MS = 100;
/** Interval at which the holder of a lock touches it. */
const TOUCH_MS = 2_000;
/**
 * Age since the last touch at which a lock is free: its process was killed in another container, or
 * its process id was reused, or it could not write its name on a full disk.
 */
const SILENT_MS_MAX = 5 * 60 * 1000;
/** Maximum wait for a lock, longer than any build; then `work` runs without it. */
const WAIT_MS_MAX = 60 * 60 * 1000;

/** Locks that this process holds, so that nested work does not wait for itself. */
const held = new Set<string>();

/**
 * Runs `work` while no other process runs work with the same lock. The lock of a killed process is
 * free. In a read-only folder no lock can be written, and `work` runs without one.
 *
 * @param lock - Path of the lock file, which exists while `work` runs.
 * @param waiting - Wraps the wait for the lock, to show it.
 */
export async function withLock<T>(
  lock: string,
  waiting: (wait: () => Promise<void>) => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  if (held.has(lock)) return work();
  held.add(lock);
  let state = await tryLock(lock);
  if (state === "taken") {
    await waiting(async () => {
      const start = performance.now();
      while (state === "taken" && performance.now() - start < WAIT_MS_MAX) {
        await sleep(POLL_MS);
        state = await tryLock(lock);
      }
    });
  }
  const isMine = state === "mine";
  const touching = isMine ? setInterval(() => void touch(lock), TOUCH_MS).unref() : undefined;
  try {
    return await work();
  } finally {
    clearInterval(touching);
    held.delete(lock);
    if (isMine) await rm(lock, { force: true }).catch(() => undefined);
  }
}

async function tryLock(lock: string): Promise<"mine" | "taken" | "impossible"> {
  try {
    await makeFolder(dirname(lock));
    await writeFile(lock, OWNER, { flag: "wx" });
    return "mine";
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === "write") await rm(lock, { force: true }).catch(() => undefined);
    if (code !== "EEXIST") return "impossible";
  }
  const owner = await readFile(lock, "utf8").catch(() => "");
  const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
  const isGone = isOwnerGone(owner, mtimeMs) || Date.now() - mtimeMs > SILENT_MS_MAX;
  if (isGone) await rm(lock, { force: true }).catch(() => undefined);
  return "taken";
}

function touch(lock: string): Promise<void> {
  const now = new Date();
  return utimes(lock, now, now).catch(() => undefined);
}
