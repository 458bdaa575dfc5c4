/** Lets processes that write the same folders take turns. */
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isOwnerGone, OWNER, makeFolder } from "./files.ts";

const POLL_MS = 100;
/** Longer than any build of which another would not want to be told. */
const WAIT_MS_MAX = 60 * 60 * 1000;

/** Locks that this process holds: work inside of other work does not wait for itself. */
const held = new Set<string>();

/**
 * Runs `work` while no other process runs any with the same lock. What a killed process has locked
 * is free, and where no lock can be written, as in a read-only folder, there is none.
 *
 * @param lock - Path of the file that is there for so long.
 * @param waiting - Wraps the time of waiting, to show it.
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
  try {
    return await work();
  } finally {
    held.delete(lock);
    if (state === "mine") await rm(lock, { force: true }).catch(() => undefined);
  }
}

async function tryLock(lock: string): Promise<"mine" | "taken" | "impossible"> {
  try {
    await makeFolder(dirname(lock));
    await writeFile(lock, OWNER, { flag: "wx" });
    return "mine";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") return "impossible";
  }
  const owner = await readFile(lock, "utf8").catch(() => "");
  const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
  if (isOwnerGone(owner, mtimeMs)) await rm(lock, { force: true }).catch(() => undefined);
  return "taken";
}
