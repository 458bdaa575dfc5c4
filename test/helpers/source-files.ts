/** Reads the project's own sources, for tests of rules about them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");

/** A source file: its path from the project root, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Reads the files below some folders of the project whose names have one of the endings. */
export function readSources(folders: readonly string[], endings: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .filter((name) => !name.includes("node_modules"))
      .map((name) => join(folder, name).replaceAll("\\", "/"))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(PROJECT_ROOT, path), "utf8") })),
  );
}

/** An import, static or dynamic: the specifier and, if it is relative, the path of the file. */
export interface FoundImport {
  readonly specifier: string;
  readonly path: string | undefined;
}

/** Finds all imports and re-exports of a TypeScript file. */
export function findImports(file: SourceFile): FoundImport[] {
  return ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName }) => ({
    specifier: fileName,
    path: fileName.startsWith(".")
      ? relative(PROJECT_ROOT, join(PROJECT_ROOT, dirname(file.path), fileName))
      : undefined,
  }));
}

/**
 * Files that import each other, directly or through others, also if only for a type.
 *
 * @returns Each largest group of them, sorted; nothing if there is none.
 */
export function findImportCircles(files: readonly SourceFile[]): string[][] {
  const known = new Set(files.map(({ path }) => path));
  const imports = new Map(
    files.map((file) => [
      file.path,
      findImports(file).flatMap(({ path }) => (path !== undefined && known.has(path) ? path : [])),
    ]),
  );
  const reachedFrom = new Map([...known].map((path) => [path, reach(imports, path)]));
  const circles = [...known].map((path) =>
    [...reachedFrom.get(path)!].filter((other) => reachedFrom.get(other)!.has(path)).sort(),
  );
  const distinct = new Map(circles.map((circle) => [circle.join(), circle]));
  return [...distinct.values()].filter(({ length }) => length > 0);
}

/** Every file that a file imports, directly or through others. */
function reach(imports: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const reached = new Set<string>();
  const pending = [...imports.get(start)!];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    pending.push(...imports.get(path)!);
  }
  return reached;
}

/** A named stretch of a source file. */
export interface Stretch {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

/** Measures the lengths of all functions of a TypeScript file in lines. */
export function measureFunctions(file: SourceFile): Stretch[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: Stretch[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const start = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const end = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      const name = node.name?.getText(source) ?? `function in line ${start + 1}`;
      found.push({ path: file.path, name, lines: end - start + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * Measures circom templates and functions or Solidity functions, from header to closing brace.
 */
export function measureBraces(file: SourceFile, header: RegExp): Stretch[] {
  const lines = file.text.split("\n");
  return lines.flatMap((line, first) => {
    const name = header.exec(line)?.[1];
    if (name === undefined) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? "";
    const last = lines.findIndex((other, index) => index >= first && other === `${indent}}`);
    return last < 0 ? [] : [{ path: file.path, name, lines: last - first + 1 }];
  });
}

/**
 * Finds the values that a TypeScript file exports by declaration; types are not included.
 */
export function findExportedValues(file: SourceFile): string[] {
  const declared = /^export (?:abstract )?(?:async )?(?:function|const|class) (\w+)/gm;
  return [...file.text.matchAll(declared)].map((match) => match[1] ?? "");
}
