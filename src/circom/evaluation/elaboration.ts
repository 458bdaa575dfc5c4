/**
 * Instantiates templates before signals have values, as circom does to generate constraints.
 *
 * Components of a template with the same parameters, and the same values of tags, share one
 * instance, so the work grows with the number of different instances.
 */
import type { Definition, Statement } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import type {
  ChildComponent,
  InstanceConstraint,
  SignalAssignment,
  SymbolTable,
  Tags,
  TemplateInstance,
  Wire,
} from "./design.ts";
import { type Linear, type Scalar, signalForm, toConstraint } from "./forms.ts";
import {
  type Activation,
  type AssignmentKind,
  type ComponentRequest,
  Frame,
  type Machine,
  NO_TAGS,
  type Place,
  type SignalStore,
} from "./frame.ts";
import { placeSize, TagWithoutValue } from "./references.ts";
import type { Compiler } from "./scope.ts";
import { ArrayValue, cellsOf, copyValue, forEachCell, type Value, ValueProblem } from "./values.ts";

/** Signals of one wire, which have symbols one after the other. */
interface SymbolRange {
  readonly start: number;
  readonly size: number;
  /** The component that has the wire; undefined for own signals. */
  readonly child: ElaboratedChild | undefined;
  readonly wire: string;
}

/** Makes the instances of templates, each once. */
export class Elaborator {
  readonly #machine: Machine;
  readonly #compiler: Compiler;
  readonly #instances = new Map<string, TemplateInstance>();
  readonly #inputs = new Map<string, ReadonlyMap<string, Wire>>();

  constructor(machine: Machine, compiler: Compiler) {
    this.#machine = machine;
    this.#compiler = compiler;
  }

  /** Returns the instance of a template. @throws ValueProblem, CIRCUIT_NOT_UNDERSTOOD */
  instantiate(
    template: Definition,
    parameters: readonly Value[],
    inputTags: Tags,
  ): TemplateInstance {
    const name = instanceName(template, parameters);
    const key = `${name} ${describeTags(inputTags)}`;
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const elaboration = new Elaboration(this, template, inputTags);
    this.#run(template, parameters, elaboration);
    const instance = elaboration.finish(name, parameters);
    this.#instances.set(key, instance);
    return instance;
  }

  /** Returns what is known of the inputs before their tags have values. */
  inputsOf(template: Definition, parameters: readonly Value[]): ReadonlyMap<string, Wire> {
    const name = instanceName(template, parameters);
    const known = this.#inputs.get(name);
    if (known !== undefined) return known;
    const elaboration = new Elaboration(this, template, NO_TAGS);
    const { frame } = this.#machine;
    try {
      this.#run(template, parameters, elaboration);
    } catch (error) {
      if (!(error instanceof TagWithoutValue)) throw error;
      this.#machine.frame = frame;
    }
    this.#inputs.set(name, elaboration.wires);
    return elaboration.wires;
  }

  #run(template: Definition, parameters: readonly Value[], elaboration: Elaboration): void {
    const machine = this.#machine;
    const caller = machine.frame;
    const routine = this.#compiler.routine(template);
    const frame = new Frame(machine, template.name, routine.slots, elaboration, caller);
    if (parameters.length !== template.parameters.length) {
      throw new ValueProblem(`${template.name} takes ${template.parameters.length} parameters`);
    }
    parameters.forEach((value, slot) => (frame.slots[slot] = copyValue(value)));
    machine.observer?.started?.(template, frame);
    machine.frame = frame;
    routine.run(frame);
    machine.frame = caller;
  }
}

