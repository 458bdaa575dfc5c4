/** Finds circuits and their source files. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, parse, resolve } from "node:path";
import { circomError } from "./errors.ts";

/** A circuit's file and everything it includes. */
export interface CircuitSources {
  /** Absolute paths, the circuit itself first. */
  readonly files: readonly string[];
  /** SHA-256 of the contents and of the file of each include; it does not depend on paths. */
  readonly digest: string;
}

/** Returns the name of a circuit: that of its file, without the ending. */
export function circuitName(file: string): string {
  return basename(file, ".circom");
}

/**
 * Finds the `.circom` files of a folder that declare a main component.
 *
 * Other files are libraries. Folders named node_modules are skipped.
 *
 * @param directory - Path of the folder, which is searched with all folders in it.
 * @returns Absolute paths, sorted.
 * @throws CIRCUIT_DIRECTORY_NOT_FOUND
 *
 * @example
 * const folder = `${hre.config.paths.root}/circuits`;
 * findCircuits(folder); // [`${folder}/multiplier.circom`]
 */
export function findCircuits(directory: string): string[] {
  if (!isDirectory(directory)) {
    throw circomError({ code: "CIRCUIT_DIRECTORY_NOT_FOUND", directory });
  }
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".circom"))
    .map((entry) => resolve(entry.parentPath, entry.name))
    .filter((file) => !file.slice(resolve(directory).length).includes("/node_modules/"))
    .filter((file) => declaresMain(readFileSync(file, "utf8")))
    .sort();
}

/** Lists the node_modules folders in which a module of `directory` is looked up, nearest first. */
export function nodeModulesPaths(directory: string): string[] {
  const paths: string[] = [];
  const root = parse(resolve(directory)).root;
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    paths.push(join(folder, "node_modules"));
    if (folder === root) return paths.filter(isDirectory);
  }
}

/** Returns whether circom source declares `component main` outside comments and strings. */
export function declaresMain(source: string): boolean {
  return /\bcomponent\s+main\b/.test(blankComments(source).replace(/"[^"\n]*"/g, '""'));
}

/**
 * Follows the includes of `file` as circom does: first beside the including file, then in
 * `includePaths` in order.
 *
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND
 */
export function collectSources(file: string, includePaths: readonly string[]): CircuitSources {
  if (!isFile(file)) throw circomError({ code: "CIRCUIT_NOT_FOUND", file });
  const files = [realpathSync(file)];
  const hash = createHash("sha256");
  // `files` grows while it is walked: each file is read once, when its turn comes.
  for (let index = 0; index < files.length; index++) {
    const path = files[index]!;
    const source = readFileSync(path, "utf8");
    if (index === 0 && !declaresMain(source)) {
      throw circomError({ code: "NO_MAIN_COMPONENT", file });
    }
    const included = findIncludes(source).map(({ include, line }) => {
      const found = resolveInclude(include, [dirname(path), ...includePaths], path, line);
      return files.includes(found) ? files.indexOf(found) : files.push(found) - 1;
    });
    hash.update(JSON.stringify([source, included]));
  }
  return { files, digest: hash.digest("hex") };
}

function resolveInclude(
  include: string,
  folders: readonly string[],
  file: string,
  line: number,
): string {
  const found = folders.map((folder) => resolve(folder, include)).find(isFile);
  if (found !== undefined) return realpathSync(found);
  const searched = [...folders];
  throw circomError({ code: "INCLUDE_NOT_FOUND", include, file, line, searched });
}

function findIncludes(source: string): { include: string; line: number }[] {
  const code = blankComments(source);
  // Each string is matched, so that no closing quote is taken for an opening one.
  const strings = [...code.matchAll(/(\binclude\s*)?"([^"\n]*)"/g)];
  return strings
    .filter(([, keyword]) => keyword !== undefined)
    .map((match) => ({
      include: match[2]!,
      line: code.slice(0, match.index).split("\n").length,
    }));
}

/** Replaces comments by blanks, so that lines keep their numbers. Strings stay. */
function blankComments(source: string): string {
  return source.replace(/"[^"\n]*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (text) =>
    text.startsWith('"') ? text : text.replace(/[^\n]/g, " "),
  );
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
