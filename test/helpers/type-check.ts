/** Type-checks TypeScript sources in memory with given options. */
import { join } from "node:path";
import ts from "typescript";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";

/** Options of strict projects; each of them finds errors in the generated code of some tool. */
export const STRICT_OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts"],
  types: [],
  noEmit: true,
};

/**
 * Type-checks modules.
 *
 * @param files - Text by file name; the modules import each other as `./name.js`.
 * @returns The compiler's messages, one line each; empty if there are none.
 */
export function typeCheck(
  files: Readonly<Record<string, string>>,
  options: ts.CompilerOptions = STRICT_OPTIONS,
): string[] {
  const folder = join(PACKAGE_ROOT, "type-check");
  const texts = new Map(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.directoryExists = (path) => path === folder || (directoryExists?.(path) ?? true);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    if (file === undefined || start === undefined) return text;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${file.fileName}:${line + 1} ${text}`;
  });
}