/** A template while it is instantiated. */
class Elaboration implements Activation {
  readonly wires = new Map<string, Wire>();
  readonly #elaborator: Elaborator;
  readonly #template: Definition;
  readonly #inputTags: Tags;
  readonly #tags: Map<string, ReadonlyMap<string, bigint>>;
  readonly #children: {
    request: ComponentRequest;
    child: ElaboratedChild;
    statement: Statement;
  }[] = [];
  readonly #constraints: InstanceConstraint[] = [];
  readonly #assignments: SignalAssignment[] = [];
  readonly #ranges: SymbolRange[] = [];
  readonly #starts = new Map<string, number>();
  readonly #forms: Linear[] = [];
  #symbolCount = 0;

  constructor(elaborator: Elaborator, template: Definition, inputTags: Tags) {
    this.#elaborator = elaborator;
    this.#template = template;
    this.#inputTags = inputTags;
    this.#tags = new Map(inputTags);
  }

  declare(name: string, make: () => Wire): Wire {
    if (this.wires.has(name)) throw new ValueProblem(`${name} is declared twice`);
    const wire = make();
    this.wires.set(name, wire);
    this.#starts.set(name, this.addSymbols(undefined, wire));
    return wire;
  }

  findWire(name: string): Wire | undefined {
    return this.wires.get(name);
  }

  read(wire: Wire, offset: number): Scalar {
    return this.formOf(this.#starts.get(wire.name)! + offset);
  }

  /** Numbers the signals of a wire. @returns The first symbol. */
  addSymbols(child: ElaboratedChild | undefined, wire: Wire): number {
    const start = this.#symbolCount;
    this.#ranges.push({ start, size: wire.size, child, wire: wire.name });
    this.#symbolCount += wire.size;
    return start;
  }

  formOf(symbol: number): Linear {
    return (this.#forms[symbol] ??= signalForm(symbol));
  }

  tagsOf(key: string): ReadonlyMap<string, bigint> | undefined {
    return this.#tags.get(key);
  }

  setTags(key: string, tags: ReadonlyMap<string, bigint>): void {
    this.#tags.set(key, new Map([...(this.#tags.get(key) ?? []), ...tags]));
  }

  create(request: ComponentRequest, frame: Frame): SignalStore {
    const { machine } = frame;
    const template = machine.definitions.byName.get(request.template);
    if (template?.kind !== "template") {
      throw notUnderstood(frame.statement!.span, `there is no template ${request.template}`);
    }
    if (frame.unknownConditions > 0) {
      throw new ValueProblem("a component is created under a condition on signals");
    }
    if (template.isCustom || template.isExternal) {
      const kind = template.isCustom ? "a custom gate" : "computed by external code";
      throw notUnderstood(frame.statement!.span, `${template.name} is ${kind}`);
    }
    const parameters = request.parameters.map((evaluate) => copyValue(evaluate(frame)));
    const isTagged = machine.definitions.tagged.has(template.name);
    const child = new ElaboratedChild(this.#elaborator, this, template, parameters, isTagged);
    this.#children.push({ request, child, statement: frame.statement! });
    return child;
  }

  assign(place: Place, value: Value, how: AssignmentKind, frame: Frame): void {
    const { isConstrained, tags } = how;
    const cells = cellsOf(value);
    if (cells.length !== placeSize(place)) {
      throw new ValueProblem(`${cells.length} values are assigned to ${placeSize(place)} signals`);
    }
    const statement = frame.statement!;
    const start = this.#symbolOf(place);
    this.#assignments.push({ start, count: cells.length, isConstrained, statement });
    if (isConstrained && tags !== undefined) assignTags(place, tags, this);
    if (!isConstrained) return;
    if (frame.unknownConditions > 0) {
      throw new ValueProblem("a constraint is under a condition on signals");
    }
    forEachCell(value, (index) =>
      this.#addConstraint(this.formOf(start + index), cells[index]!, statement),
    );
  }

  constrain(left: Value, right: Value, frame: Frame): void {
    const [leftCells, rightCells] = [cellsOf(left), cellsOf(right)];
    if (leftCells.length !== rightCells.length) {
      throw new ValueProblem(`${leftCells.length} values are compared with ${rightCells.length}`);
    }
    forEachCell(left, (index) =>
      this.#addConstraint(leftCells[index]!, rightCells[index]!, frame.statement!),
    );
  }

  #addConstraint(left: Scalar, right: Scalar, statement: Statement): void {
    const form = toConstraint(left, right);
    if (form === undefined) throw new ValueProblem("a constraint is not quadratic");
    if (form !== null) this.#constraints.push({ ...form, statement });
  }

  #symbolOf({ store, wire, offset }: Place): number {
    const start =
      store instanceof ElaboratedChild ? store.startOf(wire) : this.#starts.get(wire.name)!;
    return start + offset;
  }

  /** Numbers signals and components, when all of them are known. */
  finish(name: string, parameters: readonly Value[]): TemplateInstance {
    const wireOrder = orderWires([...this.wires.values()]);
    const last = wireOrder.at(-1);
    const signalCount = last === undefined ? 0 : last.offset + last.size;
    const wires = new Map(wireOrder.map((wire) => [wire.name, wire]));
    const sorted = [...this.#children].sort((a, b) => compareComponents(a.request, b.request));
    const children = sorted.map(({ request, child, statement }): ChildComponent => {
      const { indices, isAnonymous } = request;
      const label = request.name + indices.map((index) => `[${index}]`).join("");
      return {
        label,
        name: request.name,
        indices,
        isAnonymous,
        instance: child.finish(),
        statement,
      };
    });
    const inputs = wireOrder.filter(({ direction }) => direction === "input");
    const outputs = wireOrder.filter(({ direction }) => direction === "output");
    const total = (own: number, count: (totals: TemplateInstance["totals"]) => number) =>
      children.reduce((sum, { instance }) => sum + count(instance.totals), own);
    return {
      template: this.#template,
      name,
      parameters,
      inputTags: this.#inputTags,
      outputTags: this.#tagsOfWires(outputs),
      wires,
      wireOrder,
      signalCount,
      inputCount: inputs.reduce((sum, { size }) => sum + size, 0),
      children,
      childIndex: new Map(children.map(({ label }, index) => [label, index])),
      constraints: this.#constraints,
      assignments: this.#assignments,
      symbols: this.#toSymbolTable(
        wires,
        sorted.map(({ child }) => child),
      ),
      totals: {
        signals: total(signalCount, ({ signals }) => signals),
        constraints: total(this.#constraints.length, ({ constraints }) => constraints),
        components: total(1, ({ components }) => components),
      },
    };
  }

  #tagsOfWires(wires: readonly Wire[]): Tags {
    const names = wires.map(({ name }) => name);
    return new Map([...this.#tags].filter(([key]) => names.includes(key.split(".")[0]!)));
  }

  #toSymbolTable(
    wires: ReadonlyMap<string, Wire>,
    children: readonly ElaboratedChild[],
  ): SymbolTable {
    const child = new Int32Array(this.#symbolCount).fill(-1);
    const offset = new Int32Array(this.#symbolCount);
    const indexOf = new Map(children.map((component, index) => [component, index]));
    for (const range of this.#ranges) {
      const owner = range.child === undefined ? wires : range.child.finish().wires;
      const first = owner.get(range.wire)!.offset;
      for (let index = 0; index < range.size; index++) {
        offset[range.start + index] = first + index;
        if (range.child !== undefined) child[range.start + index] = indexOf.get(range.child)!;
      }
    }
    return { child, offset };
  }
}

/** A component of a template while that template is instantiated. */
class ElaboratedChild implements SignalStore {
  readonly #elaborator: Elaborator;
  readonly #parent: Elaboration;
  readonly #template: Definition;
  readonly #parameters: readonly Value[];
  readonly #inputTags = new Map<string, ReadonlyMap<string, bigint>>();
  readonly #starts = new Map<string, number>();
  #instance: TemplateInstance | undefined;

  /** @param isTagged - Its instance depends on tags of its inputs, so it is made later. */
  constructor(
    elaborator: Elaborator,
    parent: Elaboration,
    template: Definition,
    parameters: readonly Value[],
    isTagged: boolean,
  ) {
    this.#elaborator = elaborator;
    this.#parent = parent;
    this.#template = template;
    this.#parameters = parameters;
    if (!isTagged) this.finish();
  }

  /** The inputs of a component are known before the values of their tags. */
  findWire(name: string): Wire | undefined {
    if (this.#instance !== undefined) return this.#instance.wires.get(name);
    const wire = this.#elaborator.inputsOf(this.#template, this.#parameters).get(name);
    return wire?.direction === "input" ? wire : this.finish().wires.get(name);
  }

  read(wire: Wire, offset: number): Scalar {
    return this.#parent.formOf(this.startOf(wire) + offset);
  }

  startOf(wire: Wire): number {
    const known = this.#starts.get(wire.name);
    if (known !== undefined) return known;
    const start = this.#parent.addSymbols(this, wire);
    this.#starts.set(wire.name, start);
    return start;
  }

  tagsOf(key: string): ReadonlyMap<string, bigint> | undefined {
    return this.finish().outputTags.get(key);
  }

  setInputTags(key: string, tags: ReadonlyMap<string, bigint>): void {
    this.#inputTags.set(key, tags);
  }

  finish(): TemplateInstance {
    return (this.#instance ??= this.#elaborator.instantiate(
      this.#template,
      this.#parameters,
      this.#inputTags,
    ));
  }
}

function assignTags(place: Place, tags: ReadonlyMap<string, bigint>, own: Elaboration): void {
  const declared = new Map([...tags].filter(([tag]) => place.wire.tags.includes(tag)));
  if (place.store instanceof ElaboratedChild) place.store.setInputTags(place.tagKey, declared);
  else own.setTags(place.tagKey, tags);
}

/** circom numbers outputs, inputs and intermediate signals, each in the order of declaration. */
function orderWires(wires: readonly Wire[]): Wire[] {
  const directions = ["output", "input", "intermediate"] as const;
  let offset = 0;
  return directions
    .flatMap((direction) => wires.filter((wire) => wire.direction === direction))
    .map((wire) => {
      const placed = { ...wire, offset };
      offset += wire.size;
      return placed;
    });
}

function compareComponents(left: ComponentRequest, right: ComponentRequest): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  for (let axis = 0; axis < left.indices.length; axis++) {
    const difference = left.indices[axis]! - (right.indices[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function instanceName({ name }: Definition, parameters: readonly Value[]): string {
  return `${name}(${parameters.map(describeValue).join(",")})`;
}

function describeValue(value: Value): string {
  if (value instanceof ArrayValue) {
    return `[${value.dimensions.join("x")}:${value.data.map(describeValue).join(",")}]`;
  }
  if (typeof value === "bigint") return String(value);
  throw new ValueProblem("the parameter of a template depends on signals");
}

function describeTags(tags: Tags): string {
  return [...tags]
    .map(([key, values]) => `${key}{${[...values].map((entry) => entry.join("=")).join(",")}}`)
    .sort()
    .join(" ");
}
