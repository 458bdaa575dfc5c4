/**
 * Reads the signals of a circuit from the compiler's output.
 *
 * A .sym file has a line `label,wire,component,name` per signal; wire is -1 where circom optimized
 * the signal away. The names start with "main."; those of the main component's own signals come
 * first: outputs, inputs, intermediate ones.
 *
 * @see https://docs.circom.io/circom-language/formats/sym/
 */

import { readFileSync } from "node:fs";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";

/** An input or output of the main component, or of one of its buses ("bus.field"). */
export interface SignalDeclaration {
  readonly name: string;
  /** The length of each dimension, outermost first; empty for a single signal. */
  readonly shape: readonly number[];
  readonly public: boolean;
}

/** The signals of a circuit's main component. */
export interface CircuitSignals {
  readonly inputs: readonly SignalDeclaration[];
  readonly outputs: readonly SignalDeclaration[];
  /** Signals that are neither inputs nor outputs. */
  readonly intermediates: readonly SignalDeclaration[];
}

/** Number of signals under an input name in a compiled witness generator; 0 if none. */
export type InputSizes = (name: string) => number;

/**
 * Reads the wire numbers by full name, such as "main.hash.out[0]".
 *
 * Signals that circom substituted away have no wire and are omitted.
 */
export function readSymbols(symPath: string): Map<string, number> {
  const wires = new Map<string, number>();
  for (const { wire, name } of symbolLines(symPath)) if (wire >= 0) wires.set(name, wire);
  return wires;
}

/**
 * Lists the wires of inputs of the main component.
 *
 * @param symbols - From {@link readSymbols}.
 * @param names - Names of inputs, "in" for an array.
 */
export function wiresOfInputs(
  symbols: ReadonlyMap<string, number>,
  names: readonly string[],
): number[] {
  const wanted = new Set(names.map((name) => `main.${name}`));
  return [...symbols]
    .filter(([name]) => wanted.has(name) || wanted.has(name.replace(/(?:\[\d+\])+$/, "")))
    .map(([, wire]) => wire);
}

/** Reads the signals of the main component from a .sym file. */
export function readSignals(
  symPath: string,
  header: R1csHeader,
  inputSizes: InputSizes,
  inputTotal: number,
): CircuitSignals {
  const inputs = new Map<string, SignalDeclaration>();
  const outputs = new Map<string, SignalDeclaration>();
  const intermediates = new Map<string, SignalDeclaration>();
  const publicTotal = header.publicOutputs + header.publicInputs;
  const interfaceTotal = header.publicOutputs + inputTotal;
  let main: number | undefined;
  for (const { label, wire, component, name } of symbolLines(symPath)) {
    main ??= component;
    if (component !== main) break;
    const { base, indices } = splitIndices(name.slice("main.".length));
    const isIntermediate = label > interfaceTotal;
    const group = isIntermediate ? intermediates : inputSizes(base) > 0 ? inputs : outputs;
    const shape = indices.map((index, i) => Math.max(index + 1, group.get(base)?.shape[i] ?? 0));
    const isPublic = wire >= 1 && wire <= publicTotal;
    group.set(base, { name: base, shape, public: isPublic });
  }
  return {
    inputs: [...inputs.values()],
    outputs: [...outputs.values()],
    intermediates: [...intermediates.values()],
  };
}

/** Splits "a[1][2]" into the base "a" and the indices 1 and 2; "bus[0].x" is all base. */
function splitIndices(name: string): { base: string; indices: number[] } {
  const suffix = /(?:\[\d+\])*$/.exec(name)![0];
  const indices = [...suffix.matchAll(/\d+/g)].map((match) => Number(match[0]));
  return { base: name.slice(0, name.length - suffix.length), indices };
}

/** A signal as a .sym file lists it. */
export interface SymbolLine {
  /** Number of the signal, from 1 on, in the order of the file. */
  readonly label: number;
  /** Index in the witness; -1 where circom substituted the signal away. */
  readonly wire: number;
  readonly component: number;
  readonly name: string;
}

/** Reads all lines of a .sym file. */
export function* symbolLines(symPath: string): Generator<SymbolLine> {
  for (const line of fileLines(symPath)) {
    const [label, wire, component, name] = line.split(",");
    if (name === undefined) continue;
    yield { label: Number(label), wire: Number(wire), component: Number(component), name };
  }
}

/** Reads a text file by lines: in large circuits, the file is longer than a string can be. */
export function* fileLines(path: string): Generator<string> {
  const bytes = readFileSync(path);
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf("\n", start);
    yield bytes.toString("latin1", start, end < 0 ? bytes.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}
