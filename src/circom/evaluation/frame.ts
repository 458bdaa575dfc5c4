/** The state of a running function or template. */
import type {
  Assertion,
  Conditional,
  Definition,
  For,
  If,
  Statement,
  While,
} from "../language/syntax.ts";
import type { Definitions } from "./definitions.ts";
import type { ChildComponent, Field, Tags, Wire } from "./design.ts";
import type { Scalar } from "./forms.ts";
import { type Value, ValueProblem } from "./values.ts";

/** Computes an expression. */
export type Evaluate = (frame: Frame) => Value;

/** Runs a statement. @returns The value of a `return`. */
export type Execute = (frame: Frame) => Value | undefined;

/** Signals, bus or array that an expression names. */
export interface Place {
  readonly store: SignalStore;
  readonly wire: Wire;
  /** Index of the first signal in the wire. */
  readonly offset: number;
  readonly dimensions: readonly number[];
  readonly bus: Field["bus"];
  /** Name without indices, by which tags are kept. */
  readonly tagKey: string;
}

/** The signals of a component, as its parent and itself see them. */
export interface SignalStore {
  findWire(name: string): Wire | undefined;
  read(wire: Wire, offset: number): Scalar;
  tagsOf(key: string): ReadonlyMap<string, bigint> | undefined;
}

/** A component while it is instantiated or computes its witness. */
export interface Activation extends SignalStore {
  /** @param make - Describes the signal; called where it is not known yet. */
  declare(name: string, make: () => Wire): Wire;
  setTags(key: string, tags: ReadonlyMap<string, bigint>): void;
  create(request: ComponentRequest, frame: Frame): SignalStore;
  assign(place: Place, value: Value, how: AssignmentKind, frame: Frame): void;
  constrain(left: Value, right: Value, frame: Frame): void;
}

/** How signals are assigned. */
export interface AssignmentKind {
  readonly isConstrained: boolean;
  readonly tags: ReadonlyMap<string, bigint> | undefined;
}

/** A component that a statement creates. */
export interface ComponentRequest extends Pick<ChildComponent, "name" | "indices" | "isAnonymous"> {
  readonly template: string;
  readonly parameters: readonly Evaluate[];
}

/** Components under one name. */
export class ComponentArray {
  readonly dimensions: readonly number[];
  readonly items: (SignalStore | undefined)[];

  constructor(dimensions: readonly number[], count: number) {
    this.dimensions = dimensions;
    this.items = new Array<SignalStore | undefined>(count);
  }
}

/** What all frames of an evaluation share. */
export interface Machine {
  readonly definitions: Definitions;
  /** The innermost frame that runs. */
  frame: Frame | undefined;
  /** Statements so far, and their maximum. */
  steps: number;
  readonly stepsMax: number;
  /** Results of functions of small numbers. */
  readonly functionResults: Map<string, Value> | undefined;
  readonly observer: Observer | undefined;
  /** Decides about the condition of an assert. */
  check(condition: Scalar, frame: Frame): void;
}

/** What decides at a condition. */
export type Decision = If | For | While | Conditional | Assertion;

/** Watches an evaluation. */
export interface Observer {
  /** Whether the results of functions of small numbers may be kept, and such calls be skipped. */
  readonly mayMissCalls?: boolean;
  /** A component or a function starts. */
  started?(definition: Definition, frame: Frame): void;
  /** A condition is decided; undefined if it depends on signals without a value. */
  decided?(node: Decision, isTrue: boolean | undefined, frame: Frame): void;
  /** A statement is about to run. */
  statement?(statement: Statement, frame: Frame): void;
  /** A variable has been read. */
  variableRead?(slot: number, frame: Frame): void;
  /** A value is about to be computed, and is then written. */
  begin?(frame: Frame): void;
  /** The parameters of a function have their values; `frame` is that of the function. */
  called?(parameters: number, frame: Frame): void;
  /** A function has returned the value that it has computed last. */
  returned?(frame: Frame): void;
  variableWritten?(slot: number, isPart: boolean, frame: Frame): void;
  /** Parts are text and values. */
  log?(parts: readonly (string | Value)[], frame: Frame): void;
}

export class Frame {
  readonly machine: Machine;
  /** The component of a template's frame; undefined in functions. */
  readonly activation: Activation | undefined;
  readonly caller: Frame | undefined;
  /** Name of the function or template. */
  readonly name: string;
  readonly depth: number;
  readonly slots: unknown[];
  /** The statement that runs. */
  statement: Statement | undefined;
  /** Number of conditions around the statement that depend on signals without a value. */
  unknownConditions = 0;

  constructor(
    machine: Machine,
    name: string,
    slots: number,
    activation: Activation | undefined,
    caller: Frame | undefined,
  ) {
    this.machine = machine;
    this.name = name;
    this.activation = activation;
    this.caller = caller;
    this.depth = caller === undefined ? 0 : caller.depth + 1;
    this.slots = new Array<unknown>(slots);
  }
}

export const NO_TAGS: Tags = new Map();

/** Returns the component that a frame belongs to. */
export function activationOf(frame: Frame): Activation {
  if (frame.activation === undefined) {
    throw new ValueProblem("a function has no signals and no components");
  }
  return frame.activation;
}
