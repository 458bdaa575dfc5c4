/** Finds circuits and their source files. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import * as systemPath from "node:path";
import { basename, dirname, join, resolve } from "node:path";
import { circomError } from "./errors.ts";
import { type FileView, type IncludeSearch, resolveInclude } from "./resolve-include.ts";
import { applyChange, changeOfProcess, type SourceChange } from "./source-change.ts";
import { declaresMain, findIncludes, type Include } from "./source-text.ts";

/** A source file of a circuit. */
export interface SourceFile {
  /** Absolute real path. */
  readonly file: string;
  readonly text: string;
  /** The files that it includes, by their index in {@link CircuitSources.files}. */
  readonly includes: readonly (Include & { readonly index: number })[];
}

/** A circuit's file and everything it includes. */
export interface CircuitSources {
  /** The circuit itself first. */
  readonly files: readonly SourceFile[];
  /** SHA-256 of the contents and of the file of each include; it does not depend on paths. */
  readonly digest: string;
}

/** Where includes are looked up besides the folder and the packages of the including file. */
export interface SourceFolders {
  /** Absolute folders that are searched after the folder of the including file. */
  readonly includePaths?: readonly string[];
  /** Absolute folder whose packages are searched last. */
  readonly projectFolder?: string | undefined;
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
  return listFiles(resolve(directory))
    .filter((file) => file.endsWith(".circom"))
    .filter((file) => declaresMain(readFileSync(file, "utf8")))
    .sort();
}

/** Whether a file belongs to an installed package, whatever separates the folders. */
export function isOfPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

/** Lists all files below a folder; folders named node_modules are skipped. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : listFiles(file);
    return entry.isFile() ? [file] : [];
  });
}

/**
 * Follows the includes of `file`: first beside the including file, then in `includePaths` in
 * order, and then in packages, as Node finds modules of the including file.
 *
 * @param change - A change of one of the files, for tests of mutants.
 * @throws CIRCUIT_NOT_FOUND, NO_MAIN_COMPONENT, INCLUDE_NOT_FOUND
 */
export function collectSources(
  file: string,
  folders: SourceFolders = {},
  change: SourceChange | undefined = changeOfProcess(),
): CircuitSources {
  if (!isFile(file)) throw circomError({ code: "CIRCUIT_NOT_FOUND", file });
  const { includePaths = [], projectFolder } = folders;
  // A circuit that is a link belongs to the project of the link.
  const projectFolders = [dirname(resolve(file)), ...(projectFolder ? [projectFolder] : [])];
  const paths = [realpathSync(file)];
  const files: SourceFile[] = [];
  // `paths` grows while it is walked: each file is read once, when its turn comes.
  for (const path of paths) {
    const text = applyChange(change, path, readFileSync(path, "utf8"));
    if (files.length === 0 && !declaresMain(text)) {
      throw circomError({ code: "NO_MAIN_COMPONENT", file });
    }
    const includes = findIncludes(text).map((include) => {
      const found = findInclude(include, path, { includePaths, projectFolders });
      return {
        ...include,
        index: paths.includes(found) ? paths.indexOf(found) : paths.push(found) - 1,
      };
    });
    files.push({ file: path, text, includes });
  }
  const hash = createHash("sha256");
  for (const { text, includes } of files) {
    hash.update(JSON.stringify([text, includes.map(({ index }) => index)]));
  }
  return { files, digest: hash.digest("hex") };
}

function findInclude(
  { path: include, line }: Include,
  file: string,
  folders: Omit<IncludeSearch, "file">,
): string {
  const { found, searched } = resolveInclude(include, { file, ...folders }, DISK, systemPath);
  if (found !== undefined) return realpathSync(found);
  throw circomError({ code: "INCLUDE_NOT_FOUND", include, file, line, searched });
}

const DISK: FileView = {
  isFile,
  isDirectory,
  readJson(file) {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as unknown;
    } catch {
      return undefined;
    }
  },
};

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
