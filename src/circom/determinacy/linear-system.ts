/**
 * Homogeneous linear equations over the field, in reduced row echelon form at all times.
 *
 * An unknown is forced to 0 as soon as a combination of the equations contains it alone.
 */
import { invert, multiply, negate, subtract } from "../../crypto/field.ts";

/** The coefficients of an equation by unknown; none is 0. */
export type Terms = Map<number, bigint>;

/** An unknown that can only be 0, and the equations that show it. */
export interface Forced {
  readonly unknown: number;
  readonly sources: ReadonlySet<number>;
}

interface Equation {
  readonly terms: Terms;
  /** Numbers of the combined equations. */
  readonly sources: Set<number>;
}

export class LinearSystem {
  /** By pivot, which has the coefficient 1 there and is in no other equation. */
  readonly #equations = new Map<number, Equation>();
  /** By unknown that is no pivot, the pivots of its equations. */
  readonly #uses = new Map<number, Set<number>>();

  /** Adds the equation `terms` = 0. @returns The unknowns that it forces. */
  insert(terms: Terms, source: number): Forced[] {
    return this.#insert({ terms, sources: new Set([source]) });
  }

  /** Removes an unknown that is 0 for other reasons. @returns The unknowns that this forces. */
  remove(unknown: number): Forced[] {
    const equation = this.#equations.get(unknown);
    if (equation !== undefined) {
      this.#delete(unknown, equation);
      equation.terms.delete(unknown);
      return this.#insert(equation);
    }
    const pivots = [...(this.#uses.get(unknown) ?? [])];
    this.#uses.delete(unknown);
    for (const pivot of pivots) this.#equations.get(pivot)!.terms.delete(unknown);
    return this.#takeForced(pivots);
  }

  #insert(equation: Equation): Forced[] {
    for (const unknown of [...equation.terms.keys()]) {
      const known = this.#equations.get(unknown);
      if (known !== undefined) subtractMultiple(equation, known, equation.terms.get(unknown)!);
    }
    const pivot = this.#choosePivot(equation);
    if (pivot === undefined) return [];
    const scale = invert(equation.terms.get(pivot)!);
    for (const [unknown, value] of equation.terms) {
      equation.terms.set(unknown, multiply(value, scale));
    }
    const changed = [...(this.#uses.get(pivot) ?? [])];
    this.#uses.delete(pivot);
    for (const other of changed) {
      const target = this.#equations.get(other)!;
      this.#delete(other, target);
      subtractMultiple(target, equation, target.terms.get(pivot)!);
      this.#set(other, target);
    }
    this.#set(pivot, equation);
    return this.#takeForced([pivot, ...changed]);
  }

  /** Chooses the unknown in the fewest other equations, so that they fill up slowly. */
  #choosePivot({ terms }: Equation): number | undefined {
    let best: number | undefined;
    let bestUses = Infinity;
    for (const unknown of terms.keys()) {
      const uses = this.#uses.get(unknown)?.size ?? 0;
      if (uses < bestUses) [best, bestUses] = [unknown, uses];
      if (uses === 0) break;
    }
    return best;
  }

  #takeForced(pivots: readonly number[]): Forced[] {
    return pivots.flatMap((unknown) => {
      const equation = this.#equations.get(unknown);
      if (equation === undefined || equation.terms.size > 1) return [];
      this.#equations.delete(unknown);
      return { unknown, sources: equation.sources };
    });
  }

  #set(pivot: number, equation: Equation): void {
    this.#equations.set(pivot, equation);
    for (const unknown of equation.terms.keys()) {
      if (unknown === pivot) continue;
      const uses = this.#uses.get(unknown);
      if (uses === undefined) this.#uses.set(unknown, new Set([pivot]));
      else uses.add(pivot);
    }
  }

  #delete(pivot: number, { terms }: Equation): void {
    this.#equations.delete(pivot);
    for (const unknown of terms.keys()) this.#uses.get(unknown)?.delete(pivot);
  }
}

/** Subtracts factor · equation from target. */
function subtractMultiple(target: Equation, equation: Equation, factor: bigint): void {
  for (const [unknown, value] of equation.terms) {
    const product = multiply(factor, value);
    const current = target.terms.get(unknown);
    const difference = current === undefined ? negate(product) : subtract(current, product);
    if (difference === 0n) target.terms.delete(unknown);
    else target.terms.set(unknown, difference);
  }
  for (const source of equation.sources) target.sources.add(source);
}
