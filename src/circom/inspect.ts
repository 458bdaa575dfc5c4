/**
 * What circom's `--inspect` finds, with file and line.
 *
 * circom names the template and the signal only, once for each instance of the template. Here the
 * parser finds the declaration, and findings about one declaration are one.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compareText } from "../util/compare-text.ts";
import {
  withTemporaryFolder,
  writeFileAtomically,
  writingToCache,
} from "../groth16/files/files.ts";
import {
  type Compilation,
  type CompileOptions,
  findWarnings,
  prepareCompilation,
  resultKey,
  runCircom,
  stagedFile,
  stageInto,
} from "./compilation.ts";
import { parse } from "./language/parse.ts";
import { lineOf, type Span } from "./language/source-text.ts";
import type { Program, Statement } from "./language/syntax.ts";
import { walkStatements } from "./language/walk.ts";
import { isOfPackage } from "./sources.ts";

/** Signals that circom has found in no constraint, or a hint that could be one. */
export interface InspectFinding {
  /**
   * circom's code: CA01 for signals of the template itself, CA02 for those of its components, and
   * T3002 for `<--` where `<==` is possible.
   */
  readonly code: string;
  readonly template: string;
  /** The instances with their parameters, such as "Num2Bits(8)". */
  readonly instances: readonly string[];
  /** The signal without indices, such as "bits.out"; null if the message names none. */
  readonly signal: string | null;
  /** Number of single signals, or of assignments, in all instances. */
  readonly signals: number;
  /** Path of the source file. */
  readonly file: string;
  /** Line of the declaration of the signal, or of the component that has it, or of the hint. */
  readonly line: number;
  readonly message: string;
}

export interface CircuitInspection {
  /** Findings in files outside of `node_modules`. */
  readonly own: readonly InspectFinding[];
  /** Number of findings in packages, which are not for the project to correct. */
  readonly inPackages: number;
}

/** Part of each cache key: raise it when the entries, or the flags of the compiler, change. */
const INSPECT_FORMAT = 1;
/** Arrays are named without their indices, and with the number of their signals. */
const FINDING = /^warning\[(CA\d+)\]: In template "([^"]*)": (.*)/;
const SIGNAL = /signals? ([\w$][\w$.[\]]*) (?:does not|contains)/;
/** A hint that could be a constraint; other warnings of the run are the compiler's usual ones. */
const HINT = /^warning\[(T3002)\]: (.*)/;
/** Where it is, and the templates that lead there. */
const PLACE = /"([^"]+)":(\d+):\d+/;
const CALLED = /->(\S+)/g;
const TOTAL = /contains a total of (\d+) signals/;

/**
 * Lists the signals of a circuit that are in no constraint of their template, or of the template
 * whose component has them. Bits that only limit a number are among them: mark what is meant by
 * `_ <== …`.
 *
 * @param options - As for `compileCircuit`. The result is kept in the cache.
 * @returns Findings with file and line in the project's files; their number in packages.
 * @throws as `compileCircuit`
 *
 * @example
 * const file = `${hre.config.paths.root}/circuits/multiplier.circom`;
 * await inspectCircuit({ file, cacheDir: folder, optimization: 1 }); // { own: [], inPackages: 0 }
 */
export async function inspectCircuit(options: CompileOptions): Promise<CircuitInspection> {
  const compilation = await prepareCompilation(options);
  const key = resultKey(compilation, "inspect", INSPECT_FORMAT);
  const path = join(resolve(options.cacheDir), `${key}.inspect.json`);
  let warnings = await readWarnings(path);
  if (warnings === undefined) {
    options.onProgress?.(`Inspecting ${compilation.name}`);
    const made = await runInspection(compilation);
    await writingToCache(() => writeFileAtomically(path, [JSON.stringify(made, null, 2)]));
    warnings = made;
  }
  const found = [
    ...locateFindings(
      warnings.filter((text) => FINDING.test(text)),
      compilation,
    ),
    ...readHints(warnings, compilation),
  ].sort(byPlace);
  const own = found.filter(({ file }) => !isOfPackage(file));
  return { own, inPackages: found.length - own.length };
}

async function readWarnings(path: string): Promise<string[] | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === "string");
    return isList ? value : undefined;
  } catch {
    return undefined; // missing or damaged
  }
}

