/** A small web server for pages: files and texts by path, with headers for all. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

/** What a path answers, with the type of its name: the file at a path, a text, or what is sent. */
export type Content =
  | { readonly file: string }
  | { readonly text: string }
  | { readonly send: (response: ServerResponse) => void };

export interface Site {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  "": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
};

/** Headers that let a page share memory with its workers. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
} as const;

/** Starts a server on a free port of this machine. */
export async function startSite(
  contents: Readonly<Record<string, Content>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    requests.push(pathname);
    const content = contents[pathname];
    if (content === undefined) {
      response.writeHead(404, headers).end("not found");
      return;
    }
    const type = TYPES[extname(pathname)] ?? "application/octet-stream";
    const begin = () => response.writeHead(200, { ...headers, "content-type": type });
    if ("send" in content) content.send(begin());
    else void bytesOf(content).then((bytes) => begin().end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function bytesOf(content: Exclude<Content, { send: unknown }>): Promise<Buffer> {
  return "file" in content ? readFile(content.file) : Promise.resolve(Buffer.from(content.text));
}
