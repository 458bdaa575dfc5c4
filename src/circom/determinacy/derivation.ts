/** Derives step by step which wires of a witness are determined. */
import { invert, multiply, negate } from "../../crypto/field.ts";
import { subsetsWithSum } from "./choices.ts";
import type { Deviations } from "./deviations.ts";
import { Intervals } from "./intervals.ts";
import { type Forced, LinearSystem, type Terms } from "./linear-system.ts";

/** The constraints that determine a wire, and their wires that were determined before. */
export interface Reason {
  readonly rows: readonly number[];
  readonly wires: readonly number[];
}

/** The only other value that a row allows for a wire, as a difference. */
interface Choice {
  readonly deviation: bigint;
  readonly row: number;
}

export interface DerivationStart {
  readonly deviations: Deviations;
  readonly rowsOf: (wire: number) => Uint32Array;
  readonly rowCount: number;
  /** By wire, 1 if it is given. */
  readonly given: Uint8Array;
  /** Constraints to leave out. */
  readonly without: ReadonlySet<number>;
  /** Ends the derivation early. */
  readonly isOver: () => boolean;
  /**
   * Rules that look further, whose reasons leave out some of the rows: bounds of integers, and
   * `refutes`, which returns whether deviations contradict the constraints of wires that are not
   * fixed. Default: none.
   */
  readonly further?: {
    readonly refutes: (moved: ReadonlyMap<number, bigint>, isFixed: Uint8Array) => boolean;
  };
}

export interface Derived {
  /** By determined wire, each after its dependencies. */
  readonly reasons: ReadonlyMap<number, Reason>;
  /** By undetermined wire with only one other value, the difference to that value. */
  readonly choices: ReadonlyMap<number, bigint>;
}

/** Maximum wires with two values each whose combinations are all tried. */
const TRIED_WIRES_MAX = 10;

export class Derivation {
  readonly #start: DerivationStart;
  /** By wire, 1 if it is given or determined. */
  readonly #isFixed: Uint8Array;
  readonly #reasons = new Map<number, Reason>();
  readonly #choices = new Map<number, Choice>();
  readonly #system = new LinearSystem();
  /** Rows to check, because one of their wires has been determined. */
  readonly #queue: number[] = [];
  /** By row, 1 if it is in the queue or left out. */
  readonly #isQueued: Uint8Array;
  /** Rows that have become linear. */
  readonly #linear = new Set<number>();
  /** Linear rows that are not in the system yet, and rows to try choices in. */
  readonly #toInsert = new Set<number>();
  readonly #toTry = new Set<number>();
  readonly #intervals = new Intervals();
  readonly #toNarrow = new Set<number>();

  constructor(start: DerivationStart) {
    this.#start = start;
    this.#isFixed = start.given.slice();
    this.#isQueued = new Uint8Array(start.rowCount);
    for (const row of start.without) this.#isQueued[row] = 1;
    this.#isFixed.forEach((fixed, wire) => fixed === 0 && this.#enqueueRowsOf(wire));
  }

