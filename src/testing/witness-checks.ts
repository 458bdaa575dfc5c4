/** Assertions about witnesses. */
import type { SignalTree } from "../circom/signal-tree.ts";
import type { RollupError } from "../util/errors.ts";
import { type Difference, findDifferences, showDifferences } from "./compare.ts";
import { testingError } from "./errors.ts";
import { resolveRun, resolveWitness, type WitnessLike } from "./subjects.ts";
import type { Verdict } from "./verdict.ts";

/** Maximum violated constraints that a message shows. */
const VIOLATIONS_MAX = 3;

/** Compares outputs by name. @throws OUTPUT_UNKNOWN, EXPECTED_NOT_A_NUMBER, ASSERTION_SUBJECT */
export async function checkOutputs(
  subject: unknown,
  expected: Readonly<Record<string, unknown>>,
  { isStrict }: { readonly isStrict: boolean },
): Promise<Verdict> {
  const witness = await resolveWitness("witnessOutputs", subject);
  const outputs = witness.outputs as Readonly<Record<string, SignalTree>>;
  const known = Object.keys(outputs);
  for (const output of Object.keys(expected)) {
    if (known.includes(output)) continue;
    throw testingError({ code: "OUTPUT_UNKNOWN", circuit: witness.circuit, output, known });
  }
  const names = isStrict ? known : Object.keys(expected);
  const differences = names.flatMap((name) =>
    name in expected
      ? findDifferences(name, outputs[name]!, expected[name], isStrict)
      : [{ name, expected: "nothing", actual: "an output that is not expected" }],
  );
  const actual = Object.fromEntries(names.map((name) => [name, outputs[name]]));
  return compared(witness, "outputs", differences, { expected, actual });
}

/** Compares signals by full name. @throws SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE, as above */
export async function checkSignals(
  subject: unknown,
  expected: Readonly<Record<string, unknown>>,
): Promise<Verdict> {
  const witness = await resolveWitness("witnessSignals", subject);
  const values = Object.keys(expected).map((name) => [name, witness.signal(name)] as const);
  const differences = values.flatMap(([name, value]) =>
    findDifferences(name, value, expected[name], false),
  );
  return compared(witness, "signals", differences, {
    expected,
    actual: Object.fromEntries(values),
  });
}

function compared(
  { circuit }: WitnessLike,
  what: string,
  differences: readonly Difference[],
  { expected, actual }: Pick<Verdict, "expected" | "actual">,
): Verdict {
  const names = Object.keys(expected as object).join(", ");
  return {
    isMet: differences.length === 0,
    message: `${what} of circuit ${circuit} differ:\n${showDifferences(differences)}`,
    negated: `${what} of circuit ${circuit} are as given, but should differ: ${names}`,
    expected,
    actual,
  };
}

/** Checks that the circuit has taken the inputs, and that all constraints hold. */
export async function checkSatisfied(subject: unknown): Promise<Verdict> {
  const { witness, refusal } = await resolveRun("satisfied", subject);
  const found = witness?.violations(VIOLATIONS_MAX) ?? [];
  const circuit = witness?.circuit ?? String(refusal?.facts["circuit"]);
  return {
    isMet: refusal === undefined && found.length === 0,
    message: witness === undefined ? refusal.message : showViolations(witness),
    negated: `the witness satisfies all constraints of circuit ${circuit}, but should violate one`,
    expected: "a witness that satisfies all constraints",
    actual: refusal?.code ?? found.map(({ equation }) => equation),
  };
}

/** The assertion or constraint that refuses: part of the error's message, or a place. */
export type RefusedBy =
  | string
  | RegExp
  | {
      /** Name of a template in the trace. */
      readonly template?: string;
      /** Line of the failed statement in that template's file. */
      readonly line?: number;
      /** Index of a violated constraint of a given witness. */
      readonly constraint?: number;
      /** Full name of a signal in a violated constraint of a given witness. */
      readonly signal?: string;
    };

/**
 * Checks that the circuit refuses: its generator refuses the inputs, or constraints a witness that
 * was changed.
 */
export async function checkRefused(subject: unknown, by?: RefusedBy): Promise<Verdict> {
  const { witness, refusal } = await resolveRun("refused", subject);
  const circuit = witness?.circuit ?? String(refusal?.facts["circuit"]);
  const isRefused = refusal !== undefined || !witness.isSatisfied();
  const reason = refusal?.message ?? (isRefused ? showViolations(witness!) : "nothing is refused");
  const isBy =
    isRefused && (refusal === undefined ? isViolated(witness, by) : isTraced(refusal, by));
  const place = by === undefined ? "" : ` by ${showPlace(by)}`;
  return {
    isMet: isBy,
    message: isRefused
      ? `circuit ${circuit} should refuse${place}, but it refuses otherwise:\n${reason}`
      : `circuit ${circuit} should refuse${place}, but the witness satisfies all constraints`,
    negated: `circuit ${circuit} should not refuse${place}, but it does:\n${reason}`,
    expected: by ?? "a refusal",
    actual: reason,
  };
}

function isViolated(witness: WitnessLike, by: RefusedBy | undefined): boolean {
  if (by === undefined) return true;
  if (typeof by === "string") return showViolations(witness, Infinity).includes(by);
  if (by instanceof RegExp) return by.test(showViolations(witness, Infinity));
  const { constraint, signal, template, line } = by;
  if (template !== undefined || line !== undefined) return false; // constraints name no place
  return witness
    .violations()
    .some(
      (violation) =>
        (constraint === undefined || violation.constraint === constraint) &&
        (signal === undefined || signal in violation.signals),
    );
}

/** The generator's trace has lines such as "Error in template Multiplier_3 line: 12". */
function isTraced({ message, facts }: RollupError, by: RefusedBy | undefined): boolean {
  if (by === undefined) return true;
  if (typeof by === "string") return message.includes(by);
  if (by instanceof RegExp) return by.test(message);
  const { template, line, constraint, signal } = by;
  if (constraint !== undefined || signal !== undefined) return false; // no witness was computed
  const trace = (facts["trace"] ?? []) as readonly string[];
  return trace.some((text) => {
    const [, name, at] = /template (\w+?)_\d+ line: (\d+)/.exec(text) ?? [];
    return (
      name !== undefined &&
      (template === undefined || name === template) &&
      (line === undefined || Number(at) === line)
    );
  });
}

function showPlace(by: RefusedBy): string {
  if (typeof by === "string") return JSON.stringify(by);
  if (by instanceof RegExp) return String(by);
  return Object.entries(by)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function showViolations(witness: WitnessLike, limit = VIOLATIONS_MAX): string {
  const found = witness.violations(limit + 1);
  const shown = found.slice(0, limit).map(({ constraint, equation, signals }) => {
    const values = Object.entries(signals).map(([name, value]) => `\n      ${name} = ${value}`);
    return `  constraint ${constraint}: ${equation}${values.join("")}`;
  });
  const more = found.length > limit ? ["  … and more"] : [];
  const title = `the witness violates constraints of circuit ${witness.circuit}:`;
  return [title, ...shown, ...more].join("\n");
}
