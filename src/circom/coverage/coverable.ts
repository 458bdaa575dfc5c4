/** What of a source file can be covered: routines, statements, branches, constraints, checks. */
import type { Decision } from "../evaluation/frame.ts";
import type {
  Assertion,
  Constraint,
  Definition,
  Expression,
  Program,
  Statement,
} from "../language/syntax.ts";
import { expressionsOf, walkExpression, walkStatements } from "../language/walk.ts";

/** A condition with branches; those of asserts are checks. */
export type Branching = Exclude<Decision, Assertion>;

/** A statement that refuses inputs: `===`, or an assert. */
export type Check = Constraint | Assertion;

/** A template or a function. */
export interface Coverable {
  readonly definition: Definition;
  readonly statements: readonly Statement[];
  readonly branchings: readonly Branching[];
  /** Statements with `<==` or `===`. */
  readonly constraints: readonly Statement[];
  readonly checks: readonly Check[];
}

/** Lists what can be covered. Buses only declare; nobody here evaluates custom gates. */
export function listCoverables({ definitions }: Program): Coverable[] {
  return definitions
    .filter(({ kind, isCustom, isExternal }) => kind !== "bus" && !isCustom && !isExternal)
    .map(toCoverable);
}

function toCoverable(definition: Definition): Coverable {
  const statements = [...walkStatements(definition.body)];
  return {
    definition,
    statements,
    branchings: statements.flatMap(branchingsOf),
    constraints: statements.filter(isConstraint),
    checks: statements.filter(({ kind }) => kind === "constraint" || kind === "assert") as Check[],
  };
}

function branchingsOf(statement: Statement): Branching[] {
  const isBranching = ["if", "for", "while"].includes(statement.kind);
  return [
    ...(isBranching ? [statement as Branching] : []),
    ...nodesOf(statement).filter((node) => node.kind === "conditional"),
  ];
}

function nodesOf(statement: Statement): Expression[] {
  return expressionsOf(statement).flatMap((expression) => [...walkExpression(expression)]);
}

/** Whether it makes a constraint itself, or passes inputs to an anonymous component. */
function isConstraint(statement: Statement): boolean {
  if (statement.kind === "constraint") return true;
  if (statement.kind === "assignment" && statement.operator === "<==") return true;
  if (statement.kind === "declaration") {
    const { names, tupleValue } = statement;
    if (tupleValue?.operator === "<==") return true;
    if (names.some(({ initial }) => initial?.operator === "<==")) return true;
  }
  return nodesOf(statement).some((node) => node.kind === "anonymous" && node.inputs.length > 0);
}
