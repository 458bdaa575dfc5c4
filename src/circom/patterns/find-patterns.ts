/**
 * Finds patterns in circom source that have often been faults, by names and without evaluating
 * anything. A finding is a place to look at, not a proof; no finding proves nothing.
 */
import { lineOf, type Span, textOf } from "../language/source-text.ts";
import type { Expression, Program } from "../language/syntax.ts";
import { FIELD_BITS } from "../../crypto/field.ts";
import { walkExpression } from "../language/walk.ts";
import { collectFacts, type TemplateFacts } from "./template-facts.ts";

/** Names of the patterns. */
export type PatternName =
  | "unchecked-hint"
  | "division-in-hint"
  | "unused-result"
  | "unused-input"
  | "comparison-without-range"
  | "bits-alias";

export interface PatternFinding {
  readonly pattern: PatternName;
  readonly template: string;
  /** Path of the source file. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  /** The source at that place, on one line. */
  readonly source: string;
  readonly message: string;
}

/** Comparators of circomlib and this package that assume inputs of n bits. */
const COMPARATORS = /^(?:Less|Greater)(?:Eq)?Than$/;
/** Templates that decompose a number into bits, and so limit it. */
const DECOMPOSITIONS = /^(?:Num2Bits|ToBits|RangeCheck|AssertBits|Bits)/;
/** Decompositions whose parameter is the number of bits, without a comparison with r. */
const PLAIN_DECOMPOSITIONS = /^(?:Num2Bits|ToBits)$/;

type Found = Omit<PatternFinding, "template" | "file" | "line" | "source"> & {
  readonly span: Span;
};

/** Finds the patterns in the templates of some files. */
export function findPatterns(programs: readonly Program[]): PatternFinding[] {
  const all = programs
    .flatMap(({ definitions }) => definitions)
    .filter(({ kind }) => kind === "template")
    .map(collectFacts);
  const byName = new Map(all.map((facts) => [facts.definition.name, facts]));
  return all.flatMap((facts) =>
    [
      ...uncheckedHints(facts),
      ...divisions(facts),
      ...unusedResults(facts, byName),
      ...unusedInputs(facts),
      ...comparisons(facts),
      ...aliases(facts),
    ].map(({ span, pattern, message }) => ({
      pattern,
      template: facts.definition.name,
      file: span.source.file,
      line: lineOf(span),
      source: textOf(span),
      message,
    })),
  );
}

function uncheckedHints({ hints, constrained }: TemplateFacts): Found[] {
  const unchecked = hints.filter(({ name }) => !constrained.has(name));
  return unchecked.map(({ name, span }) => ({
    pattern: "unchecked-hint",
    span,
    message: `${name} is assigned by <-- and is in no constraint of its template`,
  }));
}

/**
 * Where dividend and divisor are 0, quotient · divisor = dividend leaves the quotient free. A
 * dividend that is a number other than 0 has no such case.
 */
function divisions({ hints }: TemplateFacts): Found[] {
  return hints.flatMap(({ name, value, span }): Found[] => {
    const divisors: Expression[] = [];
    for (const node of walkExpression(value)) {
      if (node.kind !== "binary" || node.operator !== "/" || node.left.kind === "number") continue;
      divisors.push(node.right);
    }
    // `x != 0 ? 1 / x : 0` has thought of it.
    if (value.kind === "conditional" || !divisors.some(hasVariable)) return [];
    const message = `${name} is a quotient: for 0 / 0 it is free, unless something refuses that`;
    return [{ pattern: "division-in-hint", span, message }];
  });
}

function unusedResults(
  { components, read, definition }: TemplateFacts,
  templates: ReadonlyMap<string, TemplateFacts>,
): Found[] {
  return [...components].flatMap(([name, call]): Found[] => {
    const outputs = [...(templates.get(call.name)?.signals.values() ?? [])].filter(
      ({ direction }) => direction === "output",
    );
    // Bits that nobody reads limit a number: that is what they are for.
    const results = outputs.filter(({ isArray }) => !isArray);
    if (results.length === 0 || read.has(name)) return [];
    const which = results.map((result) => `${name}.${result.name}`).join(", ");
    const message = `${which} of ${call.name} is never used in ${definition.name}`;
    return [{ pattern: "unused-result", span: call.span, message }];
  });
}

function unusedInputs({ signals, constrained }: TemplateFacts): Found[] {
  return [...signals.values()]
    .filter(({ name, direction }) => direction === "input" && !constrained.has(name))
    .map(({ name, span }) => ({
      pattern: "unused-input",
      span,
      message: `the input ${name} is in no constraint: any value of it can be proven`,
    }));
}

function comparisons({ components, connections, signals }: TemplateFacts): Found[] {
  const templateOf = (component: string) => components.get(component)?.name ?? "";
  const limited = new Set(
    connections
      .filter(({ component }) => DECOMPOSITIONS.test(templateOf(component)))
      .flatMap(({ value }) => namesIn(value)),
  );
  return connections
    .filter(({ component }) => COMPARATORS.test(templateOf(component)))
    .flatMap(({ component, value, span }): Found[] => {
      const inputs = namesIn(value).filter(
        (name) => signals.get(name)?.direction === "input" && !limited.has(name),
      );
      if (inputs.length === 0) return [];
      const message =
        `${templateOf(component)} assumes numbers of limited size, ` +
        `but nothing in this template limits ${inputs.join(", ")}`;
      return [{ pattern: "comparison-without-range", span, message }];
    });
}

function aliases({ calls }: TemplateFacts): Found[] {
  return calls.flatMap((call): Found[] => {
    const [bits] = call.arguments;
    if (!PLAIN_DECOMPOSITIONS.test(call.name) || bits?.kind !== "number") return [];
    if (bits.value < BigInt(FIELD_BITS)) return [];
    const message = `${call.name}(${bits.value}) has two solutions for small numbers: x and x + r`;
    return [{ pattern: "bits-alias", span: call.span, message }];
  });
}

function namesIn(expression: Expression): string[] {
  const names: string[] = [];
  for (const node of walkExpression(expression)) {
    if (node.kind === "variable") names.push(node.name);
  }
  return names;
}

function hasVariable(expression: Expression): boolean {
  return namesIn(expression).length > 0;
}