/** @returns circom's findings, in an order of our own: circom's is random. */
function runInspection(compilation: Compilation): Promise<string[]> {
  return withTemporaryFolder("inspect", async (folder) => {
    await stageInto(folder, compilation);
    const flags = ["--inspect", "--O0", "--prime", compilation.prime];
    const output = await runCircom(compilation, folder, flags);
    return findWarnings(output)
      .filter((text) => FINDING.test(text) || HINT.test(text))
      .map((text) => text.trim())
      .sort();
  });
}

/** A finding about one instance. */
interface RawFinding extends Pick<InspectFinding, "code" | "template" | "signal" | "signals"> {
  readonly instance: string;
  readonly text: string;
}

function readFinding(text: string): RawFinding {
  const [, code, instance, message] = FINDING.exec(text)!;
  const signal = SIGNAL.exec(message!)?.[1]?.replace(/\[\d+\]/g, "") ?? null;
  return {
    code: code!,
    template: /^[^(]*/.exec(instance!)![0],
    signal,
    signals: Number(TOTAL.exec(message!)?.[1] ?? 1),
    instance: instance!,
    text: message!,
  };
}

function locateFindings(warnings: readonly string[], { sources }: Compilation): InspectFinding[] {
  const groups = new Map<string, RawFinding[]>();
  for (const finding of warnings.map(readFinding)) {
    const key = JSON.stringify([finding.code, finding.template, finding.signal]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  if (groups.size === 0) return [];
  const find = createFinder(() => sources.files.map(({ file, text }) => parse(file, text)));
  return [...groups.values()].map((group) => {
    const [{ code, template, signal, text }] = group as [RawFinding];
    const instances = [...new Set(group.map(({ instance }) => instance))];
    const signals = group.reduce((sum, finding) => sum + finding.signals, 0);
    const span = find(template, signal);
    const { file } = span?.source ?? sources.files[0]!;
    const line = span === undefined ? 1 : lineOf(span);
    const about = { code, template, instances, signal, signals };
    return { ...about, file, line, message: describe(about, text) };
  });
}

/** Hints have a place already; those of loops and instances have the same one. */
function readHints(warnings: readonly string[], compilation: Compilation): InspectFinding[] {
  const found = new Map<string, InspectFinding>();
  for (const text of warnings) {
    const [, code, message] = HINT.exec(text) ?? [];
    const [, name, line] = PLACE.exec(text) ?? [];
    if (code === undefined || message === undefined || name === undefined) continue;
    const file = stagedFile(name, compilation);
    if (file === undefined) continue;
    const template = [...text.matchAll(CALLED)].at(-1)?.[1] ?? "";
    const key = JSON.stringify([file, line, template]);
    const signals = (found.get(key)?.signals ?? 0) + 1;
    const about = { code, template, instances: [template], signal: null, signals };
    const times = signals === 1 ? "" : ` (${signals} times)`;
    found.set(key, { ...about, file, line: Number(line), message: `${message}${times}` });
  }
  return [...found.values()];
}

function byPlace(a: InspectFinding, b: InspectFinding): number {
  return compareText(a.file, b.file) || a.line - b.line || compareText(a.message, b.message);
}

function describe(
  { code, template, instances, signal, signals }: Omit<InspectFinding, "file" | "line" | "message">,
  text: string,
): string {
  const [first] = instances;
  const where = instances.length === 1 ? first! : `${template} (${instances.length} instances)`;
  const count = signals === 1 ? "" : ` (${signals} signals)`;
  if (signal !== null && code === "CA01")
    return `${signal}${count} is in no constraint of ${where}`;
  if (signal !== null && code === "CA02") {
    return `${signal}${count}, of a component, is in no constraint of ${where}`;
  }
  return `${text} (in ${where})`;
}

/** Returns what finds the declaration of a signal or component, or else its template. */
function createFinder(load: () => readonly Program[]) {
  const templates = new Map(
    load()
      .flatMap(({ definitions }) => definitions)
      .filter(({ kind }) => kind === "template")
      .map((definition) => [definition.name, definition]),
  );
  return (template: string, signal: string | null): Span | undefined => {
    const definition = templates.get(template);
    if (definition === undefined || signal === null) return definition?.nameSpan;
    const [name] = signal.split(".") as [string];
    return findDeclaration(definition.body, name) ?? definition.nameSpan;
  };
}

function findDeclaration(body: Statement, name: string): Span | undefined {
  for (const statement of walkStatements(body)) {
    if (statement.kind !== "declaration") continue;
    const found = statement.names.find((declared) => declared.name === name);
    if (found !== undefined) return found.span;
  }
  return undefined;
}
