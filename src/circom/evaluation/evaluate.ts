/**
 * Evaluates circuits from their source, for diagnostics: traces, profiles, coverage, lints.
 *
 * The compiler remains circom, and its witness generator the source of witnesses. What is not
 * known here fails with CIRCUIT_NOT_UNDERSTOOD, and what is too large with EVALUATION_TOO_LARGE.
 *
 * @example
 * ```text
 * const design = elaborate(loadPrograms("circuits/multiplier.circom"));
 * design.main.instance.totals.constraints; // as many as in circom's r1cs with --O0
 * const { values, failure } = evaluate(design, { a: 6, b: 7 });
 * ```
 */
import { isRollupError } from "../../util/errors.ts";
import { circomError } from "../errors.ts";
import type { Program, Statement } from "../language/syntax.ts";
import type { Span } from "../language/source-text.ts";
import { notUnderstood } from "../language/tokens.ts";
import type { SignalDeclaration } from "../signals.ts";
import { flattenInputs, type InputValues } from "../witness-inputs.ts";
import { type CompiledCode, createCompiler } from "./compiler.ts";
import { type Definitions, joinPrograms } from "./definitions.ts";
import {
  cellName,
  type Component,
  type Field,
  mainComponent,
  type TemplateInstance,
} from "./design.ts";
import { Elaborator } from "./elaboration.ts";
import { ArithmeticProblem } from "./field-operations.ts";
import { Frame, type Machine, NO_TAGS, type Observer } from "./frame.ts";
import { assertSignals, STEPS_MAX } from "./limits.ts";
import { allValues, RunningComponent, type SignalObserver, Unsatisfied } from "./simulation.ts";
import { ValueProblem } from "./values.ts";

/** A circuit whose templates are instantiated. */
export interface CircuitDesign {
  readonly main: Component;
  readonly definitions: Definitions;
  readonly code: CompiledCode;
  /** Statements that ran, as a measure of the work. */
  readonly steps: number;
}

export interface EvaluateOptions {
  readonly observer?: Observer;
  readonly signals?: SignalObserver;
  /** Maximum statements. Default: 50,000,000. */
  readonly stepsMax?: number;
}

/** Why an evaluation stopped. */
export interface Failure {
  /** `problem`: an index beyond an array, an integer division by 0 and so on. */
  readonly kind: "assert" | "constraint" | "problem";
  /** What is wrong, such as "the condition is false". */
  readonly reason: string;
  readonly statement: Statement;
  /** The innermost frame: that of a function or template. */
  readonly frame: Frame;
}

export interface Evaluation {
  readonly main: RunningComponent;
  /** By the number of the signal; undefined for those that were not assigned. */
  readonly values: readonly (bigint | undefined)[];
  /** Undefined if all asserts and constraints held. */
  readonly failure: Failure | undefined;
  readonly steps: number;
}

/**
 * Instantiates the main component.
 *
 * @param programs - The circuit's files, the one with the main component first.
 * @throws CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE
 */
export function elaborate(
  programs: readonly Program[],
  options: Omit<EvaluateOptions, "signals"> = {},
): CircuitDesign {
  const definitions = joinPrograms(programs);
  const code = createCompiler();
  const machine = createMachine(definitions, options);
  const { main } = definitions;
  const whole = { source: programs[0]!.source, start: 0, end: 0 };
  const call = main?.value;
  if (call?.kind !== "call") throw notUnderstood(whole, "there is no main component");
  const template = definitions.byName.get(call.name);
  if (template?.kind !== "template") {
    throw notUnderstood(call.span, `there is no template ${call.name}`);
  }
  const instance = withPlace(machine, call.span, () => {
    const scope = code.scope();
    const parameters = call.arguments.map((argument) => scope.expression(argument));
    const frame = new Frame(machine, "main", scope.slots, undefined, undefined);
    machine.frame = frame;
    const values = parameters.map((evaluate) => evaluate(frame));
    return new Elaborator(machine, code).instantiate(template, values, NO_TAGS);
  });
  assertSignals(instance.totals.signals);
  return { main: mainComponent(instance), definitions, code, steps: machine.steps };
}

