/**
 * A witness in which some wires are open: setting one sets what follows from it.
 *
 * All other wires keep the values of a base witness. A constraint in one open wire is solved; a
 * linear one between wires with two values each, such as bits, leaves at most a few combinations.
 */
import { multiply, reduce, subtract } from "../../crypto/field.ts";
import type { R1cs, SparseMatrix } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import { allSubsetsWithSum } from "./choices.ts";
import type { Terms } from "./linear-system.ts";
import { solveQuadratic } from "./quadratic.ts";

/** The two values that a wire can have by a constraint of its own. */
type Values = readonly [bigint, bigint];

/** A side of a constraint: what the set wires add up to, and the open ones. */
interface Side {
  constant: bigint;
  readonly open: Terms;
}

/** Values for some open wires, one way to satisfy a constraint. */
export type Assignment = readonly (readonly [wire: number, value: bigint])[];

/** Maximum ways in which one constraint is tried to be satisfied. */
const WAYS_MAX = 8;

export class PartialWitness {
  readonly #r1cs: R1cs;
  readonly #rowsOf: (wire: number) => Uint32Array;
  readonly #base: Witness;
  readonly #isFree: Uint8Array;
  readonly #set = new Map<number, bigint>();
  /** Set wires in order, to undo. */
  readonly #trail: number[] = [];
  readonly #values = new Map<number, Values | undefined>();

  /** @param isFree - By wire, 1 if it may have another value than in the base. */
  constructor(
    r1cs: R1cs,
    rowsOf: (wire: number) => Uint32Array,
    base: Witness,
    isFree: Uint8Array,
  ) {
    this.#r1cs = r1cs;
    this.#rowsOf = rowsOf;
    this.#base = base;
    this.#isFree = isFree;
  }

  /** A point to which {@link undo} returns. */
  get mark(): number {
    return this.#trail.length;
  }

