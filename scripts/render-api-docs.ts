/**
 * Writes the pages of the API reference for the documentation site: one for each entry point
 * that `package.json` exports, with the signature and the docstring of every export.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import ts from "typescript";
import { readCompilerOptions, resolveAlias } from "./compiler.ts";
import { escapeTags } from "../src/generate/markdown.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs/reference");

/** Format of types, complete as in an editor. */
const FORMAT = ts.TypeFormatFlags.NoTruncation;

interface EntryPoint {
  /** Part after `hardhat-zkrollup` in an import. */
  readonly name: string;
  /** Name of the page, without its ending. */
  readonly page: string;
  readonly file: string;
}

async function readEntryPoints(): Promise<EntryPoint[]> {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(exports).flatMap(([name, target]) => {
    const path = typeof target === "string" ? target : target.default;
    const source = /^\.\/dist\/(src\/[^*]+)\.js$/.exec(path)?.[1];
    if (source === undefined) return [];
    const page = name === "." ? "index" : basename(name);
    return [{ name: name.slice(1), page, file: join(root, `${source}.ts`) }];
  });
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

/** Converts the prose of a docstring, with `{@link …}`, to markdown. */
function prose(text: string): string {
  const named = text.replace(/\{@link ([^}|]+)(\|[^}]*)?\}/g, "`$1`");
  return escapeTags(named).replaceAll("{{", "{ {");
}

/** Renders meaning, parameters, result, errors and example of a symbol. */
function documentation(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const meaning = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const tags = symbol.getJsDocTags(checker).map(({ name, text }) => {
    const content = ts.displayPartsToString(text);
    if (name === "example") {
      // An example that cannot run is a block of its own already.
      return content.includes("```") ? content.trim() : code(content.trim());
    }
    const [parameter = "", ...rest] = content.split(" ");
    const isParameter = name === "param";
    const words = isParameter ? `\`${parameter}\` ${rest.join(" ")}` : prose(content);
    return `- *${name}* ${isParameter ? prose(words) : words}`;
  });
  return [...(meaning === "" ? [] : [prose(meaning)]), ...tags];
}

function isPrivate(symbol: ts.Symbol): boolean {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || /^(#|__#)/.test(symbol.name)) return true;
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0;
}

/** Renders a member of a class with its documentation. */
function member(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const declaration = symbol.declarations![0]!;
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const text = checker.typeToString(type, declaration, FORMAT);
  return [`#### ${symbol.name}`, code(text), ...documentation(symbol, checker)].join("\n\n");
}

function classMembers(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const instance = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  const statics = [...(symbol.exports?.values() ?? [])].filter(({ name }) => name !== "prototype");
  return [...statics, ...instance]
    .filter((candidate) => !isPrivate(candidate))
    .map((candidate) => member(candidate, checker));
}

/** Renders the declaration of an export in its shortest form. */
function signature(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const declaration = symbol.declarations?.[0];
  if (declaration === undefined || ts.isClassDeclaration(declaration)) return undefined;
  if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
    return declaration.getText().replace(/^export /, "");
  }
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  return checker.typeToString(type, declaration, FORMAT);
}

function section(exported: ts.Symbol, checker: ts.TypeChecker): string {
  const symbol = resolveAlias(checker, exported);
  const text = signature(symbol, checker);
  return [
    `### ${exported.name}`,
    ...(text === undefined ? [] : [code(text)]),
    ...documentation(symbol, checker),
    ...(text === undefined ? classMembers(symbol, checker) : []),
  ].join("\n\n");
}

function renderPage({ name, file }: EntryPoint, program: ts.Program): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (source === undefined || module === undefined) throw new Error(`${file} is no module`);
  const exports = checker.getExportsOfModule(module);
  const sections = exports
    .sort((a, b) => a.name.localeCompare(b.name, "en"))
    .map((symbol) => section(symbol, checker));
  const [comment = ""] = /^\/\*\*[\s\S]*?\*\//.exec(source.text) ?? [];
  const lines = comment.split("\n").map((line) => line.replace(/^\/?\s*\*+\/? ?/, ""));
  const [purpose = ""] = lines.join("\n").trim().split("@example");
  return [`# hardhat-zkrollup${name}`, prose(purpose.trim()), ...sections, ""].join("\n\n");
}

const entryPoints = await readEntryPoints();
const program = ts.createProgram(
  entryPoints.map(({ file }) => file),
  readCompilerOptions(root),
);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const entryPoint of entryPoints) {
  await writeFile(join(folder, `${entryPoint.page}.md`), renderPage(entryPoint, program));
}
console.log(`API reference of ${entryPoints.length} entry points: docs/reference/`);
