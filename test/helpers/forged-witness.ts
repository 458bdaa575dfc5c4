/** Forgeries: honest witnesses in which somebody changed a value. */
import { checkConstraints, indexConstraints } from "../../src/circuits/check-witness.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import type { R1cs } from "../../src/circuits/r1cs.ts";
import type { Witness } from "../../src/circuits/wtns.ts";

/** Values to put in the place of an honest one: its successor, the other bit, and zero. */
function forgeriesOf(value: bigint): bigint[] {
  const forgeries = [(value + 1n) % FIELD_MODULUS, (FIELD_MODULUS + 1n - value) % FIELD_MODULUS, 0n];
  return forgeries.filter((forgery) => forgery !== value);
}

/**
 * The wires whose value an attacker could change alone without violating any constraint.
 *
 * @param wires The wires to try.
 */
export function findFreeWires(r1cs: R1cs, honest: Witness, wires: Iterable<number>): number[] {
  const constraintsOf = indexConstraints(r1cs);
  const witness = [...honest];
  const isFree = (wire: number): boolean => {
    const value = honest[wire]!;
    return forgeriesOf(value).some((forgery) => {
      witness[wire] = forgery;
      const violated = checkConstraints(r1cs, witness, constraintsOf(wire));
      witness[wire] = value;
      return violated === null;
    });
  };
  return [...wires].filter(isFree);
}
