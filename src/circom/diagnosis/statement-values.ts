/** Values of the signals and variables in a statement. */
import type { Expression, Statement, Variable } from "../language/syntax.ts";
import { textOf } from "../language/source-text.ts";
import { expressionsOf, operandsOf, walkExpression } from "../language/walk.ts";
import type { CompiledCode } from "../evaluation/compiler.ts";
import { cellName } from "../evaluation/design.ts";
import type { Frame } from "../evaluation/frame.ts";
import { compilePlace, isTag } from "../evaluation/references.ts";
import type { Scope } from "../evaluation/scope.ts";
import { RunningComponent } from "../evaluation/simulation.ts";
import { ArrayValue, type Value } from "../evaluation/values.ts";

/** A signal or variable as the source names it, with its value. */
export interface NamedValue {
  /** As in the source: "bits[i]". */
  readonly name: string;
  /** Full name of the signal, such as "main.r[1].bits[3]"; undefined for variables. */
  readonly signal: string | undefined;
  /** Several for an array or a bus. */
  readonly values: readonly bigint[];
}

/** Returns the signals and variables of a statement, each once. */
export function statementValues(
  code: CompiledCode,
  statement: Statement,
  frame: Frame,
): NamedValue[] {
  const scope = code.scopeOf(statement);
  if (scope === undefined) return [];
  const byName = new Map<string, NamedValue>();
  for (const variable of evaluatedBy(statement).flatMap(variablesOf)) {
    const name = textOf(variable.span);
    const value = byName.has(name) ? undefined : readVariable(variable, scope, frame);
    if (value !== undefined) byName.set(name, { name, ...value });
  }
  return [...byName.values()];
}

/** @returns Undefined if it cannot be read: an index may be what is wrong. */
export function readVariable(
  variable: Variable,
  scope: Scope,
  frame: Frame,
): Omit<NamedValue, "name"> | undefined {
  const binding = scope.lookUp(variable.name);
  if (binding === undefined || frame.slots[binding.slot] === undefined) return undefined;
  try {
    const values = known(scope.expression(variable)(frame));
    if (values === undefined || binding.kind === "variable") {
      return values && { signal: undefined, values };
    }
    const place = compilePlace(variable, binding, scope)(frame);
    if (place === undefined || isTag(place)) return { signal: undefined, values };
    if (!(place.store instanceof RunningComponent)) return undefined;
    const isWhole = place.dimensions.length > 0 || place.bus !== undefined;
    const cell = isWhole ? place.wire.name : cellName(place.wire, place.offset);
    return { signal: `${place.store.path}.${cell}`, values };
  } catch {
    return undefined;
  }
}

function known(value: Value): bigint[] | undefined {
  const cells = value instanceof ArrayValue ? value.data : [value];
  return cells.every((cell) => typeof cell === "bigint") ? cells : undefined;
}

/** The expressions that a statement itself evaluates, without those of statements in it. */
function evaluatedBy(statement: Statement): readonly Expression[] {
  if (statement.kind === "for") return [statement.condition];
  if (statement.kind !== "assignment") return expressionsOf(statement);
  const { target, value } = statement;
  return [value, ...(target.kind === "variable" ? operandsOf(target) : [])];
}

function variablesOf(node: Expression): Variable[] {
  return [...walkExpression(node)].filter((inner) => inner.kind === "variable");
}
