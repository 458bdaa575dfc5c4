/**
 * Parses circom 2.2 for diagnostics. The compiler remains circom: what this parser accepts may
 * still be refused by it.
 *
 * @see https://docs.circom.io/circom-language/signals/
 */
import { parseExpression } from "./expressions.ts";
import { parseBlock, parseNames } from "./statements.ts";
import type { Definition, Include, MainComponent, Pragma, Program } from "./syntax.ts";
import { TokenStream } from "./tokens.ts";

/**
 * Parses one file. Includes are listed, and not followed.
 *
 * @param file - Path that locations and errors show.
 * @param text - Its content.
 * @throws CIRCUIT_NOT_UNDERSTOOD
 *
 * @example
 * const { definitions } = parse("a.circom", "template A(n) { signal input x; x * x === n; }");
 * definitions[0].name; // "A"
 * definitions[0].body.statements.map(({ kind }) => kind); // ["declaration", "constraint"]
 */
export function parse(file: string, text: string): Program {
  const tokens = new TokenStream(file, text);
  const pragmas: Pragma[] = [];
  const includes: Include[] = [];
  const definitions: Definition[] = [];
  let main: MainComponent | null = null;
  while (tokens.peek().kind !== "end") {
    if (tokens.isAt("pragma")) pragmas.push(parsePragma(tokens));
    else if (tokens.isAt("include")) includes.push(parseInclude(tokens));
    else if (tokens.isAt("component")) main = parseMain(tokens);
    else definitions.push(parseDefinition(tokens));
  }
  return { source: tokens.source, pragmas, includes, definitions, main };
}

function parsePragma(tokens: TokenStream): Pragma {
  const { start } = tokens.read();
  const name = tokens.expectKind("name", "a pragma").text;
  let value = "";
  while (!tokens.isAt(";") && tokens.peek().kind !== "end") value += tokens.read().text;
  const span = tokens.spanFrom(start);
  tokens.expect(";");
  return { name, value, span };
}

function parseInclude(tokens: TokenStream): Include {
  const { start } = tokens.read();
  const path = tokens.expectKind("string", "the path of a file in quotes").text.slice(1, -1);
  const span = tokens.spanFrom(start);
  tokens.expect(";");
  return { path, span };
}

function parseMain(tokens: TokenStream): MainComponent {
  const { start } = tokens.read();
  tokens.expect("main");
  let publicSignals: string[] = [];
  if (tokens.accept("{")) {
    tokens.expect("public");
    publicSignals = parseNames(tokens, ["[", "]"]);
    tokens.expect("}");
  }
  tokens.expect("=");
  const value = parseExpression(tokens);
  const span = tokens.spanFrom(start);
  tokens.expect(";");
  return { publicSignals, value, span };
}

function parseDefinition(tokens: TokenStream): Definition {
  const { start } = tokens.peek();
  if (!tokens.isAt("function", "template", "bus")) {
    tokens.fail("a function, a template, a bus, an include or the main component");
  }
  const kind = tokens.read().text as Definition["kind"];
  const isTemplate = kind === "template";
  const isCustom = isTemplate && tokens.accept("custom");
  const isExternal = isTemplate && tokens.accept("extern_c");
  const isParallel = isTemplate && tokens.accept("parallel");
  const { text: name, start: nameStart } = tokens.expectKind("name", "a name");
  const nameSpan = tokens.spanFrom(nameStart);
  const hasParameters = kind === "function" || tokens.isAt("(");
  const parameters = hasParameters ? parseNames(tokens, ["(", ")"]) : [];
  const body = parseBlock(tokens);
  const span = tokens.spanFrom(start);
  return { kind, name, nameSpan, parameters, isCustom, isParallel, isExternal, body, span };
}
