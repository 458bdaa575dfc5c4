/** Attributes the lines of `log()` statements to components. */
import type { CircuitDesign } from "../evaluation/evaluate.ts";
import { evaluate } from "../evaluation/evaluate.ts";
import type { InputValues } from "../witness-inputs.ts";
import { placeOf, type SourcePlace } from "./trace.ts";

/** Receives a line that a circuit prints, and where it prints it, if that is known. */
export type CircuitLog = (line: string, place?: SourcePlace) => void;

/** Collects lines of the generator, and passes them on with their places. */
export interface LogCollector {
  readonly collect: (line: string) => void;
  /** Passes on the lines of one witness. */
  flush(inputs: InputValues): void;
}

/** @param design - Instantiates the circuit, at the first line that is printed. */
export function createLogCollector(
  design: () => CircuitDesign,
  log: CircuitLog = printWithPlace,
): LogCollector {
  let lines: string[] = [];
  return {
    collect: (line) => lines.push(line),
    flush: (inputs) => {
      const printed = lines;
      lines = [];
      const places = printed.length === 0 ? [] : logPlaces(design, inputs);
      // Lines that the source does not explain have no place.
      const isKnown = places.length === printed.length;
      printed.forEach((line, index) => log(line, isKnown ? places[index] : undefined));
    },
  };
}

/** Returns the place of each line, as far as the circuit runs. */
function logPlaces(design: () => CircuitDesign, inputs: InputValues): SourcePlace[] {
  const places: SourcePlace[] = [];
  try {
    evaluate(design(), inputs, {
      observer: { log: (_, frame) => places.push(placeOf(frame.statement!.span, frame)) },
    });
  } catch {
    return [];
  }
  return places;
}

function printWithPlace(line: string, place?: SourcePlace): void {
  const where = place === undefined ? "" : `  [${place.component}, ${place.file}:${place.line}]`;
  console.log(`${line}${where}`);
}
