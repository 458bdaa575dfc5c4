/** Built pages in memory, and how the public port of a node has them beside its API. */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import type { Page, ReadPage } from "../server/pages.ts";
import type { PagesConfig } from "./config.ts";
import { cacheHeaders, PAGE_HEADERS } from "./headers.ts";

/** Where a node has its pages; the root of the port is its API. */
export const PAGES_PATH = "/explorer/";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const REDIRECT: Page = {
  status: 302,
  contentType: "text/plain",
  text: "",
  headers: { ...PAGE_HEADERS, location: PAGES_PATH },
};

/**
 * Reads the built pages into memory: a few megabytes, so that a request never reaches the disk.
 *
 * @param folder - Folder of the built pages.
 * @returns The pages by their paths; `/` is that of `/index.html`.
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, Page>> {
  const files = new Map<string, Page>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length).split(sep).join("/");
    files.set(path, toPage(path, await readFile(file)));
  }
  const first = files.get("/index.html");
  if (first !== undefined) files.set("/", first);
  return files;
}

/**
 * Shows the built pages beside the API of a node.
 *
 * @param folder - Folder of the built pages.
 * @param toConfig - What they know beside the way to the node, at the time of a request.
 * @returns Answers GET below {@link PAGES_PATH}, and sends a browser there that asks for `/`.
 */
export async function readPages(
  folder: string,
  toConfig: () => Omit<PagesConfig, "rpc">,
): Promise<ReadPage> {
  const files = await readPageFiles(folder);
  const readFileAt = (path: string) => {
    if (path !== "/config.json") return files.get(path);
    const description: PagesConfig = { ...toConfig(), rpc: "../" };
    return toPage(path, Buffer.from(JSON.stringify(description)));
  };
  return ({ path, verb }) => {
    if (verb !== "GET") return Promise.resolve(undefined);
    if (path === "/" || `${path}/` === PAGES_PATH) return Promise.resolve(REDIRECT);
    const isPage = path.startsWith(PAGES_PATH);
    return Promise.resolve(isPage ? readFileAt(path.slice(PAGES_PATH.length - 1)) : undefined);
  };
}

function toPage(path: string, text: Buffer): Page {
  const contentType = TYPES[extname(path)] ?? "application/json";
  return { status: 200, contentType, text, headers: { ...PAGE_HEADERS, ...cacheHeaders(path) } };
}
