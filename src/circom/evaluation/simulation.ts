/** Computes the witness of a circuit from its source, as circom's generator does. */
import { notUnderstood } from "../language/tokens.ts";
import type { TemplateInstance, Wire } from "./design.ts";
import {
  type Activation,
  type AssignmentKind,
  type ComponentRequest,
  Frame,
  type Machine,
  type Place,
  type SignalStore,
} from "./frame.ts";
import { placeSize } from "./references.ts";
import type { Compiler } from "./scope.ts";
import { cellsOf, copyValue, type Value, ValueProblem } from "./values.ts";

/** Stops an evaluation at a statement that does not hold. */
export class Unsatisfied extends Error {
  readonly kind: "assert" | "constraint";

  constructor(kind: "assert" | "constraint") {
    super(kind === "assert" ? "the condition is false" : "both sides differ");
    this.kind = kind;
  }
}

/** Watches which signals get their values where. */
export interface SignalObserver {
  signalRead?(component: RunningComponent, offset: number, frame: Frame): void;
  signalWritten?(component: RunningComponent, offset: number, frame: Frame): void;
}

/** What the components of one simulation share. */
export interface Simulation {
  readonly machine: Machine;
  readonly compiler: Compiler;
  readonly signals: SignalObserver | undefined;
}

/** A component with the values of its signals. */
export class RunningComponent implements Activation {
  readonly instance: TemplateInstance;
  readonly parent: RunningComponent | undefined;
  readonly label: string;
  /** By offset; undefined before it is assigned. */
  readonly values: (bigint | undefined)[];
  /** By the index in `instance.children`; undefined before it is created. */
  readonly children: (RunningComponent | undefined)[];
  readonly #simulation: Simulation;
  readonly #tags: Map<string, ReadonlyMap<string, bigint>>;
  #missingInputs: number;

  constructor(
    simulation: Simulation,
    instance: TemplateInstance,
    parent: RunningComponent | undefined,
    label: string,
  ) {
    this.#simulation = simulation;
    this.instance = instance;
    this.parent = parent;
    this.label = label;
    this.values = new Array<bigint | undefined>(instance.signalCount).fill(undefined);
    this.children = new Array<RunningComponent | undefined>(instance.children.length);
    this.#tags = new Map(instance.inputTags);
    this.#missingInputs = instance.inputCount;
  }

  /** Full name, such as "main.r[1]". */
  get path(): string {
    return this.parent === undefined ? this.label : `${this.parent.path}.${this.label}`;
  }

  /** Whether all inputs have values, so that it has run. */
  get hasInputs(): boolean {
    return this.#missingInputs <= 0;
  }

  declare(name: string): Wire {
    const wire = this.instance.wires.get(name);
    if (wire === undefined) throw new ValueProblem(`${name} is not declared for all inputs`);
    return wire;
  }

  findWire(name: string): Wire | undefined {
    return this.instance.wires.get(name);
  }

  /** A signal without a value is 0. */
  read(wire: Wire, offset: number): bigint {
    const { machine, signals } = this.#simulation;
    signals?.signalRead?.(this, wire.offset + offset, machine.frame!);
    return this.values[wire.offset + offset] ?? 0n;
  }

  tagsOf(key: string): ReadonlyMap<string, bigint> | undefined {
    return this.#tags.get(key) ?? this.instance.outputTags.get(key);
  }

  setTags(key: string, tags: ReadonlyMap<string, bigint>): void {
    this.#tags.set(key, new Map([...(this.#tags.get(key) ?? []), ...tags]));
  }

  create({ name, indices }: ComponentRequest, frame: Frame): SignalStore {
    const label = name + indices.map((index) => `[${index}]`).join("");
    const index = this.instance.childIndex.get(label);
    const child = index === undefined ? undefined : this.instance.children[index];
    if (index === undefined || child === undefined) {
      throw notUnderstood(frame.statement!.span, `the component ${label} depends on inputs`);
    }
    const component = new RunningComponent(this.#simulation, child.instance, this, label);
    this.children[index] = component;
    if (child.instance.inputCount === 0) component.run();
    return component;
  }

  assign(place: Place, value: Value, { tags }: AssignmentKind, frame: Frame): void {
    const component = place.store;
    if (!(component instanceof RunningComponent)) throw new ValueProblem("a signal has no place");
    const cells = cellsOf(value);
    if (cells.length !== placeSize(place)) {
      throw new ValueProblem(`${cells.length} values are assigned to ${placeSize(place)} signals`);
    }
    if (tags !== undefined && component === this) this.setTags(place.tagKey, tags);
    const first = place.wire.offset + place.offset;
    for (let index = 0; index < cells.length; index++) {
      component.set(first + index, cells[index] as bigint, frame);
    }
    if (component !== this && place.wire.direction === "input") {
      component.receive(cells.length);
    }
  }

  set(offset: number, value: bigint, frame: Frame): void {
    this.values[offset] = value;
    this.#simulation.signals?.signalWritten?.(this, offset, frame);
  }

  /** Runs when its last input has a value. */
  receive(inputs: number): void {
    this.#missingInputs -= inputs;
    if (this.#missingInputs === 0) this.run();
  }

  constrain(left: Value, right: Value): void {
    const rightCells = cellsOf(right);
    cellsOf(left).forEach((cell, index) => {
      if (cell !== rightCells[index]) throw new Unsatisfied("constraint");
    });
  }

  run(): void {
    const { machine, compiler } = this.#simulation;
    const { template } = this.instance;
    const routine = compiler.routine(template);
    const caller = machine.frame;
    const frame = new Frame(machine, template.name, routine.slots, this, caller);
    this.instance.parameters.forEach((value, slot) => (frame.slots[slot] = copyValue(value)));
    machine.observer?.started?.(template, frame);
    machine.frame = frame;
    routine.run(frame);
    machine.frame = caller;
  }
}

/** Returns the values of all signals, in the order of their numbers. */
export function allValues(main: RunningComponent): (bigint | undefined)[] {
  const values: (bigint | undefined)[] = [];
  const visit = (instance: TemplateInstance, component: RunningComponent | undefined) => {
    for (let offset = 0; offset < instance.signalCount; offset++) {
      values.push(component?.values[offset]);
    }
    instance.children.forEach((child, index) => visit(child.instance, component?.children[index]));
  };
  visit(main.instance, main);
  return values;
}
