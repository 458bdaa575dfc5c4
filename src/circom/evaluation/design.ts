/** What main and its components consist of, once the parameters of all templates are known. */
import type { Definition, Statement } from "../language/syntax.ts";
import type { Span } from "../language/source-text.ts";
import type { ConstraintForm } from "./forms.ts";
import type { Value } from "./values.ts";

/** The signals of a bus, in the order of their declaration. */
export interface BusLayout {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Number of signals. */
  readonly size: number;
  /** Indices of the signals by the names of the fields, which is the order of constraints. */
  readonly order: readonly number[];
}

/** A signal or a bus, or an array of them. */
export interface Field {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** Undefined for signals. */
  readonly bus: BusLayout | undefined;
  /** Number of signals. */
  readonly size: number;
  /** Index of the first signal in the bus or the component. */
  readonly offset: number;
}

/** A declared signal, bus or array of a template instance. */
export interface Wire extends Field {
  readonly direction: "input" | "output" | "intermediate";
  readonly tags: readonly string[];
  readonly span: Span;
}

/** A constraint of a template instance, and the statement that it comes from. */
export interface InstanceConstraint extends ConstraintForm {
  readonly statement: Statement;
}

/** Signals that a statement assigns. */
export interface SignalAssignment {
  /** Symbols from `start` on, see {@link TemplateInstance.symbols}. */
  readonly start: number;
  readonly count: number;
  /** False for `<--`, which assigns without a constraint. */
  readonly isConstrained: boolean;
  readonly statement: Statement;
}

/** A component of a template instance. */
export interface ChildComponent {
  /** As circom names it: "hash", "r[1]", or "IsZero_12_340" for an anonymous one. */
  readonly label: string;
  readonly name: string;
  readonly indices: readonly number[];
  readonly isAnonymous: boolean;
  readonly instance: TemplateInstance;
  /** The statement that creates it. */
  readonly statement: Statement;
}

/** Where the signals of symbols are: in the instance itself, or in one of its components. */
export interface SymbolTable {
  /** Index of the component by symbol, or -1. */
  readonly child: Int32Array;
  /** Index of the signal in the instance or component by symbol. */
  readonly offset: Int32Array;
}

/** A template with given parameters. All components with the same ones share it. */
export interface TemplateInstance {
  readonly template: Definition;
  /** With its parameters, such as "Num2Bits(8)". */
  readonly name: string;
  readonly parameters: readonly Value[];
  /** Values of the tags of inputs, by input. */
  readonly inputTags: Tags;
  /** Values of the tags of outputs, by output. */
  readonly outputTags: Tags;
  readonly wires: ReadonlyMap<string, Wire>;
  /** Wires by offset: outputs, inputs, intermediate signals. */
  readonly wireOrder: readonly Wire[];
  /** Number of its own signals. */
  readonly signalCount: number;
  readonly inputCount: number;
  /** In circom's order: by name and indices. */
  readonly children: readonly ChildComponent[];
  readonly childIndex: ReadonlyMap<string, number>;
  readonly constraints: readonly InstanceConstraint[];
  readonly assignments: readonly SignalAssignment[];
  readonly symbols: SymbolTable;
  /** Counts with all components below it, and itself. */
  readonly totals: {
    readonly signals: number;
    readonly constraints: number;
    readonly components: number;
  };
}

/** Values of tags by the name of a signal, and by that of the tag. */
export type Tags = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

/** A component of a circuit. */
export interface Component {
  /** Full name, such as "main.r[1]". */
  readonly path: string;
  readonly instance: TemplateInstance;
  /** Number of its first signal among all signals of the circuit. */
  readonly firstSignal: number;
  readonly parent: Component | undefined;
}

/** A constraint of a circuit: the one of the instance, in one of its components. */
export interface LocatedConstraint {
  readonly component: Component;
  readonly constraint: InstanceConstraint;
  /** Converts a symbol in the constraint to the number of a signal of the circuit. */
  readonly toSignal: (symbol: number) => number;
}

/** Returns the components of a component, in circom's order. */
export function childrenOf(component: Component): Component[] {
  let firstSignal = component.firstSignal + component.instance.signalCount;
  return component.instance.children.map(({ label, instance }) => {
    const child = { path: `${component.path}.${label}`, instance, firstSignal, parent: component };
    firstSignal += instance.totals.signals;
    return child;
  });
}

/** Returns the main component of an instance. */
export function mainComponent(instance: TemplateInstance): Component {
  return { path: "main", instance, firstSignal: 0, parent: undefined };
}

/** Visits a component and all below it, each before its own components. */
export function* walkComponents(component: Component): Generator<Component> {
  yield component;
  for (const child of childrenOf(component)) yield* walkComponents(child);
}

/** Visits all constraints below a component, in the order of components and statements. */
export function* walkConstraints(main: Component): Generator<LocatedConstraint> {
  for (const component of walkComponents(main)) {
    const { symbols, constraints } = component.instance;
    if (constraints.length === 0) continue;
    const bases = childrenOf(component).map(({ firstSignal }) => firstSignal);
    const toSignal = (symbol: number) => {
      const child = symbols.child[symbol]!;
      return (child < 0 ? component.firstSignal : bases[child]!) + symbols.offset[symbol]!;
    };
    for (const constraint of constraints) yield { component, constraint, toSignal };
  }
}

/** Returns the numbers of the signals in a constraint, those in several of its sides repeatedly. */
export function signalsOf({ constraint, toSignal }: LocatedConstraint): number[] {
  const { a, b, c } = constraint;
  return [a, b, c].flatMap(({ terms }) => Array.from(terms.keys(), toSignal));
}

/** Returns the names of all signals below a component, by their numbers: "main.r[1].in". */
export function signalNames(main: Component): string[] {
  const names = new Array<string>(main.instance.totals.signals);
  for (const { path, instance, firstSignal } of walkComponents(main)) {
    for (const wire of instance.wireOrder) {
      for (let index = 0; index < wire.size; index++) {
        names[firstSignal + wire.offset + index] = `${path}.${cellName(wire, index)}`;
      }
    }
  }
  return names;
}

/** Returns the name of a signal of an instance, such as "in[2]" or "point.x". */
export function signalName({ wireOrder }: TemplateInstance, offset: number): string {
  const wire = wireOrder.findLast((candidate) => candidate.offset <= offset)!;
  return cellName(wire, offset - wire.offset);
}

/** Returns the name of the signal with a given index in a field. */
export function cellName({ name, dimensions, bus }: Field, index: number): string {
  const unit = bus?.size ?? 1;
  const indices: number[] = [];
  let cell = Math.floor(index / unit);
  for (let axis = dimensions.length - 1; axis >= 0; axis--) {
    indices.unshift(cell % dimensions[axis]!);
    cell = Math.floor(cell / dimensions[axis]!);
  }
  const own = name + indices.map((position) => `[${position}]`).join("");
  if (bus === undefined) return own;
  const rest = index % unit;
  const field = [...bus.fields.values()].findLast(({ offset }) => offset <= rest)!;
  return `${own}.${cellName(field, rest - field.offset)}`;
}
