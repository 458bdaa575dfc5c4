/**
 * Finds an included file: as circom does, and then as Node finds a module of the including file.
 *
 * It knows the disk only by a {@link FileView}, and takes Windows' paths or POSIX's, so that each
 * system can be tested on the other.
 */
import type { PlatformPath } from "node:path";
import { resolveExport } from "./package-exports.ts";

/** What the search asks the disk. */
export interface FileView {
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Returns the parsed JSON of a file; undefined if it is missing or malformed. */
  readJson(path: string): unknown;
}

/** Where an include is looked up. */
export interface IncludeSearch {
  /** The including file: its real path, so that a linked package finds its own packages. */
  readonly file: string;
  /** Folders that are searched after the folder of the including file. */
  readonly includePaths: readonly string[];
  /** Folders whose packages are searched last, for linked packages that have none of their own. */
  readonly projectFolders: readonly string[];
}

export interface IncludeResult {
  readonly found: string | undefined;
  /** Folders, and files of packages, that were searched until then, in order. */
  readonly searched: string[];
}

/** A place of a package's file: found there, or nowhere else. */
type PackageFile = { readonly file: string | undefined; readonly place: string };

/** Looks an include up. The nearest folder of a package decides, even if it lacks the file. */
export function resolveInclude(
  include: string,
  { file, includePaths, projectFolders }: IncludeSearch,
  view: FileView,
  path: PlatformPath,
): IncludeResult {
  const folder = path.dirname(file);
  const searched: string[] = [];
  for (const place of [folder, ...includePaths]) {
    const candidate = path.resolve(place, include);
    if (view.isFile(candidate)) return { found: candidate, searched };
    searched.push(place);
  }
  const request = parseRequest(include, path);
  if (request === undefined) return { found: undefined, searched };
  const own = findOwnPackage(folder, request, view, path);
  if (own !== undefined) return { found: own.file, searched: [...searched, own.place] };
  for (const modules of nodeModulesFolders([folder, ...projectFolders], path)) {
    if (!view.isDirectory(modules)) continue;
    const result = findInModules(modules, request, view, path);
    searched.push(result?.place ?? modules);
    if (result !== undefined) return { found: result.file, searched };
  }
  return { found: undefined, searched };
}

/** Lists the node_modules of folders and of those above them, nearest first. */
export function nodeModulesFolders(folders: readonly string[], path: PlatformPath): string[] {
  const found = new Set<string>();
  for (const start of folders) {
    for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
      if (path.basename(folder) !== "node_modules") found.add(path.join(folder, "node_modules"));
      if (folder === path.dirname(folder)) break;
    }
  }
  return [...found];
}

/** An include as the path of a file in a package. */
interface PackageRequest {
  readonly name: string;
  /** Starts with "./"; only "." for a path of one part. */
  readonly subpath: string;
}

function parseRequest(include: string, path: PlatformPath): PackageRequest | undefined {
  const parts = include.split(path.sep === "\\" ? /[\\/]/ : "/");
  if (path.isAbsolute(include) || ["", ".", ".."].includes(parts[0]!)) return undefined;
  const nameParts = parts[0]!.startsWith("@") ? 2 : 1;
  const [name, rest] = [parts.slice(0, nameParts), parts.slice(nameParts)];
  return { name: name.join("/"), subpath: [".", ...rest].join("/") };
}

/** A package with `exports` can include its own files by its name. */
function findOwnPackage(
  folder: string,
  request: PackageRequest,
  view: FileView,
  path: PlatformPath,
): PackageFile | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    if (path.basename(current) === "node_modules") return undefined;
    const manifest = path.join(current, "package.json");
    if (view.isFile(manifest)) {
      const { name, exports } = readManifest(manifest, view);
      if (name !== request.name || exports === undefined) return undefined;
      return findInPackage(current, request, view, path);
    }
    if (current === path.dirname(current)) return undefined;
  }
}

function findInModules(
  modules: string,
  request: PackageRequest,
  view: FileView,
  path: PlatformPath,
): PackageFile | undefined {
  const place = path.join(modules, request.name);
  if (view.isFile(place) && request.subpath === ".") return { file: place, place };
  return view.isDirectory(place) ? findInPackage(place, request, view, path) : undefined;
}

/** A file that `exports` do not mention is found by its path, as for circom's `-l`. */
function findInPackage(
  folder: string,
  { subpath }: PackageRequest,
  view: FileView,
  path: PlatformPath,
): PackageFile {
  const { exports } = readManifest(path.join(folder, "package.json"), view);
  const target = resolveExport(exports, subpath);
  const place = path.join(folder, target ?? subpath);
  return { file: target !== null && view.isFile(place) ? place : undefined, place };
}

function readManifest(
  file: string,
  view: FileView,
): { readonly name?: unknown; readonly exports?: unknown } {
  const json = view.readJson(file);
  return typeof json === "object" && json !== null ? json : {};
}
