/**
 * Finds the constraints in sources, each with a change that removes it and leaves all values:
 * `a === b` becomes an empty block, and `<==` becomes `<--`.
 */
import { lineOf, type Span, textOf } from "./language/source-text.ts";
import type { Assignment, Declaration, Expression, Program, Statement } from "./language/syntax.ts";
import type { SourceChange } from "./source-change.ts";

/** A constraint of a template, and the change that removes it. */
export interface SourceMutant {
  readonly template: string;
  /** From 1 on. */
  readonly line: number;
  /** The statement on one line. */
  readonly source: string;
  readonly change: SourceChange;
}

/** Lists the constraints of all templates in the order of their places. */
export function findMutants(programs: readonly Program[]): SourceMutant[] {
  return programs.flatMap(({ definitions }) =>
    definitions
      .filter(({ kind }) => kind === "template")
      .flatMap(({ name, body }) =>
        mutantsOf(body).map(({ span, change }) => ({
          template: name,
          line: lineOf(span),
          source: textOf(span),
          change,
        })),
      ),
  );
}

interface Found {
  readonly span: Span;
  readonly change: SourceChange;
}

function mutantsOf(statement: Statement): Found[] {
  switch (statement.kind) {
    case "block":
      return statement.statements.flatMap(mutantsOf);
    case "if": {
      const { whenTrue, whenFalse } = statement;
      return [...mutantsOf(whenTrue), ...(whenFalse === undefined ? [] : mutantsOf(whenFalse))];
    }
    case "for":
    case "while":
      return mutantsOf(statement.body);
    case "constraint":
      return removal(statement.span);
    case "assignment":
      return fromAssignment(statement);
    case "declaration":
      return fromDeclaration(statement);
    default:
      return [];
  }
}

/** The block takes the place of the semicolon, too: an empty statement is no circom. */
function removal(span: Span): Found[] {
  const { text } = span.source;
  const semicolon = text.indexOf(";", span.end);
  if (semicolon < 0 || text.slice(span.end, semicolon).trim() !== "") return [];
  const original = text.slice(span.start, semicolon + 1);
  const blank = original.slice(2).replace(/[^\n]/g, " ");
  return [{ span, change: toChange(span, span.start, original, `{}${blank}`) }];
}

function fromAssignment({ operator, target, value, span }: Assignment): Found[] {
  return operator === "<==" ? weakening(span, value, target.span) : [];
}

function fromDeclaration({ type, names, tupleValue, span }: Declaration): Found[] {
  if (type !== "signal") return []; // circom assigns buses by <== only
  const initials = [...names.map(({ initial }) => initial), tupleValue];
  return initials.flatMap((initial) =>
    initial?.operator === "<==" ? weakening(span, initial.value) : [],
  );
}

/** Turns the operator beside a value into one without a constraint. */
function weakening(span: Span, value: Expression, target?: Span): Found[] {
  const { text } = span.source;
  const isReversed = target !== undefined && target.start > value.span.start;
  const [operator, replacement] = isReversed ? ["==>", "-->"] : ["<==", "<--"];
  const start = isReversed
    ? text.indexOf(operator, value.span.end)
    : text.lastIndexOf(operator, value.span.start);
  const end = start + operator.length;
  const between = isReversed
    ? text.slice(value.span.end, start)
    : text.slice(end, value.span.start);
  // Nothing but parentheses stands between the operator and its value, unless there are comments.
  if (start < span.start || end > span.end || !/^[\s()]*$/.test(between)) return [];
  return [{ span, change: toChange(span, start, operator, replacement) }];
}

function toChange(span: Span, start: number, original: string, replacement: string): SourceChange {
  return { file: span.source.file, start, original, replacement };
}
