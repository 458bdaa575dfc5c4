/** Built pages of a few bytes, in a folder of their own. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PagesFolder {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Writes `index.html`, a script, and beside the folder a file that nobody may read. */
export async function createPagesFolder(): Promise<PagesFolder> {
  const root = await mkdtemp(join(tmpdir(), "pages-"));
  const folder = join(root, "web");
  await mkdir(join(folder, "assets"), { recursive: true });
  await writeFile(join(folder, "index.html"), "<!doctype html><title>pages</title>");
  await writeFile(join(folder, "assets/main-abc.js"), "export {};");
  await writeFile(join(root, "secret.txt"), "secret");
  return { folder, remove: () => rm(root, { recursive: true, force: true }) };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Asks with any path, host and origin, which `fetch` does not let a caller choose. */
export function ask(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, text }),
      );
    });
    sent.on("error", reject).end(body);
  });
}
