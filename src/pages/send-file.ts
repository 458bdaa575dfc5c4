/** Files too large for memory, such as a proving key. */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheHeaders, PAGE_HEADERS } from "./headers.ts";

/** A name that leads to no other folder, and to nothing hidden. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/**
 * Sends a file as a stream. Parts of it are not sent: a client that asks for one gets the whole.
 *
 * @param folder - Only files right in it are sent.
 * @param name - As the client says it.
 * @returns False if there is no such file; then nothing is sent.
 * @throws The system's error, if reading or sending fails.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  name: string,
): Promise<boolean> {
  const file = NAME.test(name) ? await openFile(join(folder, name)) : undefined;
  if (file === undefined) return false;
  try {
    const { size, mtimeMs } = await file.stat();
    const etag = `W/"${size}-${mtimeMs}"`;
    const headers = { ...PAGE_HEADERS, ...cacheHeaders(`/${name}`), etag };
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304, headers).end();
      return true;
    }
    const type = extname(name) === ".wasm" ? "application/wasm" : "application/octet-stream";
    response.writeHead(200, { ...headers, "content-type": type, "content-length": size });
    // As many bytes as were promised, also if the file has grown.
    const isEmpty = request.method === "HEAD" || size === 0;
    if (isEmpty) response.end();
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response);
    return true;
  } finally {
    await file.close();
  }
}

/** @returns Undefined unless it is a file that can be read. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
