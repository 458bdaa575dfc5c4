/** Damages files like disks, interrupted copies and killed processes do. */
import { open, stat, truncate, writeFile } from "node:fs/promises";
import type { Random } from "./random.ts";

/** Flips one bit of a file. @param offset - Of the byte; default: random. */
export async function flipBit(file: string, random: Random, offset?: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const position = offset ?? random.int((await handle.stat()).size);
    const byte = new Uint8Array(1);
    await handle.read(byte, 0, 1, position);
    byte[0]! ^= 1 << random.int(8);
    await handle.write(byte, 0, 1, position);
  } finally {
    await handle.close();
  }
}

/** Truncates a file at a random place, like a full disk or a killed process does. */
export async function cutOff(file: string, random: Random): Promise<void> {
  await truncate(file, random.int((await stat(file)).size));
}

export async function emptyOut(file: string): Promise<void> {
  await writeFile(file, "");
}
