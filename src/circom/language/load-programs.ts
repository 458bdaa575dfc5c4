/** Parses a circuit's file and all that it includes. */
import { collectSources, type SourceFolders } from "../sources.ts";
import { parse } from "./parse.ts";
import type { Program } from "./syntax.ts";

/**
 * Parses a circuit and its includes.
 *
 * @param file - Path of the .circom file with the main component.
 * @param folders - Where includes are looked up, as for the compiler.
 * @returns The circuit itself first; each file once.
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND, CIRCUIT_NOT_UNDERSTOOD
 */
export function loadPrograms(file: string, folders: SourceFolders = {}): Program[] {
  return collectSources(file, folders).files.map((source) => parse(source.file, source.text));
}
