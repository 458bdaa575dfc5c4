/** Calls of functions. */
import type { Call } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import { type Evaluate, Frame, type Machine } from "./frame.ts";
import type { Routine, Scope } from "./scope.ts";
import { copyValue, type Value, ValueProblem } from "./values.ts";

const CALL_DEPTH_MAX = 1000;
const RESULTS_MAX = 1000;
/** Functions of small numbers, such as tables of constants, are called again and again. */
const SMALL_MAX = 1n << 20n;

export function compileCall(node: Call, scope: Scope): Evaluate {
  const { name, span } = node;
  const { compiler } = scope;
  const parameters = node.arguments.map((argument) => scope.expression(argument));
  return (frame) => {
    const { machine } = frame;
    const definition = machine.definitions.byName.get(name);
    if (definition?.kind !== "function") throw notUnderstood(span, `there is no function ${name}`);
    const values = parameters.map((evaluate) => evaluate(frame));
    const key = machine.functionResults && memoKey(name, values);
    const known = key === undefined ? undefined : machine.functionResults?.get(key);
    if (known !== undefined) return known;
    const result = callFunction(compiler.routine(definition), values, frame);
    if (key !== undefined) remember(machine, key, result);
    return result;
  };
}

function memoKey(name: string, values: readonly Value[]): string | undefined {
  let key = name;
  for (const value of values) {
    if (typeof value !== "bigint" || value > SMALL_MAX) return undefined;
    key += `,${value}`;
  }
  return key;
}

function remember({ functionResults }: Machine, key: string, result: Value): void {
  if (functionResults!.size < RESULTS_MAX) functionResults!.set(key, result);
}

function callFunction(routine: Routine, values: readonly Value[], caller: Frame): Value {
  if (caller.depth > CALL_DEPTH_MAX) throw new ValueProblem("functions call each other too deeply");
  const { machine } = caller;
  const { definition } = routine;
  const frame = new Frame(machine, definition.name, routine.slots, undefined, caller);
  values.forEach((value, slot) => (frame.slots[slot] = copyValue(value)));
  machine.observer?.started?.(definition, frame);
  machine.observer?.called?.(values.length, frame);
  machine.frame = frame;
  const result = routine.run(frame);
  machine.frame = caller;
  machine.observer?.returned?.(frame);
  if (result === undefined) throw new ValueProblem(`${definition.name} returns no value`);
  return result;
}
