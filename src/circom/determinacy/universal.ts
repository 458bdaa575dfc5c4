/**
 * Derives which wires some given ones determine **whatever values these have**.
 *
 * Two witnesses with the same given wires differ by d. The rules show d = 0 for one wire after the
 * other. Each holds for all witnesses, so that what is derived needs no test with inputs:
 *
 *  - Constraints whose product is known, or has a constant factor, are linear in d: elimination.
 *  - So are A·x = c with a known A that is not 0: it divides a constant other than 0 somewhere.
 *  - Bits and small numbers with weights such as 1, 2, 4 have one sum each, below r.
 *  - Constraints with one known factor A: what is determined both if A = 0 and if A ≠ 0 is
 *    determined. `IsZero` needs it.
 *  - Flags x_i with (A − i)·x_i = 0 of which a sum is known: only one can be other than 0.
 */
import { add, invert, multiply, subtract } from "../../crypto/field.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import { combine, constantOf, type Form, nameForm, ONE, readForm } from "./forms.ts";
import { type Forced, LinearSystem, type Terms } from "./linear-system.ts";
import { solveQuadratic } from "./quadratic.ts";
import { boundOther, forcesZero, type Span } from "./spans.ts";

export interface UniversalStart {
  readonly r1cs: R1cs;
  readonly rowsOf: (wire: number) => Uint32Array;
  readonly given: Iterable<number>;
  /** Constraints to leave out. */
  readonly without?: ReadonlySet<number>;
  /** Ends the derivation early; what it has derived by then is right. */
  readonly isOver?: () => boolean;
}

/** A constraint A·other = c whose factor A is known, in differences. */
interface Factored {
  readonly factor: Terms;
  readonly other: Terms;
  readonly c: Terms;
}

/** @returns By wire, 1 if it is given or determined. */
export function deriveForEveryInput(start: UniversalStart): Uint8Array {
  return new UniversalDerivation(start).run();
}

class UniversalDerivation {
  readonly #start: UniversalStart;
  readonly #isKnown: Uint8Array;
  readonly #spans = new Map<number, Span>();
  readonly #nonZero = new Set<string>();
  readonly #system = new LinearSystem();
  readonly #queue: number[] = [];
  readonly #isQueued: Uint8Array;
  /** Linear rows that are not in the system yet, and linear rows to weigh, with their terms. */
  readonly #toInsert = new Set<number>();
  readonly #toWeigh = new Set<number>();
  readonly #inserted = new Set<number>();
  /** Rows with one known factor, by its name. */
  readonly #factored = new Map<string, Set<number>>();
  readonly #toSplit = new Set<string>();

  constructor(start: UniversalStart) {
    this.#start = start;
    const { r1cs, given, without = new Set<number>() } = start;
    this.#isKnown = new Uint8Array(r1cs.wires);
    for (const wire of [ONE, ...given]) this.#isKnown[wire] = 1;
    this.#isQueued = new Uint8Array(r1cs.constraints);
    for (const row of without) this.#isQueued[row] = 1;
    for (let row = 0; row < r1cs.constraints; row++) {
      if (without.has(row)) continue;
      this.#learn(row);
      this.#enqueue(row);
    }
  }

  run(): Uint8Array {
    const { isOver = () => false } = this.#start;
    do {
      for (let row = this.#queue.pop(); row !== undefined; row = this.#queue.pop()) {
        this.#isQueued[row] = 0;
        this.#inspect(row);
        if (isOver()) return this.#isKnown;
      }
    } while (this.#weigh() || this.#split() || this.#eliminate());
    return this.#isKnown;
  }

  #forms(row: number, isKnown = this.#isKnown): readonly [a: Form, b: Form, c: Form] {
    const { r1cs } = this.#start;
    const read = (matrix: R1cs["a"]) => readForm(r1cs, matrix, row, isKnown);
    return [read(r1cs.a), read(r1cs.b), read(r1cs.c)];
  }

