/**
 * Writes files that other processes may read or write at the same time, on disks that may be full
 * or read-only.
 *
 * A file appears under its name whole or not at all. Until then it has a temporary name that
 * contains its owner, so that leftovers of killed processes are recognized and removed.
 */
import { createHash } from "node:crypto";
import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { groth16Error } from "../errors.ts";
import { isRollupError } from "../../util/errors.ts";

/** Reasons why a folder is not writable, by the system's error code. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the system allows",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file has the name of the folder",
};

/** Age at which a file of another machine or container is stale: its process cannot be checked. */
const FOREIGN_AGE_MS_MAX = 24 * 60 * 60 * 1000;
const HOST_TAG = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const TEMPORARY = /\.([0-9a-f]{8}-\d+)-[0-9a-f]{8}\.tmp$/;
/** This process, as the owner in temporary names. */
export const OWNER = `${HOST_TAG}-${process.pid}`;

/** Returns a name beside `path` that no other process uses and that contains the owner. */
export function temporaryPath(path: string): string {
  return `${path}.${OWNER}-${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/**
 * Removes files of killed processes under a {@link temporaryPath} in a folder. Other names and the
 * files of running processes stay.
 *
 * @param prefix - Only names that start with it, in a folder that is not ours alone.
 */
export async function removeStaleTemporaries(folder: string, prefix = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    const path = join(folder, name);
    // Another process may remove it first, and a read-only folder keeps it, which is harmless.
    if (await isStale(path))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Lets `use` work in a temporary folder that only this user can read, and removes it afterwards.
 * Folders that killed runs have left for the same purpose are removed too: they may hold secrets.
 *
 * @param purpose - Part of the folder's name, such as `prover`.
 */
export async function withTemporaryFolder<T>(
  purpose: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const prefix = `hardhat-zkrollup-${purpose}.`;
  await removeStaleTemporaries(tmpdir(), prefix);
  const folder = temporaryPath(join(tmpdir(), prefix.slice(0, -1)));
  await writingTo(tmpdir(), () => mkdir(folder, { mode: 0o700 }));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isStale(path: string): Promise<boolean> {
  const owner = TEMPORARY.exec(path)?.[1];
  if (owner === undefined) return false;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
  return isOwnerGone(owner, mtimeMs);
}

/**
 * Returns whether an {@link OWNER} has died, so that its file stays unfinished.
 *
 * @param mtimeMs - Time of the last write.
 */
export function isOwnerGone(owner: string, mtimeMs: number): boolean {
  const [host, pid] = owner.split("-");
  if (host === HOST_TAG && !isRunning(Number(pid))) return true;
  return Date.now() - mtimeMs > FOREIGN_AGE_MS_MAX;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process refuses the signal, but it exists.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Runs `write`, and names the folder in the error if the folder is not writable.
 *
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writingTo<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? undefined : UNWRITABLE[code];
    // A failed read of another file is not about this folder.
    const isElsewhere = path !== undefined && !`${path}${sep}`.startsWith(`${folder}${sep}`);
    if (problem === undefined || isElsewhere) throw error;
    throw groth16Error({ code: "FOLDER_NOT_WRITABLE", folder, problem }, { cause: error });
  }
}

/**
 * Converts an error to the one that {@link writingTo} throws, for code that does not use it; any
 * other error is returned unchanged.
 */
export async function nameUnwritable(error: unknown): Promise<unknown> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code = "", path } = cause as NodeJS.ErrnoException;
    const problem = UNWRITABLE[code];
    if (problem === undefined || path === undefined) continue;
    const folder = dirname(path);
    // A file that this user may not read is not about this folder.
    const isRefused = /^E(?:ACCES|PERM)$/.test(code)
      ? await access(folder, constants.W_OK).then(
          () => false,
          () => true,
        )
      : true;
    if (isRefused) {
      return groth16Error({ code: "FOLDER_NOT_WRITABLE", folder, problem }, { cause: error });
    }
  }
  return error;
}

/** Creates a folder and its parents. @throws FOLDER_NOT_WRITABLE */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // The system may name the part of the path that it could not create.
    const { code } = error as NodeJS.ErrnoException;
    const problem = UNWRITABLE[code ?? ""] ?? `the system says ${code ?? String(error)}`;
    throw groth16Error({ code: "FOLDER_NOT_WRITABLE", folder, problem }, { cause: error });
  }
}

/**
 * Writes `chunks` to `path` atomically: every process sees the whole file or none.
 *
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeFileAtomically(
  path: string,
  chunks: readonly (Uint8Array | string)[],
): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  await writingTo(folder, async () => {
    const temporary = temporaryPath(path);
    const file = await open(temporary, "wx");
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.close();
      await rename(temporary, path);
    } catch (error) {
      await file.close();
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

/**
 * Writes a generated file, unless it has the same text already. So its time shows real changes, and
 * a read-only folder without changes causes no error.
 *
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeIfChanged(file: string, text: string): Promise<void> {
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== text) await writeFileAtomically(file, [text]);
}

/** Runs a write to a cache, and ignores a folder that is not writable. */
export async function writingToCache(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isRollupError(error) || error.code !== "FOLDER_NOT_WRITABLE") throw error;
  }
}