/**
 * Computes the witness of a circuit.
 *
 * @param inputs - As of `calculateWitness`.
 * @returns The values up to the first failure.
 * @throws INPUT_…, CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE
 */
export function evaluate(
  design: CircuitDesign,
  inputs: InputValues,
  options: EvaluateOptions = {},
): Evaluation {
  const { instance } = design.main;
  const machine = createMachine(design.definitions, options);
  const simulation = { machine, compiler: design.code, signals: options.signals };
  const main = new RunningComponent(simulation, instance, undefined, "main");
  const given = inputFields(instance);
  const flat = flattenInputs(
    design.definitions.main!.value.kind === "call" ? design.definitions.main!.value.name : "main",
    given.map(({ declaration }) => declaration),
    inputs,
  );
  const top = new Frame(machine, "main", 0, undefined, undefined);
  flat.forEach(({ values }, index) => {
    values.forEach((value, cell) => main.set(given[index]!.offset + cell, value, top));
  });
  const failure = runMain(main, machine);
  return { main, values: allValues(main), failure, steps: machine.steps };
}

function createMachine(
  definitions: Definitions,
  { observer, stepsMax = STEPS_MAX }: EvaluateOptions,
): Machine {
  return {
    definitions,
    frame: undefined,
    steps: 0,
    stepsMax,
    functionResults: (observer?.mayMissCalls ?? observer === undefined) ? new Map() : undefined,
    observer,
    check: (condition) => {
      if (condition === 0n) throw new Unsatisfied("assert");
    },
  };
}

function runMain(main: RunningComponent, machine: Machine): Failure | undefined {
  try {
    main.run();
    return undefined;
  } catch (error) {
    const { frame } = machine;
    const reason = problemOf(error);
    if (reason === undefined || frame?.statement === undefined) throw asTooLarge(error);
    const kind = error instanceof Unsatisfied ? error.kind : "problem";
    return { kind, reason, statement: frame.statement, frame };
  }
}

/** Adds the place to what cannot be evaluated. */
function withPlace<T>(machine: Machine, main: Span, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw asTooLarge(error);
    throw notUnderstood(machine.frame?.statement?.span ?? main, problem);
  }
}

function problemOf(error: unknown): string | undefined {
  const isProblem =
    error instanceof Unsatisfied ||
    error instanceof ValueProblem ||
    error instanceof ArithmeticProblem;
  return isProblem ? error.message : undefined;
}

/** Calls that nest too deeply fill the stack. */
function asTooLarge(error: unknown): unknown {
  if (isRollupError(error) || !(error instanceof RangeError)) return error;
  return circomError({ code: "EVALUATION_TOO_LARGE", what: "nested calls", max: 1000 });
}

/** Lists the input signals of main as callers pass them, and their offsets. */
function inputFields(
  instance: TemplateInstance,
): { declaration: SignalDeclaration; offset: number }[] {
  return instance.wireOrder
    .filter(({ direction }) => direction === "input")
    .flatMap((wire) => expandField(wire, wire.name, wire.offset));
}

/** A bus is passed by its fields: "bus.x", or "bus[0].x". */
function expandField(
  field: Field,
  name: string,
  offset: number,
): { declaration: SignalDeclaration; offset: number }[] {
  const { bus, dimensions, size } = field;
  if (bus === undefined) {
    return [{ declaration: { name, shape: dimensions, public: false }, offset }];
  }
  const isArray = { ...field, bus: undefined, name };
  return Array.from({ length: size / bus.size }, (_, cell) =>
    [...bus.fields.values()].flatMap((inner) =>
      expandField(
        inner,
        `${cellName(isArray, cell)}.${inner.name}`,
        offset + cell * bus.size + inner.offset,
      ),
    ),
  ).flat();
}
