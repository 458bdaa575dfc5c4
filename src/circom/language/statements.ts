/** Parses statements. */
import { parseExpression, parseList, parseVariable } from "./expressions.ts";
import type {
  Assignment,
  AssignmentOperator,
  BinaryOperator,
  Block,
  Call,
  Declaration,
  DeclaredName,
  Expression,
  InitialValue,
  Statement,
} from "./syntax.ts";
import type { TokenStream } from "./tokens.ts";

const COMPOUND_ASSIGNMENTS = new Map<string, BinaryOperator>([
  ...(["+", "-", "*", "/", "\\", "%", "**", "<<", ">>", "&", "|", "^"] as const).map(
    (operator) => [`${operator}=`, operator] as const,
  ),
  ["++", "+"],
  ["--", "-"],
]);

/** @throws CIRCUIT_NOT_UNDERSTOOD */
export function parseBlock(tokens: TokenStream): Block {
  const { start } = tokens.expect("{");
  const statements: Statement[] = [];
  while (!tokens.isAt("}")) statements.push(parseStatement(tokens));
  tokens.expect("}");
  return { kind: "block", statements, span: tokens.spanFrom(start) };
}

function parseStatement(tokens: TokenStream): Statement {
  const { kind, text } = tokens.peek();
  const parse = kind === "name" ? KEYWORD_STATEMENTS.get(text) : undefined;
  if (parse !== undefined) return parse(tokens);
  if (tokens.isAt("{")) return parseBlock(tokens);
  return endStatement(tokens, parseSimple(tokens));
}

const KEYWORD_STATEMENTS = new Map<string, (tokens: TokenStream) => Statement>([
  ["if", parseIf],
  ["while", parseWhile],
  ["for", parseFor],
  ["return", parseReturn],
  ["assert", parseAssertion],
  ["log", parseLog],
]);

/** Reads the semicolon, which belongs to no statement. */
function endStatement<T extends Statement>(tokens: TokenStream, statement: T): T {
  tokens.expect(";");
  return statement;
}

/** A declaration, an assignment, a constraint or an anonymous component; without a semicolon. */
function parseSimple(tokens: TokenStream): Statement {
  return isDeclaration(tokens) ? parseDeclaration(tokens) : parseAssignment(tokens);
}

function parseIf(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  const condition = parseCondition(tokens);
  const whenTrue = parseStatement(tokens);
  const whenFalse = tokens.accept("else") ? parseStatement(tokens) : undefined;
  return { kind: "if", condition, whenTrue, whenFalse, span: tokens.spanFrom(start) };
}

function parseWhile(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  const condition = parseCondition(tokens);
  const body = parseStatement(tokens);
  return { kind: "while", condition, body, span: tokens.spanFrom(start) };
}

function parseFor(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  tokens.expect("(");
  const initial = endStatement(tokens, parseSimple(tokens));
  const condition = parseExpression(tokens);
  tokens.expect(";");
  const step = parseAssignment(tokens);
  tokens.expect(")");
  const body = parseStatement(tokens);
  return { kind: "for", initial, condition, step, body, span: tokens.spanFrom(start) };
}

function parseReturn(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  const value = parseExpression(tokens);
  return endStatement(tokens, { kind: "return", value, span: tokens.spanFrom(start) });
}

function parseAssertion(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  const condition = parseCondition(tokens);
  return endStatement(tokens, { kind: "assert", condition, span: tokens.spanFrom(start) });
}

function parseLog(tokens: TokenStream): Statement {
  const { start } = tokens.read();
  const parts = parseList(tokens, ["(", ")"], () =>
    tokens.peek().kind === "string" ? tokens.read().text.slice(1, -1) : parseExpression(tokens),
  );
  return endStatement(tokens, { kind: "log", parts, span: tokens.spanFrom(start) });
}

function parseCondition(tokens: TokenStream): Expression {
  tokens.expect("(");
  const condition = parseExpression(tokens);
  tokens.expect(")");
  return condition;
}

