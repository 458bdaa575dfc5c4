/** Reads the docstrings of what modules export, and finds what they lack. */
import { join, relative } from "node:path";
import ts from "typescript";
import { resolveAlias } from "../../scripts/compiler.ts";
import { PROJECT_ROOT } from "./source-files.ts";

/** An export, or a public member of one, with the node that has its docstring. */
interface Documented {
  /** File, and name with the name of its class or interface. */
  readonly place: string;
  readonly symbol: ts.Symbol;
  readonly node: ts.Declaration;
}

/** What modules export, by what their readers need to know of it. */
export interface Surface {
  /** Exported functions and classes: what a reader looks up by name. */
  readonly main: readonly Documented[];
  /** Exported functions, and public methods of exported classes and interfaces. */
  readonly callables: readonly Documented[];
  /** Public fields and accessors of exported classes. */
  readonly fields: readonly Documented[];
  readonly checker: ts.TypeChecker;
}

/** Reads what some modules of a program export; generated files are not ours to document. */
export function readSurface(program: ts.Program, modules: readonly string[]): Surface {
  const checker = program.getTypeChecker();
  const exported = modules.flatMap((path) => {
    const source = program.getSourceFile(join(PROJECT_ROOT, path))!;
    return checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  });
  const symbols = [...new Set(exported.map((symbol) => resolveAlias(checker, symbol)))];
  const top = symbols.flatMap((symbol) => document(symbol)).filter(isOurs);
  const members = top.flatMap((owner) => membersOf(owner));
  const isCallable = ({ node }: Documented) => ts.isFunctionLike(node) && !ts.isAccessor(node);
  return {
    checker,
    main: top.filter(({ node }) => ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)),
    callables: [...top, ...members].filter(isCallable),
    fields: members.filter(
      (thing) => ts.isClassDeclaration(thing.node.parent) && !isCallable(thing),
    ),
  };
}

function document(symbol: ts.Symbol, owner?: string): Documented[] {
  return (symbol.declarations ?? []).slice(0, 1).map((node) => {
    const file = relative(PROJECT_ROOT, node.getSourceFile().fileName).replaceAll("\\", "/");
    const place = owner === undefined ? `${file}: ${symbol.name}` : `${owner}.${symbol.name}`;
    return { place, symbol, node };
  });
}

function isOurs({ place }: Documented): boolean {
  return /^src\//.test(place) && !/\/generated\//.test(place);
}

function membersOf({ place, symbol, node }: Documented): Documented[] {
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return [];
  const statics = ts.isClassDeclaration(node) ? [...(symbol.exports?.values() ?? [])] : [];
  return [...(symbol.members?.values() ?? []), ...statics]
    .flatMap((member) => document(member, place))
    .filter(({ node: member }) => isPublicMember(member));
}

function isPublicMember(node: ts.Declaration): boolean {
  if (ts.isTypeParameterDeclaration(node) || ts.isConstructorDeclaration(node)) return false;
  const name = ts.getNameOfDeclaration(node);
  if (name === undefined || ts.isPrivateIdentifier(name)) return false;
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) === 0;
}

function meaningOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

function tagsOf({ symbol }: Documented, name: string, checker: ts.TypeChecker): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map(({ text }) => ts.displayPartsToString(text).trim());
}

/** Finds what has no meaning of its own: tags alone do not say what a thing is for. */
export function withoutMeaning({ callables, main, fields, checker }: Surface): string[] {
  return [...new Set([...main, ...callables, ...fields])]
    .filter(({ symbol }) => meaningOf(symbol, checker) === "")
    .map(({ place }) => place);
}

/** Finds parameters without `@param`, and `@param` of what is no parameter. */
export function wrongParameters({ callables }: Surface): string[] {
  return callables.flatMap(({ place, node }) => {
    const { parameters } = node as ts.SignatureDeclaration;
    const tagged = parameters.map((parameter) => ts.getJSDocParameterTags(parameter));
    const isTold = (tag: ts.JSDocParameterTag) =>
      (ts.getTextOfJSDocComment(tag.comment) ?? "") !== "";
    const untold = parameters.filter((_, index) => !tagged[index]!.some(isTold));
    const stale = ts
      .getJSDocTags(node)
      .filter(ts.isJSDocParameterTag)
      .filter((tag) => !tagged.flat().includes(tag));
    return [
      ...untold.map(({ name }) => `${place}: no @param for ${name.getText()}`),
      ...stale.map(({ name }) => `${place}: no parameter for @param ${name.getText()}`),
    ];
  });
}

/**
 * Finds the fields without a meaning of options, which are parameters with optional fields: their
 * names alone do not say what is the default.
 */
