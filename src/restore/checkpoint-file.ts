/** Keeps a checkpoint in a file that is whole at any moment, whenever the process is killed. */
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

export interface CheckpointStore {
  /** Undefined if nothing was ever saved. */
  load(): Promise<string | undefined>;
  /** Replaces what was saved before, as a whole or not at all. */
  save(text: string): Promise<void>;
}

export function createCheckpointFile(file: string): CheckpointStore {
  const temporary = `${file}.tmp`;
  return {
    load: async () => {
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    save: async (text) => {
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(temporary, "w");
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    },
  };
}
