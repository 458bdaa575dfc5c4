/** Anonymous components: `Template(parameters)(inputs)`. */
import type { AnonymousComponent, Expression } from "../language/syntax.ts";
import { lineOf, type Span } from "../language/source-text.ts";
import { notUnderstood } from "../language/tokens.ts";
import { declaredSignals } from "./definitions.ts";
import {
  activationOf,
  type ComponentRequest,
  type Evaluate,
  type Frame,
  type Place,
  type SignalStore,
} from "./frame.ts";
import { compileTags } from "./tags.ts";
import { readPlace, wholeWire } from "./references.ts";
import type { Scope } from "./scope.ts";
import { type Value, ValueProblem } from "./values.ts";

/** Creates the component, assigns its inputs, and returns its outputs. */
export type CreateAnonymous = (frame: Frame) => readonly Place[];

interface Input {
  readonly name: string | undefined;
  readonly evaluate: Evaluate;
  readonly tags: ReturnType<typeof compileTags>;
}

export function compileAnonymous(node: AnonymousComponent, scope: Scope): CreateAnonymous {
  const { loopSlot } = scope;
  const request = {
    template: node.name,
    parameters: node.arguments.map((argument) => scope.expression(argument)),
    name: anonymousName(node.name, node.span),
    isAnonymous: true,
  };
  const inputs = node.inputs.map(({ name, value }) => ({
    name,
    evaluate: scope.expression(value),
    tags: compileTags(value, scope),
  }));
  return (frame) => {
    const indices = loopSlot === undefined ? [] : [Number(frame.slots[loopSlot] ?? 0)];
    const definition = frame.machine.definitions.byName.get(node.name);
    if (definition?.kind !== "template") {
      throw notUnderstood(node.span, `there is no template ${node.name}`);
    }
    const store = create({ ...request, indices }, inputs, frame);
    return declaredSignals(definition, "output").map((name) => {
      const wire = store.findWire(name);
      if (wire === undefined) throw new ValueProblem(`${node.name} has no output ${name}`);
      return wholeWire(store, wire);
    });
  };
}

/** circom assigns the inputs in the order of their names. */
function create(request: ComponentRequest, inputs: readonly Input[], frame: Frame): SignalStore {
  const activation = activationOf(frame);
  const store = activation.create(request, frame);
  const definition = frame.machine.definitions.byName.get(request.template)!;
  const names = declaredSignals(definition, "input");
  if (names.length !== inputs.length) {
    throw new ValueProblem(
      `${request.template} has ${names.length} inputs, but is given ${inputs.length}`,
    );
  }
  const named = inputs.map((input, index) => ({ ...input, name: input.name ?? names[index]! }));
  named.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const { name, evaluate, tags } of named) {
    frame.machine.observer?.begin?.(frame);
    const value = evaluate(frame);
    const wire = store.findWire(name);
    if (wire === undefined) throw new ValueProblem(`${request.template} has no input ${name}`);
    const how = { isConstrained: true, tags: tags(frame) };
    activation.assign(wholeWire(store, wire), value, how, frame);
  }
  return store;
}

/** Returns the value of a component with one output. */
export function readOutput(outputs: readonly Place[]): Value {
  const [output] = outputs;
  if (outputs.length === 1 && output !== undefined) return readPlace(output);
  throw new ValueProblem(`a component with ${outputs.length} outputs is used as a value`);
}

/** circom names it after its template and its place: the line, and the offset in bytes. */
function anonymousName(template: string, span: Span): string {
  const before = span.source.text.slice(0, span.start);
  return `${template}_${lineOf(span)}_${Buffer.byteLength(before)}`;
}

/** Returns the anonymous component that an expression is, with or without `parallel`. */
export function asAnonymous(node: Expression): AnonymousComponent | undefined {
  if (node.kind === "parallel") return asAnonymous(node.operand);
  return node.kind === "anonymous" ? node : undefined;
}
