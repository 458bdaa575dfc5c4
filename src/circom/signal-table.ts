/**
 * Finds the values of signals in a witness, by name.
 *
 * A witness has a value for each wire, not for each signal: circom substitutes signals away. A
 * substituted signal is a linear combination of others, which the compiler lists, so its value
 * follows from the witness. Only a signal that is in no constraint has no value.
 */
import type { Witness } from "../groth16/formats/wtns.ts";
import { PRIMES } from "../crypto/primes.ts";
import type { CompiledCircuit } from "./compile.ts";
import { circomError } from "./errors.ts";
import { showSum } from "./equations.ts";
import { mapNames, type NameTree, nestNames, type SignalTree } from "./signal-tree.ts";
import { symbolLines } from "./signals.ts";
import { readSubstitutions, type Substitutions } from "./substitutions.ts";

/** The signals of a circuit, by name. */
export interface SignalTable {
  /**
   * Reads a signal of a witness.
   *
   * @param name - Full name of a signal, an array of signals, a bus or a component.
   * @param given - Values of single signals that are in no constraint, as far as they are known.
   * @throws SIGNAL_NOT_FOUND, SIGNAL_WITHOUT_WIRE
   */
  value(witness: Witness, name: string, given?: GivenValues): SignalTree;
  /**
   * Returns the wire of a single signal, or of the signal that circom has put in its place.
   *
   * @throws SIGNAL_NOT_FOUND, SIGNAL_SUBSTITUTED, SIGNAL_WITHOUT_WIRE
   */
  wire(name: string): number;
  /** Returns the full names of the signals below a name. @throws SIGNAL_NOT_FOUND */
  names(name: string): NameTree;
  /** Returns the name of the first signal on a wire, or "1" for the constant. */
  nameOf(wire: number): string;
}

/** Returns the value of a signal by its full name, or undefined. */
export type GivenValues = (name: string) => bigint | undefined;

/** The lines of a .sym file. Labels are indices of the arrays. */
interface Labels {
  readonly byName: ReadonlyMap<string, number>;
  readonly names: readonly string[];
  readonly wires: readonly number[];
}

/** Reads the signals of a compiled circuit. */
export function readSignalTable(
  circuit: Pick<CompiledCircuit, "name" | "symPath" | "substitutionsPath" | "stats">,
): SignalTable {
  const { prime } = circuit.stats;
  const { modulus } = PRIMES[prime];
  const labels = readLabels(circuit.symPath);
  const substitutions = readSubstitutions(circuit.substitutionsPath);
  const firstNames = namesByWire(labels);
  const nameOf = (wire: number) => firstNames.get(wire) ?? `wire ${wire}`;
  const fail = (signal: string) => {
    const known = proposeNames(labels.names, signal);
    return circomError({ code: "SIGNAL_NOT_FOUND", circuit: circuit.name, signal, known });
  };
  const names = (name: string) => {
    if (labels.byName.has(name)) return name;
    const tree = nestNames(labels.byName.keys(), name);
    if (tree === undefined) throw fail(name);
    return tree;
  };
  const read = (witness: Witness, signal: string, given?: GivenValues) => {
    const label = labels.byName.get(signal)!;
    const value = evaluate(labels, { substitutions, modulus }, witness, label) ?? given?.(signal);
    if (value !== undefined) return value;
    throw circomError({ code: "SIGNAL_WITHOUT_WIRE", circuit: circuit.name, signal });
  };
  return {
    value: (witness, name, given) =>
      mapNames(names(name), (signal) => read(witness, signal, given)),
    wire: (signal) => {
      const label = labels.byName.get(signal);
      if (label === undefined) throw fail(signal);
      const found = findWire(labels, substitutions, label);
      if (typeof found === "number") return found;
      if (found === undefined) {
        throw circomError({ code: "SIGNAL_WITHOUT_WIRE", circuit: circuit.name, signal });
      }
      const sum = found.map((term) => ({ ...term, name: labels.names[term.label]! }));
      const facts = { circuit: circuit.name, signal, equal: showSum(sum, prime) };
      throw circomError({ code: "SIGNAL_SUBSTITUTED", ...facts });
    },
    names,
    nameOf,
  };
}

function readLabels(symPath: string): Labels {
  const [names, wires] = [["1"], [0]];
  const byName = new Map<string, number>();
  for (const { label, wire, name } of symbolLines(symPath)) {
    names[label] = name;
    wires[label] = wire;
    byName.set(name, label);
  }
  return { byName, names, wires };
}

function namesByWire({ names, wires }: Labels): Map<number, string> {
  const found = new Map<number, string>();
  wires.forEach((wire, label) => {
    if (wire >= 0 && !found.has(wire)) found.set(wire, names[label]!);
  });
  return found;
}

/** @returns Undefined for a signal that is in no constraint. */
function evaluate(
  labels: Labels,
  rules: { readonly substitutions: Substitutions; readonly modulus: bigint },
  witness: Witness,
  label: number,
): bigint | undefined {
  const wire = labels.wires[label]!;
  if (wire >= 0) return witness[wire];
  const terms = rules.substitutions(label)?.map((term) => {
    const value = evaluate(labels, rules, witness, term.label);
    return value === undefined ? undefined : term.coefficient * value;
  });
  if (terms === undefined || terms.includes(undefined)) return undefined;
  const sum = terms.reduce<bigint>((total, value) => total + value!, 0n) % rules.modulus;
  return sum < 0n ? sum + rules.modulus : sum;
}

/** @returns The wire of a signal or of its equal, what it is substituted by, or undefined. */
function findWire(
  labels: Labels,
  substitutions: Substitutions,
  label: number,
): number | ReturnType<Substitutions> {
  const wire = labels.wires[label]!;
  if (wire >= 0) return wire;
  const terms = substitutions(label);
  const [first] = terms ?? [];
  const isEqual = terms?.length === 1 && first!.label !== 0 && first!.coefficient === 1n;
  return isEqual ? findWire(labels, substitutions, first!.label) : terms;
}

/** Maximum names that an error proposes. */
const PROPOSALS_MAX = 8;

/** Proposes names that end like the wrong one, or else the first signals of the main component. */
function proposeNames(names: readonly string[], wrong: string): string[] {
  const plain = (name: string) => name.replace(/\[\d+\]/g, "").replace(/^main\./, "");
  const last = plain(wrong).split(".").at(-1)!;
  const signals = [...new Set(names.slice(1).map((name) => `main.${plain(name)}`))];
  const similar = signals.filter((name) => name.endsWith(`.${last}`));
  return (similar.length > 0 ? similar : signals).slice(0, PROPOSALS_MAX);
}