  undo(mark: number): void {
    for (const wire of this.#trail.splice(mark)) this.#set.delete(wire);
  }

  isOpen(wire: number): boolean {
    return this.#isFree[wire] === 1 && !this.#set.has(wire);
  }

  /** Lists the wires whose value is not that of the base. */
  changed(): number[] {
    return this.#trail.filter((wire) => this.#set.get(wire) !== this.#base[wire]);
  }

  /** Returns the base with the values that are set. */
  toWitness(): bigint[] {
    const witness = [...this.#base];
    for (const [wire, value] of this.#set) witness[wire] = value;
    return witness;
  }

  /** Sets wires and what follows. @returns False if a constraint cannot hold any more. */
  assign(assignment: Assignment): boolean {
    const queue: number[] = [];
    for (const [wire, value] of assignment) if (!this.#put(wire, value, queue)) return false;
    const isQueued = new Set(queue);
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      isQueued.delete(row);
      const ways = this.#forced(row);
      if (ways.length === 0) return false;
      if (ways.length > 1) continue;
      const next: number[] = [];
      for (const [wire, value] of ways[0]!) if (!this.#put(wire, value, next)) return false;
      for (const other of next) {
        if (isQueued.has(other)) continue;
        isQueued.add(other);
        queue.push(other);
      }
    }
    return true;
  }

  /** Returns whether a constraint holds if open wires have the values of the base. */
  holds(row: number): boolean {
    const [a, b, c] = this.#sides(row).map(({ constant, open }) => {
      let sum = constant;
      for (const [wire, value] of open) sum += value * this.#base[wire]!;
      return sum;
    }) as [bigint, bigint, bigint];
    return reduce(a * b - c) === 0n;
  }

  /** Lists ways to satisfy a constraint by its open wires. */
  ways(row: number): Assignment[] {
    const ways = this.#forced(row);
    if (ways.length > 1) return ways.slice(0, WAYS_MAX);
    // One wire adapts, and the others keep the values of the base.
    const open = [...new Set(this.#sides(row).flatMap((side) => [...side.open.keys()]))];
    return open.slice(0, WAYS_MAX).flatMap((adapting) => {
      const kept = open
        .filter((wire) => wire !== adapting)
        .map((wire): [number, bigint] => [wire, this.#base[wire]!]);
      return this.#solve(row, adapting, new Map(kept)).map((value): Assignment => [
        ...kept,
        [adapting, value],
      ]);
    });
  }

  /** Returns the other value of a wire that can only have two, if it can. */
  otherValue(wire: number): bigint | undefined {
    return this.#valuesOf(wire)?.find((value) => value !== this.#base[wire]);
  }

  #put(wire: number, value: bigint, queue: number[]): boolean {
    const known = this.#set.get(wire);
    if (known !== undefined) return known === value;
    if (this.#isFree[wire] === 0) return this.#base[wire] === value;
    this.#set.set(wire, value);
    this.#trail.push(wire);
    for (const row of this.#rowsOf(wire)) queue.push(row);
    return true;
  }

  /** All ways in which open wires satisfy a constraint; one empty way if too many are left. */
  #forced(row: number): Assignment[] {
    const sides = this.#sides(row);
    const [a, b, c] = sides;
    const open = new Set(sides.flatMap((side) => [...side.open.keys()]));
    if (open.size === 0) return reduce(a.constant * b.constant - c.constant) === 0n ? [[]] : [];
    if (open.size === 1) {
      const [wire] = open as unknown as [number];
      const solutions = this.#solve(row, wire, new Map());
      return solutions === ANY ? [[]] : solutions.map((value): Assignment => [[wire, value]]);
    }
    if (a.open.size > 0 && b.open.size > 0) return [[]];
    return this.#combinations(sides) ?? [[]];
  }

  /** Solves a linear constraint in wires with two values each. */
  #combinations([a, b, c]: readonly [Side, Side, Side]): Assignment[] | undefined {
    const terms: Terms = new Map();
    addTo(terms, a.open, b.constant);
    addTo(terms, b.open, a.constant);
    addTo(terms, c.open, -1n);
    const total = reduce(c.constant - a.constant * b.constant);
    const wires = [...terms.keys()];
    const values = wires.map((wire) => this.#valuesOf(wire));
    if (wires.length === 0) return total === 0n ? undefined : [];
    if (!values.every((pair) => pair !== undefined)) {
      if (wires.length > 1) return undefined;
      const value = solveQuadratic(0n, terms.get(wires[0]!)!, reduce(-total))![0]!;
      return [[[wires[0]!, value]]];
    }
    let first = 0n;
    const effects = wires.map((wire, index) => {
      const [low, high] = values[index]!;
      first += terms.get(wire)! * low;
      return multiply(terms.get(wire)!, subtract(high, low));
    });
    const subsets = allSubsetsWithSum(effects, reduce(total - first));
    return subsets?.map((subset) => {
      const isHigh = new Set(subset);
      return wires.map((wire, index) => [wire, values[index]![isHigh.has(index) ? 1 : 0]]);
    });
  }

  /** Solves a constraint for one open wire. @returns {@link ANY} if every value satisfies it. */
  #solve(row: number, wire: number, kept: ReadonlyMap<number, bigint>): readonly bigint[] {
    const [a, b, c] = this.#sides(row).map(({ constant, open }) => {
      for (const [other, value] of open) {
        if (other !== wire) constant += value * (kept.get(other) ?? 0n);
      }
      return [reduce(constant), open.get(wire) ?? 0n] as const;
    }) as [Pair, Pair, Pair];
    const linear = reduce(a[0] * b[1] + a[1] * b[0] - c[1]);
    const roots = solveQuadratic(multiply(a[1], b[1]), linear, reduce(a[0] * b[0] - c[0]));
    return roots ?? ANY;
  }

  #valuesOf(wire: number): Values | undefined {
    if (this.#values.has(wire)) return this.#values.get(wire);
    let found: Values | undefined;
    for (const row of this.#rowsOf(wire)) {
      const roots = this.#ownRoots(row, wire);
      if (roots?.length !== 2) continue;
      found = [roots[0]!, roots[1]!];
      break;
    }
    this.#values.set(wire, found);
    return found;
  }

  /** The solutions of a constraint in one wire and constants only. */
  #ownRoots(row: number, wire: number): readonly bigint[] | undefined {
    const forms: Pair[] = [];
    for (const { rowStart, wire: wires, coefficient } of this.#matrices()) {
      const form: [bigint, bigint] = [0n, 0n];
      for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
        const other = wires[entry]!;
        if (other !== 0 && other !== wire) return undefined;
        form[other === 0 ? 0 : 1] += this.#r1cs.coefficients[coefficient[entry]!]!;
      }
      forms.push(form);
    }
    const [a, b, c] = forms as [Pair, Pair, Pair];
    const linear = reduce(a[0] * b[1] + a[1] * b[0] - c[1]);
    return solveQuadratic(reduce(a[1] * b[1]), linear, reduce(a[0] * b[0] - c[0]));
  }

  #sides(row: number): [Side, Side, Side] {
    return this.#matrices().map((matrix) => this.#side(matrix, row)) as [Side, Side, Side];
  }

  #side({ rowStart, wire, coefficient }: SparseMatrix, row: number): Side {
    const open: Terms = new Map();
    let constant = 0n;
    for (let entry = rowStart[row]!; entry < rowStart[row + 1]!; entry++) {
      const of = wire[entry]!;
      const factor = this.#r1cs.coefficients[coefficient[entry]!]!;
      if (this.isOpen(of)) open.set(of, factor);
      else constant += factor * (this.#set.get(of) ?? this.#base[of]!);
    }
    return { constant: reduce(constant), open };
  }

  #matrices(): readonly [SparseMatrix, SparseMatrix, SparseMatrix] {
    return [this.#r1cs.a, this.#r1cs.b, this.#r1cs.c];
  }
}

type Pair = readonly [constant: bigint, coefficient: bigint];

const ANY: readonly bigint[] = [];

function addTo(sum: Terms, terms: Terms, factor: bigint): void {
  for (const [wire, value] of terms) {
    const next = reduce((sum.get(wire) ?? 0n) + factor * value);
    if (next === 0n) sum.delete(wire);
    else sum.set(wire, next);
  }
}
