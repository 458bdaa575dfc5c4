/** Compiles the bodies of functions, templates and buses. */
import type { Definition, Statement } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import { asAnonymous, compileAnonymous } from "./anonymous.ts";
import { compileAssignment } from "./assignments.ts";
import { compileDeclaration } from "./declarations.ts";
import { compileExpression } from "./expressions.ts";
import type { Execute } from "./frame.ts";
import { type Compiler, type Routine, Scope } from "./scope.ts";
import {
  atStatement,
  compileAssert,
  compileBlock,
  compileConstraint,
  compileFor,
  compileIf,
  compileLog,
  compileReturn,
  compileWhile,
} from "./statements.ts";

/** Compiled definitions, and the names that each of their statements sees. */
export interface CompiledCode extends Compiler {
  scopeOf(statement: Statement): Scope | undefined;
  /** Returns an empty scope. */
  scope(): Scope;
}

export function createCompiler(): CompiledCode {
  const routines = new Map<Definition, Routine>();
  const scopes = new Map<Statement, Scope>();
  const compiler: CompiledCode = {
    expression: compileExpression,
    statement: (node, scope) => {
      scopes.set(node, scope);
      return compileStatement(node, scope);
    },
    scope: () => new Scope(compiler),
    scopeOf: (statement) => scopes.get(statement),
    routine: (definition) => {
      const known = routines.get(definition);
      if (known !== undefined) return known;
      const scope = new Scope(compiler);
      for (const name of definition.parameters) scope.declare("variable", name);
      const run = compileBlock(definition.body, scope);
      const routine = { definition, run, slots: scope.slots };
      routines.set(definition, routine);
      return routine;
    },
  };
  return compiler;
}

function compileStatement(node: Statement, scope: Scope): Execute {
  switch (node.kind) {
    case "declaration":
      return atStatement(node, compileDeclaration(node, scope));
    case "assignment":
      return atStatement(node, compileAssignment(node, scope));
    case "constraint":
      return compileConstraint(node, scope);
    case "assert":
      return compileAssert(node, scope);
    case "log":
      return compileLog(node, scope);
    case "if":
      return compileIf(node, scope);
    case "while":
      return compileWhile(node, scope);
    case "for":
      return compileFor(node, scope);
    case "block":
      return compileBlock(node, scope);
    case "return":
      return compileReturn(node, scope);
    case "expression": {
      const anonymous = asAnonymous(node.value);
      if (anonymous === undefined) throw notUnderstood(node.span, "an expression is no statement");
      const create = compileAnonymous(anonymous, scope);
      return atStatement(node, (frame) => {
        create(frame);
        return undefined;
      });
    }
  }
}
