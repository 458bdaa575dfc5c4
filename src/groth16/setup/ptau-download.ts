/**
 * Downloads powers of tau of a public ceremony, and checks them by their published hash.
 *
 * A file that was put into the folder by hand is checked alike, for machines without a network.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { groth16Error } from "../errors.ts";
import { areIntact, digestPath, recordDigests } from "../files/digests.ts";
import { makeFolder, temporaryPath, writingTo } from "../files/files.ts";
import { findPublicPtau, PTAU_SOURCE, PUBLIC_PTAU, type PublicPtau } from "./public-ptau.ts";

/** Progress of a download. */
export interface DownloadProgress {
  readonly bytes: number;
  /** All bytes, if the server says how many there are. */
  readonly total: number | undefined;
}

export interface PtauOptions {
  /** The folder that keeps the file. */
  readonly folder: string;
  /** URL of the folder that has the files. Default: that of snarkjs's README. */
  readonly source?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Milliseconds without any byte after which a download fails. Default: one minute. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const HASH = "blake2b512";
/** Bytes of a prepared file for each power, in all its sections; the largest is for 2^28. */
const BYTES_PER_POWER = 1152;
/** Bytes of contributions, more than those of any ceremony. */
const OTHER_BYTES_MAX = 1 << 20;

/** Finds a public file by name. @throws PTAU_UNKNOWN */
export function requirePublicPtau(name: string): PublicPtau {
  const known = findPublicPtau(name);
  if (known !== undefined) return known;
  throw groth16Error({ code: "PTAU_UNKNOWN", name, known: PUBLIC_PTAU.map((file) => file.name) });
}

/**
 * Returns the path of powers of tau that are given by path or by the name of a public file, which
 * is downloaded if it is not in the folder.
 *
 * @throws as {@link ensurePublicPtau}
 */
export async function locatePtau(ptau: string, options: PtauOptions): Promise<string> {
  const known = findPublicPtau(ptau);
  return known === undefined ? ptau : (await ensurePublicPtau(known, options)).path;
}

/** Returns where {@link locatePtau} has its file, which may be missing. */
export function expectedPtauPath(ptau: string, folder: string): string {
  const known = findPublicPtau(ptau);
  return known === undefined ? ptau : join(resolve(folder), known.file);
}

/**
 * Finds a public file in the folder, or downloads it. Its hash is checked once.
 *
 * @returns The path of the file, and whether it was there.
 * @throws PTAU_HASH_DIFFERS, PTAU_NOT_DOWNLOADED, FOLDER_NOT_WRITABLE
 */
export async function ensurePublicPtau(
  ptau: PublicPtau,
  options: PtauOptions,
): Promise<{ path: string; cached: boolean }> {
  const folder = resolve(options.folder);
  const path = join(folder, ptau.file);
  if (await areIntact(digestPath(path), [path])) return { path, cached: true };
  if (existsSync(path)) {
    const hash = createHash(HASH);
    await pipeline(createReadStream(path), hash);
    assertHash(ptau, path, hash);
    await recordDigests(digestPath(path), [path]);
    return { path, cached: true };
  }
  await makeFolder(folder);
  const temporary = temporaryPath(path);
  try {
    assertHash(ptau, path, await download(ptau, temporary, folder, options));
    await writingTo(folder, () => rename(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
  await recordDigests(digestPath(path), [path]);
  return { path, cached: false };
}

function assertHash({ name, blake2b }: PublicPtau, file: string, hash: Hash): void {
  const actual = hash.digest("hex");
  if (actual === blake2b) return;
  throw groth16Error({ code: "PTAU_HASH_DIFFERS", name, file, expected: blake2b, actual });
}

/** Writes the answer of the server to a file. @returns Its hash. @throws PTAU_NOT_DOWNLOADED */
async function download(
  { name, file, exponent }: PublicPtau,
  path: string,
  folder: string,
  { source = PTAU_SOURCE, onProgress, timeoutMs = DEFAULT_TIMEOUT_MS }: PtauOptions,
): Promise<Hash> {
  const url = `${source.replace(/\/$/, "")}/${file}`;
  const refuse = (reason: string, cause?: unknown) =>
    groth16Error({ code: "PTAU_NOT_DOWNLOADED", name, url, folder, file, reason }, { cause });
  const silence = createSilence(timeoutMs);
  const bytesMax = BYTES_PER_POWER * 2 ** exponent + OTHER_BYTES_MAX;
  const hash = createHash(HASH);
  let bytes = 0;
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || response.body === null) throw refuse(`it answers ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? NaN);
    const output = await writingTo(folder, () => open(path, "wx"));
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        silence.restart();
        bytes += chunk.length;
        if (bytes > bytesMax) throw refuse(`it sends more than ${bytesMax} bytes`);
        hash.update(chunk);
        await writingTo(folder, () => output.writeFile(chunk));
        onProgress?.({ bytes, total: Number.isNaN(total) ? undefined : total });
      }
    } finally {
      await output.close();
    }
    return hash;
  } catch (error) {
    throw toDownloadError(error, bytes, refuse, silence.signal.aborted);
  } finally {
    silence.stop();
  }
}

/** Coded errors stay; what the network says gets the name of the file. */
function toDownloadError(
  error: unknown,
  bytes: number,
  refuse: (reason: string, cause: unknown) => Error,
  isSilent: boolean,
): Error {
  if ((error as { brand?: unknown }).brand !== undefined) return error as Error;
  if (isSilent) return refuse(`it sends nothing any more after ${bytes} bytes`, error);
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  return refuse(bytes === 0 ? reason : `it breaks off after ${bytes} bytes: ${reason}`, error);
}

/** Aborts when nothing has happened for some time. */
function createSilence(timeoutMs: number) {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), timeoutMs);
  let timer = start();
  return {
    signal: controller.signal,
    restart: () => {
      clearTimeout(timer);
      timer = start();
    },
    stop: () => clearTimeout(timer),
  };
}
