/** Identifies versions of a file. */

import { stat } from "node:fs/promises";

/** Identifies a version of a file; a ceremony or another build may replace a key. */
export async function revisionOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs].join(":");
}
