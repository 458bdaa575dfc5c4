/** Parses expressions. */
import type {
  Access,
  AnonymousInput,
  AssignmentOperator,
  BinaryOperator,
  Expression,
  Variable,
} from "./syntax.ts";
import type { TokenStream } from "./tokens.ts";

/** Operators by how strongly they bind, weakest first. All are left-associative. */
const PRECEDENCE: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", ">", "<=", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "\\", "%"],
  ["**"],
];

/** @throws CIRCUIT_NOT_UNDERSTOOD */
export function parseExpression(tokens: TokenStream): Expression {
  const { start } = tokens.peek();
  if (tokens.accept("parallel")) {
    const operand = parseExpression(tokens);
    return { kind: "parallel", operand, span: tokens.spanFrom(start) };
  }
  const condition = parseBinary(tokens, 0);
  if (!tokens.accept("?")) return condition;
  const whenTrue = parseExpression(tokens);
  tokens.expect(":");
  const whenFalse = parseExpression(tokens);
  return { kind: "conditional", condition, whenTrue, whenFalse, span: tokens.spanFrom(start) };
}

/** Parses a list in which each element may be left out only as a whole: `()` or `(a, b)`. */
export function parseList<T>(
  tokens: TokenStream,
  [open, close]: readonly [string, string],
  parseElement: () => T,
): T[] {
  tokens.expect(open);
  const elements: T[] = [];
  if (tokens.accept(close)) return elements;
  do elements.push(parseElement());
  while (tokens.accept(","));
  tokens.expect(close);
  return elements;
}

/** Parses a name with its indices and members. @throws CIRCUIT_NOT_UNDERSTOOD */
export function parseVariable(tokens: TokenStream): Variable {
  const { text: name, start } = tokens.expectKind("name", "a name");
  const accesses: Access[] = [];
  for (;;) {
    if (tokens.accept("[")) {
      accesses.push({ kind: "index", index: parseExpression(tokens) });
      tokens.expect("]");
    } else if (tokens.accept(".")) {
      accesses.push({ kind: "member", name: tokens.expectKind("name", "a member").text });
    } else return { kind: "variable", name, accesses, span: tokens.spanFrom(start) };
  }
}

function parseBinary(tokens: TokenStream, level: number): Expression {
  const operators = PRECEDENCE[level];
  if (operators === undefined) return parseUnary(tokens);
  const { start } = tokens.peek();
  let left = parseBinary(tokens, level + 1);
  while (tokens.isAt(...operators)) {
    const operator = tokens.read().text as BinaryOperator;
    const right = parseBinary(tokens, level + 1);
    left = { kind: "binary", operator, left, right, span: tokens.spanFrom(start) };
  }
  return left;
}

function parseUnary(tokens: TokenStream): Expression {
  const { start } = tokens.peek();
  if (!tokens.isAt("!", "~", "-")) return parsePrimary(tokens);
  const operator = tokens.read().text as "!" | "~" | "-";
  const operand = parseUnary(tokens);
  return { kind: "unary", operator, operand, span: tokens.spanFrom(start) };
}

function parsePrimary(tokens: TokenStream): Expression {
  const { kind, text, start } = tokens.peek();
  if (kind === "number") {
    tokens.read();
    const value = text === "0x" ? 0n : BigInt(text);
    return { kind: "number", value, span: tokens.spanFrom(start) };
  }
  if (tokens.accept("_")) {
    return { kind: "variable", name: "_", accesses: [], span: tokens.spanFrom(start) };
  }
  if (tokens.isAt("[")) {
    const elements = parseList(tokens, ["[", "]"], () => parseExpression(tokens));
    return { kind: "array", elements, span: tokens.spanFrom(start) };
  }
  if (tokens.isAt("(")) {
    const elements = parseList(tokens, ["(", ")"], () => parseExpression(tokens));
    if (elements.length === 1) return elements[0]!;
    return { kind: "tuple", elements, span: tokens.spanFrom(start) };
  }
  if (kind === "name" && tokens.peek(1).text === "(") return parseCall(tokens);
  if (kind === "name") return parseVariable(tokens);
  return tokens.fail("an expression");
}

function parseCall(tokens: TokenStream): Expression {
  const { text: name, start } = tokens.read();
  const parameters = parseList(tokens, ["(", ")"], () => parseExpression(tokens));
  if (!tokens.isAt("(")) {
    return { kind: "call", name, arguments: parameters, span: tokens.spanFrom(start) };
  }
  const inputs = parseList(tokens, ["(", ")"], () => parseAnonymousInput(tokens));
  const span = tokens.spanFrom(start);
  return { kind: "anonymous", name, arguments: parameters, inputs, span };
}

function parseAnonymousInput(tokens: TokenStream): AnonymousInput {
  const isNamed = ["<==", "<--", "="].includes(tokens.peek(1).text);
  if (tokens.peek().kind !== "name" || !isNamed) {
    return { name: undefined, operator: "<==", value: parseExpression(tokens) };
  }
  const name = tokens.read().text;
  const operator = tokens.read().text as AssignmentOperator;
  return { name, operator, value: parseExpression(tokens) };
}
