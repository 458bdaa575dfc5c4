/** Compiles assignments to variables, signals, components and tuples. */
import type {
  Assignment,
  AssignmentOperator,
  Call,
  Expression,
  Variable,
} from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import { asAnonymous, compileAnonymous, readOutput } from "./anonymous.ts";
import { combine } from "./forms.ts";
import { activationOf, ComponentArray, type Evaluate, type Execute, type Frame } from "./frame.ts";
import { compileIndices, compilePlace, componentIndex, isTag, readPlace } from "./references.ts";
import type { Binding, Scope } from "./scope.ts";
import { compileTags } from "./tags.ts";
import { readPart, toScalar, unknownLike, type Value, ValueProblem, writePart } from "./values.ts";

type TagValues = ReadonlyMap<string, bigint> | undefined;

/** Writes a value that has been computed. */
type Store = (frame: Frame, value: Value, tags: TagValues) => void;

export function compileAssignment(node: Assignment, scope: Scope): Execute {
  const { target, operator, compound, value } = node;
  if (compound !== undefined) return compileCompound(node, scope);
  if (target.kind === "tuple") return compileTuple(target.elements, operator, value, scope);
  if (target.kind === "variable") return compileAssign(target, operator, value, scope);
  throw notUnderstood(target.span, "only variables and signals are assigned");
}

/** Compiles the assignment of one value. */
export function compileAssign(
  target: Variable,
  operator: AssignmentOperator,
  value: Expression,
  scope: Scope,
): Execute {
  const call = toTemplateCall(target, value, scope);
  if (call !== undefined) return compileCreation(target, call, scope);
  const evaluate = compileSource(value, scope);
  const store = compileStore(target, operator, scope);
  return (frame) => {
    frame.machine.observer?.begin?.(frame);
    evaluate(frame, store);
    return undefined;
  };
}

/** Compiles the assignment of several values: those of a tuple, or of an anonymous component. */
export function compileTuple(
  targets: readonly Expression[],
  operator: AssignmentOperator,
  value: Expression,
  scope: Scope,
): Execute {
  if (value.kind === "tuple") {
    const assigns = value.elements.map((element, index) => {
      const target = targets[index];
      if (target?.kind !== "variable")
        throw notUnderstood(element.span, "a value without a target");
      return compileAssign(target, operator, element, scope);
    });
    return (frame) => {
      for (const assign of assigns) assign(frame);
      return undefined;
    };
  }
  const node = asAnonymous(value);
  if (node === undefined) throw notUnderstood(value.span, "a single value for several targets");
  const create = compileAnonymous(node, scope);
  const stores = targets.map((target) => {
    if (target.kind === "variable") return compileStore(target, operator, scope);
    throw notUnderstood(target.span, "only variables and signals are assigned");
  });
  return (frame) => {
    const outputs = create(frame);
    if (outputs.length !== stores.length) {
      throw new ValueProblem(`${node.name} has ${outputs.length} outputs, not ${stores.length}`);
    }
    outputs.forEach((output, index) => {
      frame.machine.observer?.begin?.(frame);
      stores[index]!(frame, readPlace(output), output.store.tagsOf(output.tagKey));
    });
    return undefined;
  };
}

/** Computes a value with its tags, and passes both on. */
function compileSource(value: Expression, scope: Scope): (frame: Frame, store: Store) => void {
  const anonymous = asAnonymous(value);
  if (anonymous !== undefined) {
    const create = compileAnonymous(anonymous, scope);
    return (frame, store) => {
      const outputs = create(frame);
      frame.machine.observer?.begin?.(frame);
      store(frame, readOutput(outputs), outputs[0]?.store.tagsOf(outputs[0].tagKey));
    };
  }
  const evaluate = scope.expression(value);
  const tags = compileTags(value, scope);
  return (frame, store) => store(frame, evaluate(frame), tags(frame));
}

function compileStore(target: Variable, operator: AssignmentOperator, scope: Scope): Store {
  if (target.name === "_") return () => undefined;
  const binding = scope.find(target.name, target.span);
  if (binding.kind === "variable") return compileVariableStore(target, binding, scope);
  const resolve = compilePlace(target, binding, scope);
  const isConstrained = operator === "<==";
  return (frame, value, tags) => {
    const place = resolve(frame);
    if (place === undefined) throw new ValueProblem("an index depends on signals");
    const activation = activationOf(frame);
    if (!isTag(place)) activation.assign(place, value, { isConstrained, tags }, frame);
    else activation.setTags(place.place.tagKey, tagValue(place.tag, value));
  };
}

function tagValue(tag: string, value: Value): ReadonlyMap<string, bigint> {
  const known = toScalar(value);
  if (typeof known === "bigint") return new Map([[tag, known]]);
  throw new ValueProblem(`the tag ${tag} depends on signals`);
}

function compileVariableStore(target: Variable, { slot }: Binding, scope: Scope): Store {
  const indicesOf = compileIndices(target.accesses, scope, target);
  const isPart = target.accesses.length > 0;
  return (frame, value) => {
    const before = frame.slots[slot] as Value;
    const indices = indicesOf(frame);
    const written = frame.unknownConditions > 0 ? unknownLike(value) : value;
    frame.slots[slot] =
      indices === undefined ? unknownLike(before) : writePart(before, indices, written);
    frame.machine.observer?.variableWritten?.(slot, isPart, frame);
  };
}

/** `+=`, `++` and so on, which are for variables only. */
function compileCompound({ target, compound, value, span }: Assignment, scope: Scope): Execute {
  if (target.kind !== "variable") throw notUnderstood(span, "only variables change in place");
  const binding = scope.find(target.name, target.span);
  if (binding.kind !== "variable") throw notUnderstood(span, `${target.name} is no variable`);
  const { slot } = binding;
  const evaluate = scope.expression(value);
  const indicesOf = compileIndices(target.accesses, scope, target);
  const store = compileVariableStore(target, binding, scope);
  return (frame) => {
    const { observer } = frame.machine;
    observer?.begin?.(frame);
    observer?.variableRead?.(slot, frame);
    const indices = indicesOf(frame);
    const before =
      indices === undefined ? unknownLike(0n) : readPart(frame.slots[slot] as Value, indices);
    const after = combine(compound!, toScalar(before), toScalar(evaluate(frame)));
    store(frame, after, undefined);
    return undefined;
  };
}

/** Returns the call that creates a component, or undefined if the statement creates none. */
function toTemplateCall(target: Variable, value: Expression, scope: Scope): Call | undefined {
  const call = value.kind === "parallel" ? value.operand : value;
  if (call.kind !== "call" || scope.lookUp(target.name)?.kind !== "component") return undefined;
  return target.accesses.some(({ kind }) => kind === "member") ? undefined : call;
}

function compileCreation(target: Variable, call: Call, scope: Scope): Execute {
  const { name, slot } = scope.find(target.name, target.span);
  const indicesOf = compileIndices(target.accesses, scope, target);
  const parameters: Evaluate[] = call.arguments.map((argument) => scope.expression(argument));
  return (frame) => {
    const components = frame.slots[slot];
    const indices = indicesOf(frame);
    if (indices === undefined || !(components instanceof ComponentArray)) {
      throw new ValueProblem(`the component ${name} has no place`);
    }
    const request = { name, indices, isAnonymous: false, template: call.name, parameters };
    const index = componentIndex(components, indices);
    components.items[index] = activationOf(frame).create(request, frame);
    return undefined;
  };
}
