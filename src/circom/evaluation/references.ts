/** Compiles names with indices and members to places of signals and parts of variables. */
import type { Access, Variable } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import {
  activationOf,
  ComponentArray,
  type Evaluate,
  type Frame,
  type Place,
  type SignalStore,
} from "./frame.ts";
import type { Binding, Scope } from "./scope.ts";
import type { Wire } from "./design.ts";
import { type Scalar, UNKNOWN } from "./forms.ts";
import {
  ArrayValue,
  cellCount,
  partAt,
  readPart,
  toScalar,
  type Value,
  ValueProblem,
} from "./values.ts";

/** Returns indices, or undefined if one of them depends on signals without a value. */
export type EvaluateIndices = (frame: Frame) => readonly number[] | undefined;

/** A tag: of an own signal, or of one of a component. */
export interface TagPlace {
  readonly place: Place;
  readonly tag: string;
}

/** Returns undefined if an index depends on signals without a value. */
export type Resolve = (frame: Frame) => Place | TagPlace | undefined;

type Step =
  | { readonly kind: "indices"; readonly evaluate: EvaluateIndices }
  | { readonly kind: "member"; readonly name: string };

const NO_INDICES: readonly number[] = [];
const INDEX_MAX = 2n ** 31n;

export function isTag(place: Place | TagPlace): place is TagPlace {
  return "tag" in place;
}

/** Compiles a variable that is read. */
export function compileVariable(node: Variable, scope: Scope): Evaluate {
  const binding = scope.find(node.name, node.span);
  if (binding.kind === "variable") return compileVariableRead(node, binding, scope);
  const resolve = compilePlace(node, binding, scope);
  return (frame) => {
    const place = resolve(frame);
    if (place === undefined) return UNKNOWN;
    return isTag(place) ? readTag(place) : readPlace(place);
  };
}

function compileVariableRead(node: Variable, { slot }: Binding, scope: Scope): Evaluate {
  if (node.accesses.length === 0) {
    return (frame) => {
      frame.machine.observer?.variableRead?.(slot, frame);
      return frame.slots[slot] as Value;
    };
  }
  const indicesOf = compileIndices(node.accesses, scope, node);
  return (frame) => {
    frame.machine.observer?.variableRead?.(slot, frame);
    const indices = indicesOf(frame);
    return indices === undefined ? UNKNOWN : readPart(frame.slots[slot] as Value, indices);
  };
}

/** Compiles indices of a variable, or dimensions. */
export function compileIndices(
  accesses: readonly Access[],
  scope: Scope,
  node: Pick<Variable, "span">,
): EvaluateIndices {
  const evaluates = accesses.map((access) => {
    if (access.kind === "member") throw notUnderstood(node.span, `.${access.name} of a variable`);
    return scope.expression(access.index);
  });
  if (evaluates.length === 0) return () => NO_INDICES;
  return (frame) => {
    const indices: number[] = [];
    for (const evaluate of evaluates) {
      const index = toScalar(evaluate(frame));
      if (typeof index !== "bigint") return undefined;
      if (index >= INDEX_MAX) throw new ValueProblem(`${index} is no index`);
      indices.push(Number(index));
    }
    return indices;
  };
}

/** Compiles a name of signals: of an own signal, or of one of a component. */
export function compilePlace(node: Variable, binding: Binding, scope: Scope): Resolve {
  const steps = toSteps(node, scope);
  if (binding.kind === "signal") {
    return (frame) => {
      const wire = frame.slots[binding.slot] as Wire | undefined;
      if (wire === undefined) throw new ValueProblem(`${node.name} is not declared here`);
      return follow(wholeWire(activationOf(frame), wire), steps, 0, frame);
    };
  }
  const [first, second] = steps;
  const indicesOf = first?.kind === "indices" ? first.evaluate : () => NO_INDICES;
  const member = first?.kind === "indices" ? second : first;
  if (member?.kind !== "member") throw notUnderstood(node.span, `${node.name} is a component`);
  const from = first?.kind === "indices" ? 2 : 1;
  return (frame) => {
    const indices = indicesOf(frame);
    if (indices === undefined) return undefined;
    const store = componentAt(frame, binding, indices);
    const wire = store.findWire(member.name);
    if (wire === undefined) throw new ValueProblem(`${node.name} has no signal ${member.name}`);
    return follow(wholeWire(store, wire), steps, from, frame);
  };
}