function parseAssignment(tokens: TokenStream): Statement {
  const { start } = tokens.peek();
  const left = parseExpression(tokens);
  const assign = (
    target: Expression,
    operator: AssignmentOperator,
    value: Expression,
    compound?: BinaryOperator,
  ): Assignment => {
    const span = tokens.spanFrom(start);
    return { kind: "assignment", target, operator, compound, value, span };
  };
  if (tokens.isAt("=", "<--", "<==")) {
    const operator = tokens.read().text as AssignmentOperator;
    return assign(left, operator, parseExpression(tokens));
  }
  if (tokens.accept("-->")) return assign(parseExpression(tokens), "<--", left);
  if (tokens.accept("==>")) return assign(parseExpression(tokens), "<==", left);
  if (tokens.accept("===")) {
    const right = parseExpression(tokens);
    return { kind: "constraint", left, right, span: tokens.spanFrom(start) };
  }
  const compound = COMPOUND_ASSIGNMENTS.get(tokens.peek().text);
  if (compound !== undefined) {
    const isStep = tokens.isAt("++", "--");
    tokens.read();
    const span = tokens.spanFrom(start);
    const one = { kind: "number", value: 1n, span } as const;
    return assign(left, "=", isStep ? one : parseExpression(tokens), compound);
  }
  if (left.kind === "anonymous") {
    return { kind: "expression", value: left, span: tokens.spanFrom(start) };
  }
  return tokens.fail("an assignment or a constraint");
}

/** A declaration begins with a keyword, or with the name of a bus before another name. */
function isDeclaration(tokens: TokenStream): boolean {
  if (tokens.isAt("var", "component", "signal", "input", "output")) return true;
  if (tokens.peek().kind !== "name") return false;
  let ahead = 1;
  if (tokens.peek(1).text === "(") {
    let depth = 0;
    do {
      const { kind, text } = tokens.peek(ahead++);
      if (kind === "end") return false;
      if (text === "(") depth++;
      else if (text === ")") depth--;
    } while (depth > 0);
  }
  const { kind, text } = tokens.peek(ahead);
  return kind === "name" || text === "{";
}

function parseDeclaration(tokens: TokenStream): Declaration {
  const { start } = tokens.peek();
  let direction = parseDirection(tokens);
  const type = parseType(tokens);
  const bus = type === "bus" ? parseBus(tokens) : undefined;
  if (direction === "intermediate") direction = parseDirection(tokens);
  const tags = tokens.isAt("{") ? parseNames(tokens, ["{", "}"]) : [];
  let names: DeclaredName[] = [];
  let tupleValue: InitialValue | undefined;
  if (tokens.isAt("(")) {
    names = parseList(tokens, ["(", ")"], () => parseDeclaredName(tokens));
    tupleValue = parseInitialValue(tokens);
  } else {
    do names.push(parseDeclaredName(tokens));
    while (tokens.accept(","));
  }
  const span = tokens.spanFrom(start);
  return { kind: "declaration", type, direction, tags, bus, names, tupleValue, span };
}

function parseDirection(tokens: TokenStream): Declaration["direction"] {
  if (tokens.accept("input")) return "input";
  return tokens.accept("output") ? "output" : "intermediate";
}

function parseType(tokens: TokenStream): Declaration["type"] {
  for (const type of ["var", "component", "signal"] as const) if (tokens.accept(type)) return type;
  return "bus";
}

function parseBus(tokens: TokenStream): Call {
  const { text: name, start } = tokens.expectKind("name", "a bus");
  const parameters = tokens.isAt("(")
    ? parseList(tokens, ["(", ")"], () => parseExpression(tokens))
    : [];
  return { kind: "call", name, arguments: parameters, span: tokens.spanFrom(start) };
}

function parseDeclaredName(tokens: TokenStream): DeclaredName {
  const { name, accesses, span } = parseVariable(tokens);
  const dimensions = accesses.map((access) =>
    access.kind === "index" ? access.index : tokens.fail("a new name without members"),
  );
  return { name, dimensions, initial: parseInitialValue(tokens), span };
}

function parseInitialValue(tokens: TokenStream): InitialValue | undefined {
  if (!tokens.isAt("=", "<--", "<==")) return undefined;
  const operator = tokens.read().text as AssignmentOperator;
  return { operator, value: parseExpression(tokens) };
}

/** Parses a list of names: parameters, tags or public signals. */
export function parseNames(tokens: TokenStream, brackets: readonly [string, string]): string[] {
  return parseList(tokens, brackets, () => tokens.expectKind("name", "a name").text);
}
