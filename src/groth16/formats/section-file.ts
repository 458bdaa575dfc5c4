/** Containers in files of Node's, which are read in pieces. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readSections, type SectionReader } from "./binary-file.ts";

/** Opens the file at `path`, passes it to `use`, and closes it. @throws BINARY_FORMAT */
export function withSections<T>(path: string, magic: string, use: (s: SectionReader) => T): T {
  const descriptor = openSync(path, "r");
  try {
    const size = fstatSync(descriptor).size;
    const read = (offset: number, length: number) => readExactly(descriptor, offset, length);
    return use(readSections({ name: path, size, read }, magic));
  } finally {
    closeSync(descriptor);
  }
}

/** One `readSync` returns at most 2 GiB, and may return less than asked for. */
function readExactly(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const step = Math.min(length - filled, 1 << 30);
    const count = readSync(descriptor, bytes, filled, step, offset + filled);
    if (count === 0) throw new Error("The file became shorter while it was read");
    filled += count;
  }
  return bytes;
}
