/** Compiles declarations. */
import type { Declaration, DeclaredName, Variable } from "../language/syntax.ts";
import { compileAssign, compileTuple } from "./assignments.ts";
import { compileBus } from "./buses.ts";
import { activationOf, ComponentArray, type Execute, type Frame } from "./frame.ts";
import { compileIndices } from "./references.ts";
import type { Binding, Scope } from "./scope.ts";
import { cellCount, ValueProblem, zeroValue } from "./values.ts";

const KINDS = { var: "variable", component: "component", signal: "signal", bus: "signal" } as const;

export function compileDeclaration(node: Declaration, scope: Scope): Execute {
  const { tupleValue } = node;
  const executes = node.names.map((declared) => compileName(node, declared, scope));
  if (tupleValue !== undefined) {
    const targets = node.names.map(toVariable);
    executes.push(compileTuple(targets, tupleValue.operator, tupleValue.value, scope));
  }
  return (frame) => {
    for (const execute of executes) execute(frame);
    return undefined;
  };
}

function toVariable({ name, span }: DeclaredName): Variable {
  return { kind: "variable", name, accesses: [], span };
}

function compileName(node: Declaration, declared: DeclaredName, scope: Scope): Execute {
  const declare = compileNew(node, declared, scope);
  const binding = scope.declare(KINDS[node.type], declared.name);
  const { initial } = declared;
  const assign =
    initial && compileAssign(toVariable(declared), initial.operator, initial.value, scope);
  return (frame) => {
    declare(frame, binding);
    assign?.(frame);
    return undefined;
  };
}

/** Compiles what a name is before it has a value. */
function compileNew(
  node: Declaration,
  { name, dimensions, span }: DeclaredName,
  scope: Scope,
): (frame: Frame, binding: Binding) => void {
  const accesses = dimensions.map((index) => ({ kind: "index", index }) as const);
  const indicesOf = compileIndices(accesses, scope, { span });
  const lengthsOf = (frame: Frame) => {
    const lengths = indicesOf(frame);
    if (lengths === undefined) throw new ValueProblem(`the size of ${name} depends on signals`);
    return lengths;
  };
  if (node.type === "var") {
    return (frame, { slot }) => {
      frame.slots[slot] = zeroValue(lengthsOf(frame));
      frame.machine.observer?.begin?.(frame);
      frame.machine.observer?.variableWritten?.(slot, false, frame);
    };
  }
  if (node.type === "component") {
    return (frame, { slot }) => {
      const lengths = lengthsOf(frame);
      frame.slots[slot] = new ComponentArray(lengths, cellCount(lengths));
    };
  }
  const { direction, tags } = node;
  const busOf = node.bus && compileBus(node.bus, scope);
  return (frame, { slot }) => {
    frame.slots[slot] = activationOf(frame).declare(name, () => {
      const lengths = lengthsOf(frame);
      const bus = busOf?.(frame);
      const size = cellCount(lengths) * (bus?.size ?? 1);
      return { name, direction, tags, span, dimensions: lengths, bus, size, offset: 0 };
    });
  };
}
