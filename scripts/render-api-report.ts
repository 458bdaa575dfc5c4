/**
 * Writes docs/api/*.api.md: the declarations of every name that an entry point exports, and of
 * every type that they reach. They show each change of the public surface, and CI requires them.
 */
import { join, relative } from "node:path";
import ts from "typescript";
import { readCompilerOptions, resolveAlias } from "./compiler.ts";

/** Entry points without Hardhat, by the name after `hardhat-zkrollup/`. */
export const ENTRY_POINTS = [
  "groth16",
  "groth16-browser",
  "circom",
  "assert",
  "chai",
  "compat",
  "core",
  "node",
  "sdk",
  "multisig",
  "exit",
] as const;
export type EntryPoint = (typeof ENTRY_POINTS)[number];

/** Returns the path of an entry point's report, from the package's root. */
export function apiReportFile(entry: EntryPoint): string {
  return `docs/api/${entry}.api.md`;
}

/** Declarations of the package, in memory. */
export interface Declarations {
  readonly root: string;
  /** Text by absolute path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Emits the declarations of all entry points. @param root - Folder of the package. */
export function emitDeclarations(root: string): Declarations {
  const program = ts.createProgram(
    ENTRY_POINTS.map((name) => join(root, "src", `${name}.ts`)),
    {
      ...readCompilerOptions(root),
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      removeComments: true,
      types: ["node"],
      rootDir: root,
      outDir: join(root, "declarations"),
    },
  );
  const files = new Map<string, string>();
  program.emit(undefined, (path, text) => void files.set(path, text));
  return { root, files };
}

/**
 * Creates a program over declarations, as in a project that has installed the package.
 *
 * @param sources - Further files of that project: text by absolute path.
 */
export function createConsumer(
  { files }: Declarations,
  options: ts.CompilerOptions,
  sources: ReadonlyMap<string, string>,
): ts.Program {
  const texts = new Map([...files, ...sources]);
  const folders = new Set([...texts.keys()].map((path) => path.replace(/\/[^/]*$/, "")));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.directoryExists = (path) => folders.has(path) || (directoryExists?.(path) ?? true);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  return ts.createProgram([...sources.keys()], options, host);
}

/** Returns the declaration file of an entry point. */
export function declarationFile({ root }: Declarations, entry: EntryPoint): string {
  return join(root, "declarations", "src", `${entry}.d.ts`);
}

/** Renders the report of each entry point. */
export function renderApiReports(declarations: Declarations): Map<EntryPoint, string> {
  const entries = ENTRY_POINTS.map((entry) => declarationFile(declarations, entry));
  const roots = new Map(entries.map((file) => [file, declarations.files.get(file) ?? ""]));
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    lib: ["lib.es2023.d.ts"],
  };
  const program = createConsumer(declarations, options, roots);
  return new Map(ENTRY_POINTS.map((entry) => [entry, renderReport(program, declarations, entry)]));
}

function renderReport(program: ts.Program, declarations: Declarations, entry: EntryPoint): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(declarationFile(declarations, entry))!;
  const exported = checker
    .getExportsOfModule(checker.getSymbolAtLocation(source)!)
    .map((symbol) => ({ name: symbol.name, symbol: resolveAlias(checker, symbol) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const names = new Map(exported.map(({ name, symbol }) => [symbol, name]));
  const reached = reachTypes(checker, [...names.keys()], declarations);
  const others = reached.filter((symbol) => !names.has(symbol));
  const blocks = (symbols: readonly ts.Symbol[]) =>
    symbols.map((symbol) => `${declarationText(symbol, declarations)}\n`).join("\n");
  return [
    `<!-- generated from src/${entry}.ts; run \`npm run generate\` -->`,
    `# hardhat-zkrollup/${entry}`,
    `\`\`\`ts\n${blocks(exported.map(({ symbol }) => symbol))}\`\`\``,
    ...(others.length > 0
      ? ["## Types that these reach", `\`\`\`ts\n${blocks(others)}\`\`\``]
      : []),
    "",
  ].join("\n\n");
}

/** Collects our own symbols that declarations reach, directly or through others, by name. */
function reachTypes(
  checker: ts.TypeChecker,
  start: readonly ts.Symbol[],
  { files }: Declarations,
): ts.Symbol[] {
  const found = new Set(start);
  const isOurs = ({ declarations = [] }: ts.Symbol) =>
    declarations.some((node) => isTopLevel(node) && files.has(node.getSourceFile().fileName));
  for (const symbol of found) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const named = checker.getSymbolAtLocation(node);
        const target = named && resolveAlias(checker, named);
        if (target !== undefined && isOurs(target)) found.add(target);
      }
      ts.forEachChild(node, visit);
    };
    for (const node of symbol.declarations ?? []) visit(node);
  }
  return [...found].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

/** Sort key: the name, and then the file. */
function orderOf({ name, declarations }: ts.Symbol): string {
  return `${name} ${declarations?.[0]?.getSourceFile().fileName ?? ""}`;
}

function isTopLevel(node: ts.Node): boolean {
  return !ts.isSourceFile(node) && ts.isSourceFile(statementOf(node).parent);
}

/** Returns the statement of a declaration, which for a variable is around it. */
function statementOf(node: ts.Node): ts.Node {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function declarationText(symbol: ts.Symbol, { root }: Declarations): string {
  const nodes = (symbol.declarations ?? []).map(statementOf);
  const file = nodes[0]?.getSourceFile().fileName ?? "";
  const path = relative(join(root, "declarations"), file).replace(/\.d\.ts$/, ".ts");
  const texts = nodes.map((node) => node.getText().replace(/^export (declare )?/, ""));
  return [`// ${path}`, ...texts.map((text) => text.replace(/^ *#private;\n/gm, ""))].join("\n");
}
