/** Reads files of a caller, with a limit of their length. */

import { joinBytes } from "../util/bytes.ts";
import { once } from "../util/once.ts";
import { abortable } from "./abortable.ts";
import { portableError } from "./errors.ts";
import type { BlobFile, FileSource, MemoryFile, ProveOptions, ResponseFile } from "./types.ts";

/** Default limit of a file: larger than a key of 2^20 constraints. */
const BYTES_MAX = 2 ** 30;

/** A file of a caller, which may be read later. */
export interface NamedFile {
  /** Name of the file in messages. */
  readonly name: string;
  /** What the file is kept in memory under: its absolute URL, or the caller's object. */
  readonly key: string | object;
  /** Reads the file at the first call, and returns the same bytes later. */
  read(): Promise<Uint8Array>;
  /** Whether its bytes are the caller's, so that they must not move to a worker. */
  readonly isBorrowed: boolean;
}

/** How a platform reads a file by its name. */
export interface FileNames {
  /** Returns the absolute URL or path of a name. */
  resolve(name: string): string;
  /** Opens a URL or path. @throws Anything: the caller words it. */
  open(resolved: string, options: ProveOptions): Promise<ResponseFile | Uint8Array>;
}

/** @throws FILE_NOT_READ for anything that is no file; FILE_TOO_LARGE when it is read, too */
export function toFile(source: FileSource, names: FileNames, options: ProveOptions): NamedFile {
  if (typeof source === "string") return fileOfName(source, names, options);
  if (isObject(source)) {
    if ("href" in source) return fileOfName(source.href, names, options);
    if ("type" in source && source.type === "mem") {
      return fileOfBytes(source, (source as MemoryFile).data, options);
    }
    if (ArrayBuffer.isView(source)) return fileOfBytes(source, source, options);
    if (source instanceof ArrayBuffer) return fileOfBytes(source, new Uint8Array(source), options);
    if ("body" in source && "headers" in source) return fileOfResponse(source, options);
    if ("arrayBuffer" in source) return fileOfBlob(source, options);
  }
  const reason = "it is neither a URL nor bytes, a Blob or a Response";
  throw portableError({ code: "FILE_NOT_READ", source: typeof source, reason });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function fileOfName(name: string, names: FileNames, options: ProveOptions): NamedFile {
  const resolved = reading(name, () => names.resolve(name));
  const read = once(async () => {
    const opened = await readingAsync(name, options, () => names.open(resolved, options));
    if (opened instanceof Uint8Array) return withinLimit(name, opened, options);
    return readResponse(name, opened, options);
  });
  return { name, key: resolved, read, isBorrowed: false };
}

function fileOfBytes(key: object, bytes: Uint8Array, options: ProveOptions): NamedFile {
  const name = "the file in memory";
  if (!(bytes instanceof Uint8Array)) {
    const reason = "its data are no Uint8Array";
    throw portableError({ code: "FILE_NOT_READ", source: name, reason });
  }
  const read = async () => Promise.resolve(withinLimit(name, bytes, options));
  return { name, key, read, isBorrowed: true };
}

function fileOfBlob(blob: BlobFile, options: ProveOptions): NamedFile {
  const name = "the blob";
  const read = once(async () => {
    assertLength(name, blob.size, options);
    return new Uint8Array(await readingAsync(name, options, () => blob.arrayBuffer()));
  });
  return { name, key: blob, read, isBorrowed: false };
}

function fileOfResponse(response: ResponseFile, options: ProveOptions): NamedFile {
  const name = response.url === "" ? "the response" : response.url;
  const read = once(() => readResponse(name, response, options));
  return { name, key: response, read, isBorrowed: false };
}

async function readResponse(
  name: string,
  response: ResponseFile,
  options: ProveOptions,
): Promise<Uint8Array> {
  const { ok, status, headers, body } = response;
  const failed = (reason: string) => portableError({ code: "FILE_NOT_READ", source: name, reason });
  if (!ok) throw failed(`the server answers with status ${status}`);
  if (body === null) throw failed("the answer has no body");
  const stated = headers.get("content-length");
  const totalBytes = stated === null ? undefined : Number(stated);
  const reader = reading(name, () => body.getReader()); // a body is read only once
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  try {
    if (totalBytes !== undefined) assertLength(name, totalBytes, options);
    for (;;) {
      const { done, value } = await readingAsync(name, options, () =>
        abortable(options.signal, () => reader.read()),
      );
      if (done || value === undefined) return joinBytes(chunks);
      loadedBytes += value.length;
      assertLength(name, loadedBytes, options);
      chunks.push(value);
      options.onProgress?.({ stage: "download", file: name, loadedBytes, totalBytes });
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  }
}

function withinLimit(name: string, bytes: Uint8Array, options: ProveOptions): Uint8Array {
  assertLength(name, bytes.length, options);
  return bytes;
}

function assertLength(source: string, length: number, { bytesMax = BYTES_MAX }: ProveOptions) {
  if (length > bytesMax) throw portableError({ code: "FILE_TOO_LARGE", source, bytesMax });
}

function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw notRead(source, cause);
  }
}

async function readingAsync<T>(
  source: string,
  { signal }: ProveOptions,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw notRead(source, cause);
  }
}

function notRead(source: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return portableError({ code: "FILE_NOT_READ", source, reason }, { cause });
}
