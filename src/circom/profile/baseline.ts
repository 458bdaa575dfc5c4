/**
 * What circuits cost at a time, as a file to commit, and what has changed since.
 *
 * The file has no line numbers: a statement is named by its template and its text, so that moving
 * code changes nothing.
 */
import { z } from "zod";
import { compareText } from "../../util/compare-text.ts";
import { circomError } from "../errors.ts";
import type { CircuitProfile } from "./profile-circuit.ts";

/** Maximum characters of a line of source in a baseline. */
const KEY_MAX = 120;
const count = z.number().int().min(0);
const record = <T extends z.ZodTypeAny>(value: T) => z.record(z.string(), value);
const circuitSchema = z
  .object({
    optimization: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    constraints: count,
    wires: count,
    templates: record(
      z
        .object({
          components: count,
          constraints: count,
          wires: count,
          statements: record(count),
        })
        .strict(),
    ),
  })
  .strict();
const baselineSchema = z
  .object({ version: z.literal(1), circuits: record(circuitSchema) })
  .strict();

/** Costs of circuits by their names. */
export type Baseline = z.infer<typeof baselineSchema>;
export type CircuitBaseline = z.infer<typeof circuitSchema>;
type Optimization = CircuitBaseline["optimization"];

/** A count then and now. */
export interface Change {
  readonly before: number;
  readonly now: number;
}

/** A template whose own constraints or wires have changed. */
export interface TemplateChange {
  readonly template: string;
  readonly file: string | undefined;
  readonly constraints: Change;
  readonly wires: Change;
  readonly components: Change;
  /** Lines whose constraints have changed, the largest change first. */
  readonly lines: readonly LineChange[];
}

export interface LineChange {
  /** Undefined for a statement that is gone. */
  readonly line: number | undefined;
  readonly source: string;
  readonly constraints: Change;
}

export interface CircuitChange {
  readonly circuit: string;
  /**
   * `changed`: grown within the tolerance, or only from one template or statement to another, or
   * the same by another level of optimization;
   * `new` circuits have no baseline, and those that are `gone` nothing else.
   */
  readonly verdict: "grown" | "shrunk" | "changed" | "same" | "new" | "gone";
  /** circom's level, which is undefined where there is no circuit. */
  readonly optimization: { readonly before?: Optimization; readonly now?: Optimization };
  readonly constraints: Change;
  readonly wires: Change;
  readonly templates: readonly TemplateChange[];
}

/** Makes the baseline of one circuit. */
export function toBaseline(profile: CircuitProfile): CircuitBaseline {
  const { optimization, totals, templates, lines } = profile;
  const entries = templates.map(({ template, components, self }) => {
    const own = lines.filter((line) => line.template === template && line.self.constraints > 0);
    const statements = new Map<string, number>();
    for (const { source, self } of own) {
      const key = toKey(source);
      statements.set(key, (statements.get(key) ?? 0) + self.constraints);
    }
    const { constraints, wires } = self;
    return [template, { components, constraints, wires, statements: sorted(statements) }] as const;
  });
  const { constraints, wires } = totals;
  return { optimization, constraints, wires, templates: sorted(entries) };
}

/** Names a statement: a line may be very long. */
function toKey(source: string): string {
  return source.length <= KEY_MAX ? source : `${source.slice(0, KEY_MAX - 1)}…`;
}

function sorted<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([left], [right]) => compareText(left, right)));
}

