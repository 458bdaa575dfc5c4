/** Visits the statements and expressions of a syntax tree. */
import type { Expression, InitialValue, Statement } from "./syntax.ts";

/** Statements directly in a statement; those in the head of a `for` are its own parts. */
function innerStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "block":
      return statement.statements;
    case "if":
      return statement.whenFalse === undefined
        ? [statement.whenTrue]
        : [statement.whenTrue, statement.whenFalse];
    case "for":
    case "while":
      return [statement.body];
    default:
      return [];
  }
}

/** Expressions in a statement and in the head of a `for`, without those of inner statements. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  const initial = (value: InitialValue | undefined) => (value === undefined ? [] : [value.value]);
  switch (statement.kind) {
    case "declaration": {
      const { names, bus, tupleValue } = statement;
      const declared = names.flatMap((name) => [...name.dimensions, ...initial(name.initial)]);
      return [...(bus === undefined ? [] : [bus]), ...declared, ...initial(tupleValue)];
    }
    case "assignment":
      return [statement.target, statement.value];
    case "constraint":
      return [statement.left, statement.right];
    case "assert":
    case "if":
    case "while":
      return [statement.condition];
    case "for": {
      const { initial: first, condition, step } = statement;
      return [...expressionsOf(first), condition, ...expressionsOf(step)];
    }
    case "log":
      return statement.parts.filter((part) => typeof part !== "string");
    case "return":
    case "expression":
      return [statement.value];
    case "block":
      return [];
  }
}

/** Expressions directly in an expression. */
export function operandsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "number":
      return [];
    case "variable":
      return node.accesses.flatMap((access) => (access.kind === "index" ? [access.index] : []));
    case "unary":
    case "parallel":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "conditional":
      return [node.condition, node.whenTrue, node.whenFalse];
    case "call":
      return node.arguments;
    case "anonymous":
      return [...node.arguments, ...node.inputs.map(({ value }) => value)];
    case "array":
    case "tuple":
      return node.elements;
  }
}

/** Visits an expression and all in it, each before its operands. */
export function* walkExpression(node: Expression): Generator<Expression> {
  yield node;
  for (const operand of operandsOf(node)) yield* walkExpression(operand);
}

/** Visits a statement and all in it, each before its inner ones; blocks are not visited. */
export function* walkStatements(statement: Statement): Generator<Statement> {
  if (statement.kind !== "block") yield statement;
  for (const inner of innerStatements(statement)) yield* walkStatements(inner);
}