  run(): Derived {
    do {
      for (let row = this.#queue.pop(); row !== undefined; row = this.#queue.pop()) {
        this.#isQueued[row] = 0;
        this.#inspect(row);
        if (this.#start.isOver()) break;
      }
    } while (!this.#start.isOver() && (this.#tryChoices() || this.#eliminate() || this.#narrow()));
    const open = [...this.#choices].filter(([wire]) => this.#isFixed[wire] === 0);
    const choices = new Map(open.map(([wire, { deviation }]) => [wire, deviation]));
    return { reasons: this.#reasons, choices };
  }

  #inspect(row: number): void {
    const { unknowns, isBilinear } = this.#start.deviations.shape(row, this.#isFixed);
    if (unknowns === 1) return this.#solveForOne(row);
    if (unknowns === 0 || isBilinear) return;
    this.#toTry.add(row);
    if (this.#start.further !== undefined) this.#toNarrow.add(row);
    if (this.#linear.has(row)) return;
    this.#linear.add(row);
    this.#toInsert.add(row);
  }

  /** Solves a row in one unknown d: d · (linear + a b d) = 0. */
  #solveForOne(row: number): void {
    const { a, b, linear } = this.#start.deviations.row(row, this.#isFixed);
    const wire = [a, b, linear].flatMap((terms) => [...terms.keys()])[0];
    if (wire === undefined) return; // its coefficient is 0
    const coefficient = linear.get(wire) ?? 0n;
    const square = multiply(a.get(wire) ?? 0n, b.get(wire) ?? 0n);
    if (square === 0n && coefficient === 0n) return;
    if (square === 0n || coefficient === 0n) return this.#determine([wire], [row]);
    const deviation = negate(multiply(coefficient, invert(square)));
    const known = this.#choices.get(wire);
    if (known === undefined) {
      this.#choices.set(wire, { deviation, row });
      this.#intervals.addChoice(wire, deviation);
      for (const other of this.#rowsOf(wire)) {
        if (!this.#linear.has(other)) continue;
        this.#toTry.add(other);
        if (this.#start.further !== undefined) this.#toNarrow.add(other);
      }
    } else if (known.deviation !== deviation) this.#determine([wire], [row, known.row]);
  }

  /** @returns Whether a wire was determined. */
  #eliminate(): boolean {
    const before = this.#reasons.size;
    for (const row of this.#toInsert) {
      const { linear } = this.#start.deviations.row(row, this.#isFixed);
      if (linear.size > 0) this.#determineForced(this.#system.insert(linear, row));
      if (this.#start.isOver()) break;
    }
    this.#toInsert.clear();
    return this.#reasons.size > before;
  }

  /** Bounds deviations as integers. @returns Whether a wire was determined. */
  #narrow(): boolean {
    const before = this.#reasons.size;
    for (const row of this.#toNarrow) {
      this.#toNarrow.delete(row);
      if (this.#start.isOver()) break;
      const { linear } = this.#start.deviations.row(row, this.#isFixed);
      for (const wire of this.#intervals.narrow(row, linear)) {
        if (this.#intervals.isZero(wire)) this.#determine([wire], [row]);
        for (const other of this.#rowsOf(wire)) {
          if (this.#linear.has(other)) this.#toNarrow.add(other);
        }
      }
    }
    return this.#reasons.size > before;
  }

  /** @returns Whether a wire was determined. */
  #tryChoices(): boolean {
    const before = this.#reasons.size;
    for (const row of this.#toTry) {
      const { linear } = this.#start.deviations.row(row, this.#isFixed);
      const wires = [...linear.keys()].sort((left, right) => left - right); // as bits are declared
      if (wires.length === 0 || !wires.every((wire) => this.#choices.has(wire))) continue;
      const effects = wires.map((wire) =>
        multiply(linear.get(wire)!, this.#choices.get(wire)!.deviation),
      );
      const sums = subsetsWithSum(effects, 0n);
      if (sums !== undefined) this.#excludeSums(row, wires, sums);
      else if (wires.length <= TRIED_WIRES_MAX) this.#tryOut(wires);
    }
    this.#toTry.clear();
    return this.#reasons.size > before;
  }

  /** Determines wires if other constraints contradict every other way to satisfy the row. */
  #excludeSums(row: number, wires: readonly number[], sums: readonly number[][]): void {
    const choiceRows = wires.map((wire) => this.#choices.get(wire)!.row);
    const { further } = this.#start;
    const contradictions = sums.map((sum) => {
      const moved = this.#move(wires, (index) => sum.includes(index));
      return (
        this.#contradiction(moved) ?? (further?.refutes(moved, this.#isFixed) ? row : undefined)
      );
    });
    if (!contradictions.every((found) => found !== undefined)) return;
    this.#determine(wires, [row, ...choiceRows, ...contradictions]);
  }

  /** Tries all values of a few wires in the rows without other deviating wires. */
  #tryOut(wires: readonly number[]): void {
    const isOthers = this.#isFixed.slice();
    for (const wire of wires) isOthers[wire] = 1;
    const { deviations } = this.#start;
    const rows = [...new Set(wires.flatMap((wire) => this.#rowsOf(wire)))].filter(
      (row) => deviations.shape(row, isOthers).unknowns === 0,
    );
    const terms = rows.map((row) => deviations.row(row, this.#isFixed));
    let moving = 0;
    for (let combination = 1; combination < 2 ** wires.length; combination++) {
      const values = this.#move(wires, (index) => ((combination >> index) & 1) === 1);
      const holds = terms.every(({ a, b, linear }) => {
        const product = multiply(apply(a, values), apply(b, values));
        return multiply(apply(linear, values) + product, 1n) === 0n;
      });
      if (holds) moving |= combination;
    }
    const choiceRows = wires.map((wire) => this.#choices.get(wire)!.row);
    const settled = wires.filter((_, index) => ((moving >> index) & 1) === 0);
    if (settled.length > 0) this.#determine(settled, [...rows, ...choiceRows]);
  }

  /** Returns a row that these deviations violate, whatever the other wires are. */
  #contradiction(values: ReadonlyMap<number, bigint>): number | undefined {
    const rows = new Set([...values.keys()].flatMap((wire) => this.#rowsOf(wire)));
    return [...rows].find((row) => {
      const { a, b, linear } = this.#start.deviations.row(row, this.#isFixed);
      const [valueA, valueB] = [apply(a, values), apply(b, values)];
      const isFree = (wire: number) => !values.has(wire);
      const freeB = [...b.keys()].some(isFree);
      for (const wire of new Set([...a.keys(), ...b.keys(), ...linear.keys()])) {
        if (!isFree(wire)) continue;
        if (freeB && a.has(wire)) return false;
        const slope =
          (linear.get(wire) ?? 0n) + (a.get(wire) ?? 0n) * valueB + (b.get(wire) ?? 0n) * valueA;
        if (multiply(slope, 1n) !== 0n) return false;
      }
      return multiply(apply(linear, values) + valueA * valueB, 1n) !== 0n;
    });
  }

  /** Returns the deviations if some wires take their other values. */
  #move(
    wires: readonly number[],
    isMoved: (index: number) => boolean,
  ): ReadonlyMap<number, bigint> {
    const deviationOf = (wire: number) => this.#choices.get(wire)!.deviation;
    return new Map(wires.map((wire, index) => [wire, isMoved(index) ? deviationOf(wire) : 0n]));
  }

  #determineForced(forced: readonly Forced[]): void {
    for (const { unknown, sources } of forced) {
      if (this.#isFixed[unknown] === 0) this.#determine([unknown], [...sources]);
    }
  }

  #determine(wires: readonly number[], rows: readonly number[]): void {
    const { deviations, given } = this.#start;
    const before = new Set(rows.flatMap((row) => [...deviations.wires(row)]));
    const isKnown = (wire: number) => this.#isFixed[wire] === 1 && given[wire] === 0;
    const reason = { rows: [...new Set(rows)], wires: [...before].filter(isKnown) };
    for (const wire of wires) {
      this.#isFixed[wire] = 1;
      this.#reasons.set(wire, reason);
    }
    for (const wire of wires) this.#enqueueRowsOf(wire);
    for (const wire of wires) this.#determineForced(this.#system.remove(wire));
  }

  #rowsOf(wire: number): number[] {
    return [...this.#start.rowsOf(wire)].filter((row) => !this.#start.without.has(row));
  }

  #enqueueRowsOf(wire: number): void {
    for (const row of this.#start.rowsOf(wire)) {
      if (this.#isQueued[row] === 1) continue;
      this.#isQueued[row] = 1;
      this.#queue.push(row);
    }
  }
}

/** Evaluates a linear form without reduction. */
function apply(terms: Terms, values: ReadonlyMap<number, bigint>): bigint {
  let sum = 0n;
  for (const [wire, value] of values) sum += (terms.get(wire) ?? 0n) * value;
  return sum;
}
