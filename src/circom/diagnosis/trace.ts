/** Explains from the source why a circuit rejects its inputs. */
import { relative, sep } from "node:path";
import { type CircuitDesign, evaluate, type Failure } from "../evaluation/evaluate.ts";
import { toSigned } from "../evaluation/field-operations.ts";
import type { Frame } from "../evaluation/frame.ts";
import { RunningComponent } from "../evaluation/simulation.ts";
import { locate, type Span, textOf } from "../language/source-text.ts";
import type { InputValues } from "../witness-inputs.ts";
import { chainsFromInputs, nameOf, type Origin, OriginRecorder } from "./origins.ts";
import { type NamedValue, statementValues } from "./statement-values.ts";

/** A place in the source, as a path that is relative to the working directory, with a line. */
export interface SourcePlace {
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  readonly column: number;
  /** Full name of the component, such as "main.r[1]". */
  readonly component: string;
  /** The statement on one line. */
  readonly source: string;
}

/** How a signal got its value. */
export interface ChainLink {
  /** Full name of the signal. */
  readonly signal: string;
  readonly value: bigint;
  /** Where it was assigned; undefined for an input of the main component. */
  readonly place: SourcePlace | undefined;
}

/** Why a circuit rejects its inputs. */
export interface FailureTrace {
  readonly kind: Failure["kind"];
  readonly reason: string;
  readonly place: SourcePlace;
  /** The function in which it fails, or the template. */
  readonly routine: string;
  /** The signals and variables of the statement. */
  readonly values: readonly NamedValue[];
  /** Where functions and components were called, innermost first. */
  readonly calls: readonly SourcePlace[];
  /** From inputs of the main component to signals of the statement, the shortest chain first. */
  readonly chains: readonly (readonly ChainLink[])[];
  /** Statements that ran up to it. */
  readonly steps: number;
}

/** Maximum inputs whose chains are shown. */
const CHAINS_MAX = 3;
/** Maximum values of an array, and links of a chain, in texts. */
const SHOWN_MAX = 8;

/**
 * Runs a circuit up to the statement that does not hold.
 *
 * @param stepsMax - Maximum statements.
 * @returns Undefined if all statements hold.
 * @throws INPUT_…, CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE
 */
export function traceFailure(
  design: CircuitDesign,
  inputs: InputValues,
  stepsMax?: number,
): FailureTrace | undefined {
  const recorder = new OriginRecorder();
  const limit = stepsMax === undefined ? {} : { stepsMax };
  const watched = { observer: recorder, signals: recorder, ...limit };
  const { failure, steps } = evaluate(design, inputs, watched);
  return failure && { ...describeFailure(design, failure, recorder), steps };
}

function describeFailure(
  { code }: CircuitDesign,
  { kind, reason, statement, frame }: Failure,
  recorder: OriginRecorder,
): Omit<FailureTrace, "steps"> {
  const values = statementValues(code, statement, frame);
  const chains = chainsFromInputs(recorder.readsOf(frame), CHAINS_MAX);
  return {
    kind,
    reason,
    place: placeOf(statement.span, frame),
    routine: frame.name,
    values,
    calls: callsOf(frame),
    chains: chains.map((chain) => chain.map(toLink)),
  };
}

function callsOf(frame: Frame): SourcePlace[] {
  const calls: SourcePlace[] = [];
  for (let caller = frame.caller; caller !== undefined; caller = caller.caller) {
    if (caller.statement !== undefined) calls.push(placeOf(caller.statement.span, caller));
  }
  return calls;
}

/** Returns the component that a frame belongs to: a function's is that of its caller. */
export function componentOf(frame: Frame): RunningComponent | undefined {
  if (frame.activation instanceof RunningComponent) return frame.activation;
  return frame.caller && componentOf(frame.caller);
}

export function placeOf(span: Span, frame: Frame): SourcePlace {
  return toPlace(span, componentOf(frame)?.path ?? "main");
}

export function toPlace(span: Span, component: string): SourcePlace {
  const { file, line, column } = locate(span);
  return { file: shortPath(file), line, column, component, source: textOf(span) };
}

/** A file outside of the folder, by default the working directory, keeps its absolute path. */
export function shortPath(file: string, folder = process.cwd()): string {
  const path = relative(folder, file);
  return path.startsWith("..") ? file : path.split(sep).join("/");
}

export function toLink(origin: Origin): ChainLink {
  const { component, offset, statement, by } = origin;
  const value = component.values[offset] ?? 0n;
  const place = statement && toPlace(statement.span, by?.path ?? "main");
  return { signal: nameOf(origin), value, place };
}

/** Writes a trace as lines of text. */
export function renderTrace(trace: FailureTrace): string[] {
  const { place, reason, routine, values, calls, chains } = trace;
  const where = `${place.file}:${place.line}`;
  const inFunction = calls.length > 0 && calls[0]!.component === place.component;
  const routineText = inFunction ? `, in the function ${routine}` : "";
  return [
    `${where} in ${place.component}${routineText}: ${place.source}`,
    `  ${reason}`,
    ...values.map((value) => `  ${showNamed(value)}`),
    ...chains.flatMap(renderChain),
  ];
}

export function showNamed({ name, signal, values }: NamedValue): string {
  const full = signal === undefined || signal === name ? "" : `  (${signal})`;
  return `${name} = ${showValues(values)}${full}`;
}

function showValues(values: readonly bigint[]): string {
  if (values.length === 1) return showValue(values[0]!);
  const shown = values.slice(0, SHOWN_MAX).map(showValue).join(", ");
  return `[${shown}${values.length > SHOWN_MAX ? `, … ${values.length} in all` : ""}]`;
}

/** A value above r/2 is shown as the negative number that it stands for. */
export function showValue(value: bigint): string {
  return String(toSigned(value));
}

export function renderChain(chain: readonly ChainLink[]): string[] {
  const [input, ...links] = chain;
  if (input === undefined) return [];
  const shown = links
    .slice(0, SHOWN_MAX)
    .map(
      ({ signal, value, place }) =>
        `  → ${signal} = ${showValue(value)}` +
        (place === undefined ? "" : `, ${place.file}:${place.line}: ${place.source}`),
    );
  const more = links.length > SHOWN_MAX ? [`  → … ${links.length} signals in all`] : [];
  return [`from the input ${input.signal} = ${showValue(input.value)}`, ...shown, ...more];
}
