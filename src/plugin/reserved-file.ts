/** Reserves a file before a command does anything irreversible. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pluginError } from "./errors.ts";

/** A reserved file, which is writable. */
export interface ReservedFile {
  readonly path: string;
  /** Writes the file atomically. @throws OUTPUT_NOT_WRITABLE */
  write(text: string): Promise<void>;
  /** Removes the draft; an existing file stays. */
  release(): Promise<void>;
}

/**
 * Ensures that a file can be written by opening a draft beside it.
 *
 * @param overwrite - `refuse`: an existing file is an error.
 * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function reserveFile(
  path: string,
  overwrite: "refuse" | "force",
): Promise<ReservedFile> {
  if (existsSync(path)) {
    const reason = "it is no file";
    if (!statSync(path).isFile())
      throw pluginError({ code: "OUTPUT_NOT_WRITABLE", file: path, reason });
    if (overwrite === "refuse") throw pluginError({ code: "OUTPUT_EXISTS", file: path });
  }
  const draft = `${path}.${process.pid}.part`;
  const writable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw pluginError({ code: "OUTPUT_NOT_WRITABLE", file: path, reason }, { cause });
    }
  };
  const handle = await writable(async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(draft, "w");
  });
  return {
    path,
    write: (text) =>
      writable(async () => {
        await handle.writeFile(text);
        await rename(draft, path);
      }),
    release: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}
