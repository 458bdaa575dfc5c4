/**
 * Finds the constraints in sources, each with a change that removes it and leaves all values:
 * `a === b` becomes an empty block, and `<==` becomes `<--`.
 */
import { lineOf, type Span, textOf } from "./language/source-text.ts";
import type { Assignment, Declaration, Expression, Program, Statement } from "./language/syntax.ts";
import { walkStatements } from "./language/walk.ts";
import type { SourceChange } from "./source-change.ts";
import { blankComments } from "./source-text.ts";

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
  return programs.flatMap(({ definitions, source }) => {
    const code = blankComments(source.text);
    return definitions
      .filter(({ kind }) => kind === "template")
      .flatMap(({ name, body }) =>
        mutantsOf(body, code).map(({ span, change }) => ({
          template: name,
          line: lineOf(span),
          source: textOf(span),
          change,
        })),
      );
  });
}

interface Found {
  readonly span: Span;
  readonly change: SourceChange;
}

/** @param code - The text of the file with blanks for comments. */
function mutantsOf(body: Statement, code: string): Found[] {
  return Array.from(walkStatements(body)).flatMap((statement) => {
    switch (statement.kind) {
      case "constraint":
        return removal(statement.span, code);
      case "assignment":
        return fromAssignment(statement, code);
      case "declaration":
        return fromDeclaration(statement, code);
      default:
        return [];
    }
  });
}

/** The block takes the place of the semicolon, too: an empty statement is no circom. */
function removal(span: Span, code: string): Found[] {
  const semicolon = code.indexOf(";", span.end);
  if (semicolon < 0 || code.slice(span.end, semicolon).trim() !== "") return [];
  const original = span.source.text.slice(span.start, semicolon + 1);
  const blank = original.slice(2).replace(/[^\n]/g, " ");
  return [{ span, change: toChange(span, span.start, original, `{}${blank}`) }];
}

function fromAssignment({ operator, target, value, span }: Assignment, code: string): Found[] {
  return operator === "<==" ? weakening(span, code, value, target.span) : [];
}

function fromDeclaration({ type, names, tupleValue, span }: Declaration, code: string): Found[] {
  if (type !== "signal") return []; // circom assigns buses by <== only
  const initials = [...names.map(({ initial }) => initial), tupleValue];
  return initials.flatMap((initial) =>
    initial?.operator === "<==" ? weakening(span, code, initial.value) : [],
  );
}

/** Turns the operator beside a value into one without a constraint. */
function weakening(span: Span, code: string, value: Expression, target?: Span): Found[] {
  const isReversed = target !== undefined && target.start > value.span.start;
  const [operator, replacement] = isReversed ? ["==>", "-->"] : ["<==", "<--"];
  const start = isReversed
    ? code.indexOf(operator, value.span.end)
    : code.lastIndexOf(operator, value.span.start);
  const end = start + operator.length;
  const between = isReversed
    ? code.slice(value.span.end, start)
    : code.slice(end, value.span.start);
  // Nothing but parentheses stands between the operator and its value.
  if (start < span.start || end > span.end || !/^[\s()]*$/.test(between)) return [];
  return [{ span, change: toChange(span, start, operator, replacement) }];
}

function toChange(span: Span, start: number, original: string, replacement: string): SourceChange {
  return { file: span.source.file, start, original, replacement };
}