  /** Learns what a row says alone: its only wire has two values; its factors are not 0. */
  #learn(row: number): void {
    const [a, b, c] = this.#forms(row, new Uint8Array(0));
    const wires = new Set([a, b, c].flatMap(({ unknown }) => [...unknown.keys()]));
    if (wires.size === 1) return this.#learnRoots([...wires][0]!, a, b, c);
    for (const form of [a, b]) {
      if (isNonZeroFactor(allOf(form), allOf(c))) this.#nonZero.add(nameForm(allOf(form)));
    }
  }

  /** Solves (a0 + a1 x)(b0 + b1 x) = c0 + c1 x for the values that x can have. */
  #learnRoots(wire: number, a: Form, b: Form, c: Form): void {
    const [a0, b0, c0] = [a, b, c].map(({ known }) => known.get(ONE) ?? 0n) as Triple;
    const [a1, b1, c1] = [a, b, c].map(({ unknown }) => unknown.get(wire) ?? 0n) as Triple;
    const linear = subtract(add(multiply(a0, b1), multiply(a1, b0)), c1);
    const roots = solveQuadratic(multiply(a1, b1), linear, subtract(multiply(a0, b0), c0));
    if (roots === undefined) return;
    if (roots.length < 2) return this.#determine([wire]);
    this.#spans.set(wire, { unit: subtract(roots[1]!, roots[0]!), size: 1n });
  }

  #inspect(row: number): void {
    const [a, b, c] = this.#forms(row);
    if (a.unknown.size > 0 && b.unknown.size > 0) return;
    const terms = this.#linearTerms(a, b, c);
    if (terms !== undefined) {
      if (terms.size === 1) return this.#determine([...terms.keys()]);
      if (terms.size === 0) return;
      this.#toWeigh.add(row);
      if (!this.#inserted.has(row)) this.#toInsert.add(row);
      return;
    }
    const name = nameForm((a.unknown.size > 0 ? b : a).known);
    const rows = this.#factored.get(name) ?? new Set();
    this.#factored.set(name, rows.add(row));
    this.#toSplit.add(name);
  }

  /** Returns the row as an equation between differences, undefined if a factor is in the way. */
  #linearTerms(a: Form, b: Form, c: Form): Terms | undefined {
    const [factor, other] = a.unknown.size > 0 ? [b, a] : [a, b];
    if (other.unknown.size === 0) return c.unknown;
    const constant = constantOf(factor);
    if (constant !== undefined) return combine(other.unknown, constant, c.unknown);
    if (c.unknown.size > 0) return undefined;
    return this.#nonZero.has(nameForm(factor.known)) ? other.unknown : undefined;
  }

  readonly #spanOf = (wire: number): Span | undefined => this.#spans.get(wire);

  /** @returns Whether a wire was determined. */
  #weigh(): boolean {
    let isAny = false;
    for (const row of this.#toWeigh) {
      this.#toWeigh.delete(row);
      const terms = this.#linearTerms(...this.#forms(row));
      if (terms === undefined || terms.size === 0) continue;
      if (forcesZero(terms, this.#spanOf) || this.#isOneHot(terms)) {
        this.#determine([...terms.keys()]);
        isAny = true;
        continue;
      }
      const bound = boundOther(terms, this.#spanOf);
      if (bound === undefined) continue;
      this.#spans.set(bound.wire, bound.span);
      for (const other of this.#start.rowsOf(bound.wire)) this.#enqueue(other);
      isAny = true;
    }
    return isAny;
  }

  /** Whether each wire x has a row (A − i)·x = 0 with an i of its own. */
  #isOneHot(terms: Terms): boolean {
    const constants = new Set<bigint>();
    let name: string | undefined;
    for (const wire of terms.keys()) {
      const factor = this.#zeroFactorOf(wire);
      if (factor === undefined) return false;
      const { form, constant } = factor;
      if ((name ??= form) !== form || constants.has(constant)) return false;
      constants.add(constant);
    }
    return true;
  }

  /** The factor A of a row A·x = 0 with only x unknown, scaled, and its constant apart. */
  #zeroFactorOf(wire: number): { form: string; constant: bigint } | undefined {
    for (const row of this.#start.rowsOf(wire)) {
      if (this.#start.without?.has(row)) continue;
      const [a, b, c] = this.#forms(row);
      const [factor, other] = a.unknown.size > 0 ? [b, a] : [a, b];
      if (factor.unknown.size > 0 || constantOf(c) !== 0n) continue;
      if (other.unknown.size !== 1 || !other.unknown.has(wire) || other.known.size > 0) continue;
      const lead = [...factor.known.keys()].filter((known) => known !== ONE);
      if (lead.length === 0) continue;
      const scale = invert(factor.known.get(Math.min(...lead))!);
      const wires = new Map(factor.known);
      wires.delete(ONE);
      return { form: nameForm(wires), constant: multiply(factor.known.get(ONE) ?? 0n, scale) };
    }
    return undefined;
  }

  /** Considers factors once as 0 and once as not 0. @returns Whether a wire was determined. */
  #split(): boolean {
    for (const name of this.#toSplit) {
      this.#toSplit.delete(name);
      const rows = [...this.#factored.get(name)!].flatMap((row) => this.#factoredRow(row) ?? []);
      const ifZero = forcedBy(rows.map(({ c }) => c));
      const forced = [...ifZero].filter((wire) => this.#isKnown[wire] === 0);
      if (forced.length === 0) continue;
      const ifNot = forcedByProducts(rows);
      const both = forced.filter((wire) => ifNot.has(wire));
      if (both.length === 0) continue;
      this.#determine(both);
      return true;
    }
    return false;
  }

  #factoredRow(row: number): Factored | undefined {
    const [a, b, c] = this.#forms(row);
    if (a.unknown.size > 0 && b.unknown.size > 0) return undefined;
    const [factor, other] = a.unknown.size > 0 ? [b, a] : [a, b];
    return { factor: factor.known, other: other.unknown, c: c.unknown };
  }

  /** @returns Whether a wire was determined. */
  #eliminate(): boolean {
    let isAny = false;
    for (const row of this.#toInsert) {
      const terms = this.#linearTerms(...this.#forms(row));
      this.#inserted.add(row);
      if (terms === undefined || terms.size === 0) continue;
      if (this.#determineForced(this.#system.insert(terms, row))) isAny = true;
      if (this.#start.isOver?.()) break;
    }
    this.#toInsert.clear();
    return isAny;
  }

  #determineForced(forced: readonly Forced[]): boolean {
    const wires = forced.map(({ unknown }) => unknown).filter((wire) => this.#isKnown[wire] === 0);
    if (wires.length > 0) this.#determine(wires);
    return wires.length > 0;
  }

  #determine(wires: readonly number[]): void {
    for (const wire of wires) this.#isKnown[wire] = 1;
    for (const wire of wires) for (const row of this.#start.rowsOf(wire)) this.#enqueue(row);
    for (const wire of wires) this.#determineForced(this.#system.remove(wire));
  }

  #enqueue(row: number): void {
    if (this.#isQueued[row] === 1) return;
    this.#isQueued[row] = 1;
    this.#queue.push(row);
  }
}

type Triple = [bigint, bigint, bigint];

function allOf({ known, unknown }: Form): Terms {
  return new Map([...known, ...unknown]);
}

/**
 * Whether A cannot be 0 in A·B = C: C is k·A plus a constant other than 0, so A·(B − k) is that
 * constant.
 */
function isNonZeroFactor(a: Terms, c: Terms): boolean {
  const lead = [...a].find(([wire]) => wire !== ONE);
  if (lead === undefined) return false;
  const factor = multiply(c.get(lead[0]) ?? 0n, invert(lead[1]));
  const rest = combine(a, factor, c);
  return rest.size === 1 && rest.has(ONE);
}

/** Returns the wires that homogeneous equations force to 0. */
function forcedBy(equations: readonly Terms[]): Set<number> {
  const system = new LinearSystem();
  const forced = new Set<number>();
  for (const [index, terms] of equations.entries()) {
    const open: Terms = new Map([...terms].filter(([wire]) => !forced.has(wire)));
    if (open.size === 0) continue;
    for (const { unknown } of system.insert(open, index)) forced.add(unknown);
  }
  return forced;
}

/** Returns the wires that A·other = c force to 0 if A is not 0. */
function forcedByProducts(rows: readonly Factored[]): Set<number> {
  let forced = new Set<number>();
  const isForced = (terms: Terms) => [...terms.keys()].every((wire) => forced.has(wire));
  for (let before = -1; forced.size > before;) {
    before = forced.size;
    forced = forcedBy(
      rows.flatMap(({ other, c }) =>
        isForced(c) ? [other, c] : isForced(other) ? [c, other] : [],
      ),
    );
  }
  return forced;
}
