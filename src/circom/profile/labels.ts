/** The signals of a circuit by their numbers in the source, as circom's files number them. */
import { type Component, signalNames } from "../evaluation/design.ts";
import { symbolLines } from "../signals.ts";

/** Labels and wires of signals. */
export interface SignalLabels {
  /** Wire by label, or -1 where circom has substituted the signal away; label 0 is the 1. */
  readonly wires: readonly number[];
  /** Label by the number of a signal in the source; 0 for one that the .sym file lacks. */
  readonly ofSignal: Uint32Array;
}

/**
 * Reads which labels and wires the signals of a circuit have.
 *
 * @param main - From the source that the .sym file comes from.
 */
export function readLabels(main: Component, symPath: string): SignalLabels {
  const names = signalNames(main);
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const ofSignal = new Uint32Array(names.length);
  const wires = [0];
  for (const { label, wire, name } of symbolLines(symPath)) {
    wires[label] = wire;
    const number = numberOf.get(name);
    if (number !== undefined) ofSignal[number] = label;
  }
  return { wires, ofSignal };
}
