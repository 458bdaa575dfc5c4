/** Layouts of buses. */
import type { Call } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import type { BusLayout, Field, Wire } from "./design.ts";
import { type Activation, Frame } from "./frame.ts";
import type { Scope } from "./scope.ts";
import { copyValue, ValueProblem } from "./values.ts";

/** Compiles the type of a bus. */
export function compileBus(node: Call, scope: Scope): (frame: Frame) => BusLayout {
  const { compiler } = scope;
  const parameters = node.arguments.map((argument) => scope.expression(argument));
  return (frame) => {
    const { machine } = frame;
    const definition = machine.definitions.byName.get(node.name);
    if (definition?.kind !== "bus") {
      throw notUnderstood(node.span, `there is no bus ${node.name}`);
    }
    const routine = compiler.routine(definition);
    const fields = new FieldList();
    const inner = new Frame(machine, node.name, routine.slots, fields, frame);
    parameters.forEach((evaluate, slot) => (inner.slots[slot] = copyValue(evaluate(frame))));
    machine.frame = inner;
    routine.run(inner);
    machine.frame = frame;
    const { byName, size } = fields;
    return { name: node.name, fields: byName, size, order: orderOf([...byName.values()]) };
  };
}

function orderOf(fields: Field[]): number[] {
  const sorted = fields.sort((left, right) => (left.name < right.name ? -1 : 1));
  return sorted.flatMap(({ offset, size, bus }) => {
    const unit = bus?.order ?? [0];
    return Array.from({ length: size / unit.length }, (_, cell) =>
      unit.map((index) => offset + cell * unit.length + index),
    ).flat();
  });
}

/** What the body of a bus can do: declare signals. */
class FieldList implements Activation {
  readonly byName = new Map<string, Field>();
  size = 0;

  declare(name: string, make: () => Wire): Wire {
    const wire = { ...make(), offset: this.size };
    this.byName.set(name, wire);
    this.size += wire.size;
    return wire;
  }

  findWire(): undefined {
    return undefined;
  }

  read(): never {
    throw new ValueProblem("a bus only declares signals");
  }

  tagsOf(): undefined {
    return undefined;
  }

  setTags(): void {
    // Tags with values belong to the signals of a template.
  }

  create(): never {
    throw new ValueProblem("a bus only declares signals");
  }

  assign(): never {
    throw new ValueProblem("a bus only declares signals");
  }

  constrain(): never {
    throw new ValueProblem("a bus only declares signals");
  }
}