/** Writes a baseline as JSON, sorted by names. */
export function renderBaseline(circuits: Readonly<Record<string, CircuitBaseline>>): string {
  const baseline: Baseline = { version: 1, circuits: sorted(Object.entries(circuits)) };
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** Reads a baseline. @param file - Its name in errors. @throws PROFILE_BASELINE_INVALID */
export function parseBaseline(text: string, file: string): Baseline {
  const invalid = (reason: string, cause: unknown) =>
    circomError({ code: "PROFILE_BASELINE_INVALID", file, reason }, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid((error as Error).message, error);
  }
  const result = baselineSchema.safeParse(json);
  // zod's copy lacks "__proto__", which circom takes for a name like others.
  if (result.success) return json as Baseline;
  const [issue] = result.error.issues;
  throw invalid(`${issue!.path.join(".") || "the file"}: ${issue!.message}`, result.error);
}

/**
 * Compares a circuit with its baseline.
 *
 * @param before - Undefined for a circuit that the baseline lacks.
 * @param tolerance - Percent by which constraints and wires may grow.
 */
export function compareProfile(
  profile: CircuitProfile,
  before: CircuitBaseline | undefined,
  tolerance: number,
): CircuitChange {
  const { circuit, totals, optimization } = profile;
  const { constraints, wires } = totals;
  if (before === undefined) {
    const change = (now: number): Change => ({ before: 0, now });
    const changes = { constraints: change(constraints), wires: change(wires), templates: [] };
    return { circuit, verdict: "new", optimization: { now: optimization }, ...changes };
  }
  const changes = {
    constraints: { before: before.constraints, now: constraints },
    wires: { before: before.wires, now: wires },
  };
  const templates = compareTemplates(profile, before);
  const verdict = judge(Object.values(changes), templates, tolerance);
  const isOtherLevel = before.optimization !== optimization;
  return {
    circuit,
    verdict: verdict === "same" && isOtherLevel ? "changed" : verdict,
    optimization: { before: before.optimization, now: optimization },
    ...changes,
    templates,
  };
}

/** Describes a circuit that has a baseline and is no more. */
export function describeGone(circuit: string, before: CircuitBaseline): CircuitChange {
  const change = (count: number): Change => ({ before: count, now: 0 });
  const changes = { constraints: change(before.constraints), wires: change(before.wires) };
  const optimization = { before: before.optimization };
  return { circuit, verdict: "gone", optimization, ...changes, templates: [] };
}

function judge(
  changes: readonly Change[],
  templates: readonly TemplateChange[],
  tolerance: number,
): CircuitChange["verdict"] {
  const limit = 1 + tolerance / 100;
  if (changes.some(({ before, now }) => now > before * limit)) return "grown";
  if (changes.some(({ before, now }) => now < before)) return "shrunk";
  const isSame = templates.length === 0 && changes.every(({ before, now }) => now === before);
  return isSame ? "same" : "changed";
}

function compareTemplates(profile: CircuitProfile, before: CircuitBaseline): TemplateChange[] {
  const now = toBaseline(profile).templates;
  const names = [...new Set([...Object.keys(before.templates), ...Object.keys(now)])];
  return names
    .map((template): TemplateChange => {
      const [old, current] = [own(before.templates, template), own(now, template)];
      const change = (name: "constraints" | "wires" | "components") => ({
        before: old?.[name] ?? 0,
        now: current?.[name] ?? 0,
      });
      return {
        template,
        file: profile.templates.find((each) => each.template === template)?.file,
        constraints: change("constraints"),
        wires: change("wires"),
        components: change("components"),
        lines: compareLines(profile, template, old?.statements ?? {}, current?.statements ?? {}),
      };
    })
    .filter(
      ({ constraints, wires, lines }) =>
        lines.length > 0 || constraints.before !== constraints.now || wires.before !== wires.now,
    )
    .sort(
      (left, right) =>
        difference(right.constraints) - difference(left.constraints) ||
        difference(right.wires) - difference(left.wires) ||
        compareText(left.template, right.template),
    );
}

function compareLines(
  { lines }: CircuitProfile,
  template: string,
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): LineChange[] {
  const sources = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return sources
    .map((source): LineChange => {
      const line = lines.find(
        (each) => each.template === template && toKey(each.source) === source,
      )?.line;
      const constraints = { before: own(before, source) ?? 0, now: own(now, source) ?? 0 };
      return { line, source, constraints };
    })
    .filter(({ constraints }) => constraints.before !== constraints.now)
    .sort((left, right) => difference(right.constraints) - difference(left.constraints));
}

/** Reads a property by a name that may be "constructor". */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** By how much a count has grown; negative if it has shrunk. */
export function difference({ before, now }: Change): number {
  return now - before;
}
