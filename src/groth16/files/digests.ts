/**
 * Detects files that have changed since they were written: a list beside them has their SHA-256, in
 * the format of `sha256sum`.
 *
 * Reading all of a large key takes seconds, so comments of the list also have the inodes of the
 * files and the times of their last change (ctime). Every write, truncation, copy or rename sets
 * ctime to the present, and no program can set it to another time as it can mtime. A file with the
 * inode and ctime of the list is not read again; after a move to another disk or a restored backup
 * every file is read once.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeFileAtomically, writingToCache } from "./files.ts";

interface Digest {
  readonly name: string;
  readonly sha256: string;
  /** Inode and ctime of the file with this digest; empty if they are too recent to be trusted. */
  readonly inode: string;
}

/** Two changes within this time may get the same ctime, because the system's clock has steps. */
const CLOCK_STEP_MS = 100;

/** SHA-256 of a file of any size, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Returns the path of a single file's digest. */
export function digestPath(path: string): string {
  return `${path}.sha256`;
}

/**
 * Records the digests of files.
 *
 * @param list - Beside the files, or {@link digestPath} of a single one.
 * @throws FOLDER_NOT_WRITABLE
 */
export async function recordDigests(list: string, files: readonly string[]): Promise<void> {
  const digests: Digest[] = [];
  for (const file of files) digests.push(await digestOf(file));
  await writeList(list, digests);
}

/**
 * Returns whether all files exist and are unchanged since their digests were recorded. A file
 * without a digest is unfinished, so the answer is no.
 */
export async function areIntact(list: string, files: readonly string[]): Promise<boolean> {
  try {
    const recorded = parseList(await readFile(list, "utf8"));
    const current: Digest[] = [];
    for (const file of files) {
      const known = recorded.get(basename(file));
      if (known === undefined) return false;
      const isUnchanged = known.inode !== "" && known.inode === (await describeInode(file));
      const digest = isUnchanged ? known : await digestOf(file);
      if (digest.sha256 !== known.sha256) return false;
      current.push(digest);
    }
    const isNews = current.some(({ name, inode }) => recorded.get(name)?.inode !== inode);
    // The list only saves time: without it all files are read again.
    if (isNews) await writingToCache(() => writeList(list, current));
    return true;
  } catch {
    return false; // missing or unreadable
  }
}

async function digestOf(file: string): Promise<Digest> {
  // Taken before the file is read, so that a change during the read is detected.
  const inode = await describeInode(file);
  return { name: basename(file), sha256: await hashFile(file), inode };
}

async function describeInode(file: string): Promise<string> {
  const { dev, ino, size, ctimeNs, ctimeMs } = await stat(file, { bigint: true });
  const isSettled = BigInt(Date.now()) - ctimeMs > CLOCK_STEP_MS;
  return isSettled ? [dev, ino, size, ctimeNs].join(":") : "";
}

async function writeList(list: string, digests: readonly Digest[]): Promise<void> {
  const lines = digests.map(({ name, sha256 }) => `${sha256}  ${name}\n`);
  const comments = digests.map(({ name, inode }) => `# inode ${inode}  ${name}\n`);
  await writeFileAtomically(list, [[...lines, ...comments].join("")]);
}

/** Digests by file name. */
function parseList(text: string): Map<string, Digest> {
  const inodes = new Map(
    [...text.matchAll(/^# inode ([\d:]*) {2}(.+)$/gm)].map(([, inode, name]) => [name!, inode!]),
  );
  const digests = [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map(
    ([, sha256, name]): Digest => ({
      name: name!,
      sha256: sha256!,
      inode: inodes.get(name!) ?? "",
    }),
  );
  return new Map(digests.map((digest) => [digest.name, digest]));
}