export function withoutMeaningInOptions({ callables, checker }: Surface): string[] {
  const types = callables.flatMap(({ node }) =>
    (node as ts.SignatureDeclaration).parameters.map((parameter) =>
      checker.getNonNullableType(checker.getTypeAtLocation(parameter)),
    ),
  );
  const fields = types
    .filter((type) => (type.flags & ts.TypeFlags.Object) !== 0 && !type.isClass())
    .map((type) => checker.getPropertiesOfType(type))
    .filter((properties) => properties.some(({ flags }) => flags & ts.SymbolFlags.Optional))
    .flat()
    .filter((field) => meaningOf(field, checker) === "")
    .flatMap((field) => document(field))
    .filter(isOurs);
  return [...new Set(fields.map(({ place, node }) => `${place} (${ownerOf(node)})`))];
}

function ownerOf({ parent }: ts.Declaration): string {
  return ts.isInterfaceDeclaration(parent) ? parent.name.text : parent.getText().slice(0, 40);
}

/** The beginnings of a meaning that is about the result. */
const MEANING_OF_RESULT = /^(?:Returns|Whether)\b/;

/** Finds what returns a value, and says it neither in its meaning nor with `@returns`. */
export function withoutReturns({ callables, checker }: Surface): string[] {
  return callables
    .filter(({ node }) => returnsValue(node as ts.SignatureDeclaration, checker))
    .filter(({ symbol }) => !MEANING_OF_RESULT.test(meaningOf(symbol, checker)))
    .filter((thing) => tagsOf(thing, "returns", checker).join("") === "")
    .map(({ place }) => place);
}

function returnsValue(node: ts.SignatureDeclaration, checker: ts.TypeChecker): boolean {
  const type = checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(node)!);
  const awaited = checker.getAwaitedType(type) ?? type;
  const nothing = ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never;
  const parts = awaited.isUnion() ? awaited.types : [awaited];
  const values = parts.map((part) => checker.getAwaitedType(part) ?? part);
  return values.some(({ flags }) => (flags & nothing) === 0);
}

/** Finds exported functions without an example, and classes without one on any of their parts. */
export function withoutExample({ main, callables, checker }: Surface): string[] {
  const hasExample = (thing: Documented) => tagsOf(thing, "example", checker).length > 0;
  const shown = new Set<ts.Node>(callables.filter(hasExample).map(({ node }) => node.parent));
  return main
    .filter((thing) => !hasExample(thing) && !shown.has(thing.node))
    .map(({ place }) => place);
}

const CODE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;

/**
 * Finds codes that a function throws in its body, or by way of a function or private method of its
 * file, and does not name in `@throws`; and codes in `@throws` that do not exist.
 *
 * @param known - All codes.
 */
export function wrongThrows({ callables, checker }: Surface, known: ReadonlySet<string>): string[] {
  return callables.flatMap((thing) => {
    const named = new Set(tagsOf(thing, "throws", checker).join("\n").match(CODE));
    const thrown = thrownCodes(thing.node, checker);
    return [
      ...[...named].filter((code) => !known.has(code)).map((code) => `unknown ${code}`),
      ...[...thrown].filter((code) => !named.has(code)).map((code) => `@throws lacks ${code}`),
    ].map((problem) => `${thing.place}: ${problem}`);
  });
}

function thrownCodes(start: ts.Node, checker: ts.TypeChecker): Set<string> {
  const codes = new Set<string>();
  const followed = new Set([start]);
  const visit = (node: ts.Node): void => {
    // What an inner function throws, its caller gets.
    if (ts.isFunctionLike(node)) return;
    if (ts.isThrowStatement(node)) addCodes(node, codes);
    if (ts.isCallExpression(node)) {
      const called = helperOf(node.expression, checker);
      if (called?.getSourceFile() === start.getSourceFile()) followed.add(called);
    }
    ts.forEachChild(node, visit);
  };
  for (const node of followed) ts.forEachChild(node, visit);
  return codes;
}

/** The function or private method that an expression names. */
function helperOf(expression: ts.Expression, checker: ts.TypeChecker): ts.Node | undefined {
  const declaration = checker.getSymbolAtLocation(expression)?.declarations?.[0];
  if (declaration === undefined || ts.isFunctionDeclaration(declaration)) return declaration;
  const isPrivate = ts.isMethodDeclaration(declaration) && ts.isPrivateIdentifier(declaration.name);
  return isPrivate ? declaration : undefined;
}

function addCodes(node: ts.Node, codes: Set<string>): void {
  if (ts.isPropertyAssignment(node) && node.name.getText() === "code") {
    if (ts.isStringLiteralLike(node.initializer)) codes.add(node.initializer.text);
  }
  ts.forEachChild(node, (child) => addCodes(child, codes));
}
