import { readFile, writeFile } from "node:fs/promises";

/** Writes a generated file, unless it says the same already: its time then means something. */
export async function writeIfChanged(file: string, text: string): Promise<void> {
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== text) await writeFile(file, text);
}
