/** Renders docs/errors.md: every code of every module, with its line on how to fix it. */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { listErrorCodes } from "../util/errors.ts";
import { markdownTable } from "./markdown.ts";

/** Codes of a module, in the order of its `errors.ts`. */
export interface ErrorModule {
  readonly name: string;
  readonly codes: readonly string[];
}

/**
 * Imports every `errors.ts` below `src`, which registers its codes, and reads them.
 *
 * @param root - Folder of the package.
 */
export async function loadErrorModules(root: string): Promise<ErrorModule[]> {
  const source = join(root, "src");
  const files = await readdir(source, { recursive: true, encoding: "utf8" });
  const names = files.filter((file) => basename(file) === "errors.ts").map((file) => dirname(file));
  return Promise.all(
    names
      .filter((name) => name !== "util")
      .sort()
      .map(async (name) => {
        const file = join(source, name, "errors.ts");
        await import(pathToFileURL(file).href);
        const text = await readFile(file, "utf8");
        const codes = [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): \{$/gm)].map(([, code]) => code!);
        return { name: name.replaceAll("\\", "/"), codes };
      }),
  );
}

const INTRODUCTION = [
  "Every error of this package is a `RollupError` with a `code`, the `facts` behind it, a sentence",
  "with these facts, and a line on how to fix it. Compare codes, not messages. Refusals of an operator",
  "have the same codes over JSON-RPC.",
].join(" ");

export async function renderErrorDocs(root: string): Promise<string> {
  const modules = await loadErrorModules(root);
  const fixes = new Map(listErrorCodes().map(({ code, fix }) => [code, fix]));
  const sections = modules.map(({ name, codes }) => {
    const rows = codes.map((code) => [`\`${code}\``, fixes.get(code) ?? ""]);
    return `## ${name}\n\n${markdownTable(["code", "how to fix it"], rows)}`;
  });
  return [
    "<!-- generated from src/*/errors.ts; run `npm run generate` -->",
    "# Errors",
    INTRODUCTION,
    ...sections,
    "",
  ].join("\n\n");
}
