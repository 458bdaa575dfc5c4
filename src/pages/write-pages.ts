/** The pages as static files, for a server of somebody else. */
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PagesConfig } from "./config.ts";

/**
 * Copies the built pages into a folder, with what they know of the rollup. The node must allow
 * their origin, and the server should send the headers of `PAGE_HEADERS`.
 *
 * @param folder - Folder of the built pages.
 * @param output - Folder that must not exist.
 * @param config - With URLs that browsers reach.
 * @throws The file system's error, such as EEXIST.
 */
export async function writePages(
  folder: string,
  output: string,
  config: PagesConfig,
): Promise<void> {
  await mkdir(output);
  await cp(folder, output, { recursive: true });
  await writeFile(join(output, "config.json"), `${JSON.stringify(config, undefined, 2)}\n`);
}
