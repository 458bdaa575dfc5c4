/** Where a store is: a file or a database, and its name for people. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SqlTarget } from "./sql/executor.ts";
import type { StoreOwner } from "./identity.ts";

/** Returns the file of a rollup in the folder of a project's data. */
export function defaultStoreFile(
  folder: string,
  { rollup, genesisHash = "" }: Pick<StoreOwner, "rollup" | "genesisHash">,
): string {
  // All local chains have the same id, and most have the rollup at the same address.
  const genesis = genesisHash.slice(2, 10);
  const name = [rollup.chainId, rollup.rollupAddress.toLowerCase(), genesis].filter(Boolean);
  return join(folder, `${name.join("-")}.sqlite`);
}

/** The name of a store for people: a database without its password. */
export function describeTarget(target: SqlTarget): string {
  if (target.type === "sqlite") return target.path;
  try {
    const url = new URL(target.url);
    url.password = "";
    url.search = "";
    return url.href;
  } catch {
    return "in PostgreSQL";
  }
}

/** Makes the folder of a file, which no version control takes in. */
export async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (existsSync(folder)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
}
