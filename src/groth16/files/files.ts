/**
 * Files that other processes may read or make at the same time, on disks that may be full or
 * read-only.
 *
 * What is written appears under its name whole or not at all. Until then it has a temporary name
 * with its owner in it, so that what a killed process leaves behind can be told from what a
 * running one is at, and removed.
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

/** What the system says when a folder does not take a file, in words. */
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

/** A process on another machine, perhaps another container, can not be asked whether it lives. */
const FOREIGN_AGE_MS_MAX = 24 * 60 * 60 * 1000;
const HOST_TAG = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const TEMPORARY = /\.([0-9a-f]{8}-\d+)-[0-9a-f]{8}\.tmp$/;
/** This process, as it signs what it is writing. */
export const OWNER = `${HOST_TAG}-${process.pid}`;

/** A name beside `path` that no other process uses, and that says whose it is. */
export function temporaryPath(path: string): string {
  return `${path}.${OWNER}-${crypto.randomUUID().slice(0, 8)}.tmp`;
}

/**
 * Removes what killed processes have left in a folder under a {@link temporaryPath}. Other names
 * are left alone, and so is what belongs to a running process.
 *
 * @param prefix - Only names that start with it, in a folder that is not ours alone.
 */
export async function removeStaleTemporaries(folder: string, prefix = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    const path = join(folder, name);
    // Somebody else may remove it first, and a read-only folder keeps it: it is only litter.
    if (await isStale(path))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Lets `use` work in a folder of the system's that only this user can read and that is gone
 * afterwards. What killed runs have left for the same purpose goes too: there may be secrets in it.
 *
 * @param purpose - In the folder's name, such as `prover`.
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
 * Whether nobody will come back to what an {@link OWNER} was writing.
 *
 * @param mtimeMs - When it was last written to.
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
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Runs what writes to a folder, and names the folder if it can not be written to.
 *
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writingTo<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const problem = code === undefined ? undefined : UNWRITABLE[code];
    // A failed read from elsewhere is another matter.
    const isElsewhere = path !== undefined && !`${path}${sep}`.startsWith(`${folder}${sep}`);
    if (problem === undefined || isElsewhere) throw error;
    throw groth16Error({ code: "FOLDER_NOT_WRITABLE", folder, problem }, { cause: error });
  }
}

/**
 * What {@link writingTo} would have thrown, for the error of code that does not use it; any other
 * error is returned as it is.
 */
export async function nameUnwritable(error: unknown): Promise<unknown> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code = "", path } = cause as NodeJS.ErrnoException;
    const problem = UNWRITABLE[code];
    if (problem === undefined || path === undefined) continue;
    const folder = dirname(path);
    // A file that this user may not read is another matter.
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

/** Makes a folder, and those above it. @throws FOLDER_NOT_WRITABLE */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    // The system may name the part of the path that it could not make.
    const { code } = error as NodeJS.ErrnoException;
    const problem = UNWRITABLE[code ?? ""] ?? `the system says ${code ?? String(error)}`;
    throw groth16Error({ code: "FOLDER_NOT_WRITABLE", folder, problem }, { cause: error });
  }
}

/**
 * Writes `chunks` so that `path` is seen whole or not at all, also by other processes.
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
 * Writes a generated file, unless it says the same already: its time then means something, and a
 * read-only folder in which nothing has to change is no obstacle.
 *
 * @throws FOLDER_NOT_WRITABLE
 */
export async function writeIfChanged(file: string, text: string): Promise<void> {
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== text) await writeFileAtomically(file, [text]);
}

/** Runs what writes to a mere cache: a folder that can not be written to stops nothing. */
export async function writingToCache(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isRollupError(error) || error.code !== "FOLDER_NOT_WRITABLE") throw error;
  }
}
