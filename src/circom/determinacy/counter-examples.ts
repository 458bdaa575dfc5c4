/**
 * Searches a second witness with the same given wires: changes one wire of an honest witness, sets
 * what follows, and satisfies what is violated then by the wires that are still open.
 */
import { FIELD_MODULUS, multiply, reduce } from "../../crypto/field.ts";
import { checkConstraints, checkWitness } from "../../groth16/check-witness.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import { type Assignment, PartialWitness } from "./partial-witness.ts";

export interface SearchStart {
  readonly r1cs: R1cs;
  readonly rowsOf: (wire: number) => Uint32Array;
  /** The constraints that a counter-example must satisfy. Default: all. */
  readonly rows?: readonly number[];
  readonly honest: Witness;
  /** Wires that may differ; all others are known to be determined. */
  readonly free: readonly number[];
  /** Ends the search early. */
  readonly isOver: () => boolean;
}

/** Maximum constraints that are satisfied one after the other, and steps of one attempt. */
const DEPTH_MAX = 40;
const STEPS_MAX = 400;
/** Multiples of r that are added to a number in several parts, to find its other forms. */
const ALIASES = [1n, -1n, 2n, -2n, 3n];

export class CounterExampleSearch {
  readonly #start: SearchStart;
  readonly #isFree: Uint8Array;
  readonly #partial: PartialWitness;
  #stepsLeft = 0;

  constructor(start: SearchStart) {
    const { r1cs, rowsOf, honest, free } = start;
    this.#start = start;
    this.#isFree = new Uint8Array(r1cs.wires);
    for (const wire of free) this.#isFree[wire] = 1;
    this.#partial = new PartialWitness(r1cs, rowsOf, honest, this.#isFree);
  }

  /** Returns a witness in which this wire differs from the honest one. */
  find(wire: number): Witness | undefined {
    for (const attempt of this.#attempts(wire)) {
      if (this.#start.isOver()) return undefined;
      const found = this.#tryOut(attempt);
      if (found !== undefined && found[wire] !== this.#start.honest[wire]) return found;
    }
    return undefined;
  }

  *#attempts(wire: number): Generator<Assignment> {
    const { honest, rowsOf } = this.#start;
    const value = honest[wire]!;
    const other = this.#partial.otherValue(wire);
    if (other !== undefined) {
      yield [[wire, other]];
    } else {
      const values = [value + 1n, value - 1n, 0n, 1n, -value, 2n * value + 3n].map(reduce);
      for (const candidate of new Set(values)) {
        if (candidate !== value) yield [[wire, candidate]];
      }
    }
    for (const row of rowsOf(wire)) yield* this.#aliases(row);
  }

  /** Other digits of the same number modulo r, where a row adds up digits. */
  *#aliases(row: number): Generator<Assignment> {
    const { r1cs, honest } = this.#start;
    const { rowStart, wire, coefficient } = r1cs.c;
    const digits: { wire: number; weight: bigint }[] = [];
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      if (this.#isFree[wire[entry]!] === 0) continue;
      const weight = r1cs.coefficients[coefficient[entry]!]!;
      digits.push({ wire: wire[entry]!, weight });
    }
    if (digits.length < 2) return;
    const sign = digits.every(({ weight }) => weight < 0n) ? -1n : 1n;
    const sorted = digits
      .map((digit) => ({ wire: digit.wire, weight: sign * digit.weight }))
      .sort((left, right) => (left.weight > right.weight ? -1 : 1));
    if (!isRadix(sorted.map(({ weight }) => weight))) return;
    const number = sorted.reduce((sum, digit) => sum + digit.weight * honest[digit.wire]!, 0n);
    for (const times of ALIASES) {
      let rest = number + times * FIELD_MODULUS;
      if (rest < 0n) continue;
      const assignment = sorted.map((digit): readonly [number, bigint] => {
        const value = rest / digit.weight;
        rest %= digit.weight;
        return [digit.wire, multiply(value, 1n)];
      });
      if (rest === 0n) yield assignment;
    }
  }

  #tryOut(attempt: Assignment): Witness | undefined {
    const partial = this.#partial;
    this.#stepsLeft = STEPS_MAX;
    try {
      if (!partial.assign(attempt) || !this.#complete(0)) return undefined;
      const found = partial.toWitness();
      return this.#isWitness(found) ? found : undefined;
    } finally {
      partial.undo(0);
    }
  }

  #isWitness(found: Witness): boolean {
    const { r1cs, rows } = this.#start;
    if (rows === undefined) return checkWitness(r1cs, found) === null;
    return checkConstraints(r1cs, found, rows) === null;
  }

  /** Satisfies violated constraints, depth first. */
  #complete(depth: number): boolean {
    const partial = this.#partial;
    const violated = this.#violated();
    if (violated === undefined) return true;
    if (depth === DEPTH_MAX) return false;
    for (const way of partial.ways(violated)) {
      if (this.#stepsLeft-- <= 0 || this.#start.isOver()) return false;
      const { mark } = partial;
      if (partial.assign(way) && this.#complete(depth + 1)) return true;
      partial.undo(mark);
    }
    return false;
  }

  /** Returns a constraint that the changed wires violate. */
  #violated(): number | undefined {
    for (const wire of this.#partial.changed()) {
      for (const row of this.#start.rowsOf(wire)) if (!this.#partial.holds(row)) return row;
    }
    return undefined;
  }
}

/** Whether each weight is a multiple of the next one. */
function isRadix(weights: readonly bigint[]): boolean {
  return weights.every((weight, index) => {
    const next = weights[index + 1];
    return weight > 0n && (next === undefined || (next > 0n && weight % next === 0n));
  });
}
