/** Finds where signals are declared, and which statements constrain them. */
import {
  type Component,
  signalNames,
  signalsOf,
  walkComponents,
  walkConstraints,
} from "../evaluation/design.ts";
import type { CircuitDesign } from "../evaluation/evaluate.ts";
import { type SourcePlace, toPlace } from "./trace.ts";

/** Places in the source of a circuit. */
export interface SignalPlaces {
  /** Returns the declaration of a signal by its full name, or undefined for an unknown name. */
  declaration(signal: string): SourcePlace | undefined;
  /**
   * Lists the statements whose constraints have one of some signals.
   *
   * @param limit - Maximum number.
   */
  constraints(signals: readonly string[], limit: number): SourcePlace[];
}

export function createSignalPlaces({ main }: CircuitDesign): SignalPlaces {
  let byPath: ReadonlyMap<string, Component> | undefined;
  let numbers: ReadonlyMap<string, number> | undefined;
  return {
    declaration(signal) {
      byPath ??= new Map(Array.from(walkComponents(main), (found) => [found.path, found]));
      // A name can have several members: those of components, and then those of buses.
      const parts = signal.split(".");
      for (let length = parts.length - 1; length > 0; length--) {
        const component = byPath.get(parts.slice(0, length).join("."));
        const name = parts[length]!.replace(/\[.*/, "");
        const wire = component?.instance.wires.get(name);
        if (wire !== undefined) return toPlace(wire.span, component!.path);
      }
      return undefined;
    },
    constraints(signals, limit) {
      numbers ??= new Map(signalNames(main).map((name, index) => [name, index]));
      const wanted = new Set(signals.map((signal) => numbers!.get(signal)));
      const places: SourcePlace[] = [];
      for (const located of walkConstraints(main)) {
        if (places.length === limit) break;
        if (signalsOf(located).some((signal) => wanted.has(signal))) {
          const { component, constraint } = located;
          places.push(toPlace(constraint.statement.span, component.path));
        }
      }
      return places;
    },
  };
}
