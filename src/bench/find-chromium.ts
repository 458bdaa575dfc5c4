/** Finds a Chromium on this machine. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The variable with the path of a Chromium. */
export const CHROMIUM_VARIABLE = "ROLLUP_CHROMIUM";
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Returns what {@link CHROMIUM_VARIABLE} names, or else a program of the PATH, if there is one. */
export function findChromium(): string | undefined {
  const chosen = process.env[CHROMIUM_VARIABLE];
  if (chosen !== undefined && chosen !== "") return chosen;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
