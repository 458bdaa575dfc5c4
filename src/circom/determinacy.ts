/**
 * Checks whether some wires of a constraint system determine all others.
 *
 * At an honest witness, it applies rules until no more wires follow:
 *  - A row in one unknown has one solution, or two.
 *  - Rows in which products have one factor known are linear: elimination.
 *  - Unknowns with two possible values each, such as bits: only one combination satisfies the row,
 *    or other rows contradict the other combinations.
 *
 * Each rule is exact, unlike the rank of the Jacobian, which ignores distant solutions. So a
 * determined wire has the same value in **every** witness with the given values. Unlike the rank,
 * the derivation does not compensate for a missing constraint with an unsolvable equation, such as
 * a hash at the end of the circuit. The converse does not hold: a wire that is not derived may
 * still be determined, by an argument that the rules do not know.
 */
import { assertDefaultPrime, indexConstraints } from "../groth16/check-witness.ts";
import { Derivation, type Derived } from "./determinacy/derivation.ts";
import { Deviations } from "./determinacy/deviations.ts";
import { PartialWitness } from "./determinacy/partial-witness.ts";
import { reduce } from "../crypto/field.ts";
import type { R1cs } from "../groth16/formats/r1cs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";

export interface Determinacy extends Derived {
  /** Wires that do not follow from the given ones, ascending. */
  readonly undetermined: readonly number[];
}

/**
 * @param given - Wires that keep their values, besides the constant 1.
 * @param without - Constraints to leave out, to test whether they are needed.
 */
export type DeterminacyCheck = (given: Iterable<number>, without?: Iterable<number>) => Determinacy;

/** How a derivation works. */
export interface DerivationOptions {
  /** Ends a derivation early; what it has derived by then is right. */
  readonly isOver?: () => boolean;
  /**
   * Also bounds integers, and follows the other combinations of a row through further rows. The
   * `rows` of reasons are incomplete then. Default: false.
   */
  readonly looksFurther?: boolean;
}

/**
 * Prepares the check whether some wires of a circuit determine all others.
 *
 * @param r1cs - The constraints of the circuit.
 * @param witness - Satisfies the constraints.
 * @param options - When to end early, and whether to look further than row by row.
 * @returns The check, which can be repeated with other wires and without some constraints.
 *
 * @example
 * const witness = await multiplier.calculateWitness({ a: 6n, b: 7n });
 * const check = createDeterminacyCheck(multiplier.constraints(), witness);
 * const inputWires = ["main.a", "main.b"].map(multiplier.wire);
 * check(inputWires).undetermined; // []
 * check(inputWires, [0]).undetermined; // [multiplier.wire("main.product")]
 */
export function createDeterminacyCheck(
  r1cs: R1cs,
  witness: Witness,
  { isOver = () => false, looksFurther = false }: DerivationOptions = {},
): DeterminacyCheck {
  assertDefaultPrime(r1cs);
  const deviations = new Deviations(r1cs, witness);
  const rowsOf = indexConstraints(r1cs);
  return (given, left = []) => {
    const without = new Set(left);
    const isGiven = new Uint8Array(r1cs.wires);
    for (const wire of [0, ...given]) isGiven[wire] = 1;
    const derived = new Derivation({
      deviations,
      rowsOf,
      rowCount: r1cs.constraints,
      given: isGiven,
      without,
      isOver,
      ...(looksFurther && { further: { refutes: createRefuter(r1cs, witness, rowsOf, without) } }),
    }).run();
    const wires = [...isGiven.keys()];
    const undetermined = wires.filter((wire) => isGiven[wire] === 0 && !derived.reasons.has(wire));
    return { undetermined, ...derived };
  };
}

/** Sets wires to their deviating values, and what follows, until a constraint cannot hold. */
function createRefuter(
  r1cs: R1cs,
  witness: Witness,
  allRowsOf: (wire: number) => Uint32Array,
  without: ReadonlySet<number>,
) {
  const rowsOf = (wire: number) => allRowsOf(wire).filter((row) => !without.has(row));
  return (moved: ReadonlyMap<number, bigint>, isFixed: Uint8Array): boolean => {
    const isFree = isFixed.map((fixed) => 1 - fixed);
    const partial = new PartialWitness(r1cs, rowsOf, witness, isFree);
    const values = [...moved].map(([wire, deviation]): [number, bigint] => [
      wire,
      reduce(witness[wire]! + deviation),
    ]);
    return !partial.assign(values);
  };
}
