/**
 * Reads the signals that circom has substituted away, each as a linear combination of others.
 *
 * @see https://docs.circom.io/circom-language/formats/simplification-json/
 */
import { fileLines } from "./signals.ts";

/** A multiple of a signal, by its label in the .sym file; label 0 is the constant 1. */
export interface Term {
  readonly label: number;
  readonly coefficient: bigint;
}

/** @returns The substitution of a signal by its label, or undefined if there is none. */
export type Substitutions = (label: number) => readonly Term[] | undefined;

/** A substitution is on a line of its own: `"13" : {"2":"1","0":"5"},`. */
const LINE = /^"(\d+)" : (\{[^}]*\})/;

export function readSubstitutions(path: string): Substitutions {
  const texts = new Map<number, string>();
  for (const line of fileLines(path)) {
    const [, label, sum] = LINE.exec(line) ?? [];
    if (label !== undefined && sum !== undefined) texts.set(Number(label), sum);
  }
  return (label) => {
    const text = texts.get(label);
    if (text === undefined) return undefined;
    const terms = Object.entries(JSON.parse(text) as Record<string, string>);
    return terms.map(([of, coefficient]) => ({
      label: Number(of),
      coefficient: BigInt(coefficient),
    }));
  };
}
