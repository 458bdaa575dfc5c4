/** Keeps a checkpoint in a file that is whole at any moment, whenever the process is killed. */
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Keeps the checkpoint of a restore. */
export interface CheckpointStore {
  /** Where it is, for messages. */
  readonly file: string;
  /** Returns what was saved last; undefined if nothing was ever saved. */
  load(): Promise<string | undefined>;
  /**
   * Replaces what was saved before, as a whole or not at all.
   *
   * @param text - The new checkpoint, megabytes for a large rollup.
   */
  save(text: string): Promise<void>;
  /** Moves what was saved out of the way, but keeps it. */
  setAside(): Promise<void>;
}

/** Makes names of temporary files differ within a process. */
let saves = 0;

/**
 * Creates a store that keeps a checkpoint in a file.
 *
 * @param file - Path of the file; it and its folder are created by the first `save`.
 * @returns The store. Its methods throw the errors of the file system.
 *
 * @example
 * const store = createCheckpointFile(`${folder}/checkpoint.json`);
 * await store.load(); // undefined
 * await restoreRollup(createRestoreSource(client), { store });
 * (await store.load()).length > 0; // true
 */
export function createCheckpointFile(file: string): CheckpointStore {
  let isTidied = false;
  return {
    file,
    load: async () => {
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    save: async (text) => {
      await mkdir(dirname(file), { recursive: true });
      if (!isTidied) await removeLeftovers(file);
      isTidied = true;
      const temporary = `${file}.${process.pid}-${saves++}.tmp`;
      try {
        await writeDurably(temporary, text);
        await rename(temporary, file);
      } catch (error) {
        // What there is of it takes room, which may be what was lacking.
        await rm(temporary, { force: true }).catch(() => undefined);
        throw error;
      }
    },
    setAside: () => rename(file, `${file}.damaged`),
  };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the temporary files of processes that were killed while they wrote. */
async function removeLeftovers(file: string): Promise<void> {
  const start = `${basename(file)}.`;
  const names = (await readdir(dirname(file))).filter(
    (name) => name.startsWith(start) && name.endsWith(".tmp"),
  );
  const leftovers = names.filter((name) => !isRunning(Number.parseInt(name.slice(start.length))));
  await Promise.all(leftovers.map((name) => rm(join(dirname(file), name), { force: true })));
}

function isRunning(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
