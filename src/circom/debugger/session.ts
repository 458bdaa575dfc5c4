/**
 * Steps through the statements of a circuit, forwards and backwards.
 *
 * A first run records which statements run. The state before one of them is computed again by a
 * run that stops there, so every variable of every frame can be read, and nothing is kept.
 */
import {
  type CircuitDesign,
  evaluate,
  type EvaluateOptions,
  type Evaluation,
} from "../evaluation/evaluate.ts";
import { signalName } from "../evaluation/design.ts";
import type { Frame } from "../evaluation/frame.ts";
import { assertSteps } from "../evaluation/limits.ts";
import type { RunningComponent } from "../evaluation/simulation.ts";
import { ArrayValue, type Value } from "../evaluation/values.ts";
import { componentOf, showValue } from "../diagnosis/trace.ts";
import type { Statement } from "../language/syntax.ts";
import type { InputValues } from "../witness-inputs.ts";

/** A statement that ran. */
export interface Step {
  readonly statement: Statement;
  /** Full name of the component. */
  readonly component: string;
  /** Number of callers: components and functions. */
  readonly depth: number;
}

/** The circuit before a statement. */
export interface State {
  readonly frame: Frame;
  readonly main: RunningComponent;
  /** What the statement before has changed, such as "main.a = 5" or "i = 1". */
  readonly changes: readonly string[];
}

export interface Session {
  readonly steps: readonly Step[];
  /** The whole run. */
  readonly evaluation: Evaluation;
  /** Returns the circuit before a step; the number of steps stands for its end. */
  state(position: number): State;
}

/** Maximum statements that are recorded. */
const RECORDED_MAX = 5_000_000;
const CHANGES_MAX = 8;

/** Stops a run; it is no failure of the circuit. */
class Stop extends Error {}

/** @throws INPUT_…, CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE */
export function createSession(design: CircuitDesign, inputs: InputValues): Session {
  const steps: Step[] = [];
  const paths = new Map<Frame, string>();
  const statement = (node: Statement, frame: Frame) => {
    assertSteps(steps.length, RECORDED_MAX);
    const component = paths.get(frame) ?? componentOf(frame)?.path ?? "main";
    paths.set(frame, component);
    steps.push({ statement: node, component, depth: frame.depth });
  };
  const evaluation = evaluate(design, inputs, { observer: { statement } });
  let known: { position: number; state: State } | undefined;
  return {
    steps,
    evaluation,
    state: (position) => {
      if (known?.position !== position) {
        known = { position, state: runTo(design, inputs, position) };
      }
      return known.state;
    },
  };
}

function runTo(design: CircuitDesign, inputs: InputValues, position: number): State {
  let step = -1;
  let last: Frame | undefined;
  let changes: string[] = [];
  const observer: NonNullable<EvaluateOptions["observer"]> = {
    statement: (_, frame) => {
      last = frame;
      if (++step === position) throw new Stop();
      changes = [];
    },
    variableWritten: (slot, _, frame) => {
      const name = variableName(design, frame, slot);
      if (name !== undefined) changes.push(`${name} = ${show(frame.slots[slot] as Value)}`);
    },
  };
  const signalWritten = (component: RunningComponent, offset: number) => {
    const name = `${component.path}.${signalName(component.instance, offset)}`;
    changes.push(`${name} = ${showValue(component.values[offset]!)}`);
  };
  try {
    evaluate(design, inputs, { observer, signals: { signalWritten } });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  const more = changes.length - CHANGES_MAX;
  const shown = changes.slice(0, CHANGES_MAX);
  const frame = last!;
  const main = rootOf(componentOf(frame)!);
  return { frame, main, changes: more > 0 ? [...shown, `… and ${more} more`] : shown };
}

function rootOf(component: RunningComponent): RunningComponent {
  return component.parent === undefined ? component : rootOf(component.parent);
}

function variableName({ code }: CircuitDesign, frame: Frame, slot: number): string | undefined {
  const scope = frame.statement && code.scopeOf(frame.statement);
  return scope?.visible().find((binding) => binding.slot === slot)?.name;
}

/** Shows a value in one line. */
export function show(value: Value): string {
  if (!(value instanceof ArrayValue)) return showScalar(value);
  const shown = value.data.slice(0, CHANGES_MAX).map(showScalar);
  const more = value.data.length > CHANGES_MAX ? [`… ${value.data.length} in all`] : [];
  return `[${[...shown, ...more].join(", ")}]`;
}

function showScalar(value: Value): string {
  return typeof value === "bigint" ? showValue(value) : "unknown";
}