/** @throws ValueProblem if it has not been created. */
function componentAt(
  frame: Frame,
  { slot, name }: Binding,
  indices: readonly number[],
): SignalStore {
  const components = frame.slots[slot] as ComponentArray | undefined;
  if (!(components instanceof ComponentArray)) {
    throw new ValueProblem(`the component ${name} is not declared here`);
  }
  const item = components.items[componentIndex(components, indices)];
  if (item !== undefined) return item;
  const label = name + indices.map((index) => `[${index}]`).join("");
  throw new ValueProblem(`the component ${label} is used before it is created`);
}

export function componentIndex({ dimensions }: ComponentArray, indices: readonly number[]): number {
  const part = partAt(dimensions, indices);
  if (part.dimensions.length > 0) throw new ValueProblem("an array of components is no component");
  return part.offset;
}

export function wholeWire(store: SignalStore, wire: Wire): Place {
  const { dimensions, bus, name } = wire;
  return { store, wire, offset: 0, dimensions, bus, tagKey: name };
}

/** Number of signals of a place. */
export function placeSize({ dimensions, bus }: Place): number {
  return cellCount(dimensions) * (bus?.size ?? 1);
}

export function readPlace(place: Place): Value {
  const { store, wire, offset, dimensions, bus } = place;
  if (dimensions.length === 0 && bus === undefined) return store.read(wire, offset);
  const size = placeSize(place);
  const cells = new Array<Scalar>(size);
  for (let i = 0; i < size; i++) cells[i] = store.read(wire, offset + i);
  if (bus === undefined) return new ArrayValue(dimensions, cells);
  return new ArrayValue([...dimensions, bus.size], cells, bus.order);
}

function readTag({ place, tag }: TagPlace): bigint {
  const value = place.store.tagsOf(place.tagKey)?.get(tag);
  if (value === undefined) throw new TagWithoutValue(place, tag);
  return value;
}

/** A tag is read before it has a value. */
export class TagWithoutValue extends ValueProblem {
  constructor(place: Place, tag: string) {
    super(`the tag ${place.tagKey}.${tag} has no value`);
  }
}

function toSteps({ accesses, span }: Variable, scope: Scope): Step[] {
  const steps: Step[] = [];
  let group: Access[] = [];
  const endGroup = () => {
    if (group.length === 0) return;
    steps.push({ kind: "indices", evaluate: compileIndices(group, scope, { span }) });
    group = [];
  };
  for (const access of accesses) {
    if (access.kind === "index") group.push(access);
    else {
      endGroup();
      steps.push({ kind: "member", name: access.name });
    }
  }
  endGroup();
  return steps;
}

function follow(
  start: Place,
  steps: readonly Step[],
  from: number,
  frame: Frame,
): Place | TagPlace | undefined {
  let place = start;
  for (let position = from; position < steps.length; position++) {
    const step = steps[position]!;
    if (step.kind === "indices") {
      const indices = step.evaluate(frame);
      if (indices === undefined) return undefined;
      const part = partAt(place.dimensions, indices);
      const offset = place.offset + part.offset * (place.bus?.size ?? 1);
      place = { ...place, offset, dimensions: part.dimensions };
    } else {
      const field = place.bus?.fields.get(step.name);
      if (field === undefined) return { place, tag: step.name };
      const { dimensions, bus } = field;
      const tagKey = `${place.tagKey}.${step.name}`;
      place = { ...place, offset: place.offset + field.offset, dimensions, bus, tagKey };
    }
  }
  return place;
}
