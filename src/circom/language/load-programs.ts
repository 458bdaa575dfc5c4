/** Reads a circuit's file and all that it includes. */
import { readFileSync } from "node:fs";
import { collectSources } from "../sources.ts";
import { parse } from "./parse.ts";
import type { Program } from "./syntax.ts";

/**
 * Parses a circuit and its includes.
 *
 * @param file - Path of the .circom file with the main component.
 * @param includePaths - Folders that `include` searches after that of the including file.
 * @returns The circuit itself first; each file once.
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_NOT_UNDERSTOOD
 */
export function loadPrograms(file: string, includePaths: readonly string[] = []): Program[] {
  const { files } = collectSources(file, includePaths);
  return files.map((path) => parse(path, readFileSync(path, "utf8")));
}
