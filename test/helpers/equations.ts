/** Equations of constraint systems as text that does not depend on how each is scaled. */
import { type Component, walkConstraints } from "../../src/circom/evaluation/design.ts";
import type { Linear } from "../../src/circom/evaluation/forms.ts";
import { FIELD_MODULUS, invert, multiply, reduce } from "../../src/crypto/field.ts";
import type { R1cs, SparseMatrix } from "../../src/groth16/formats/r1cs.ts";

/** Coefficients by wire; wire 0 is the constant 1. */
type Side = readonly (readonly [wire: number, coefficient: bigint])[];

/** Returns the equations of an r1cs, in its order. */
export function r1csEquations(r1cs: R1cs): string[] {
  const side = ({ rowStart, wire, coefficient }: SparseMatrix, row: number): Side =>
    Array.from({ length: rowStart[row + 1]! - rowStart[row]! }, (_, index) => {
      const entry = rowStart[row]! + index;
      return [wire[entry]!, r1cs.coefficients[coefficient[entry]!]!] as const;
    });
  return Array.from({ length: r1cs.constraints }, (_, row) =>
    toEquation(side(r1cs.a, row), side(r1cs.b, row), side(r1cs.c, row)),
  );
}

/** Returns the equations of a circuit's source. @param wires - Wire by number of a signal. */
export function sourceEquations(main: Component, wires: readonly number[]): string[] {
  return Array.from(walkConstraints(main), ({ constraint, toSignal }) => {
    const side = ({ constant, terms }: Linear): Side => [
      [0, constant],
      ...Array.from(terms, ([symbol, value]) => [wires[toSignal(symbol)]!, value] as const),
    ];
    return toEquation(side(constraint.a), side(constraint.b), side(constraint.c));
  });
}

function toEquation(a: Side, b: Side, c: Side): string {
  const [left, right, result] = [normalize(a), normalize(b), normalize(c)];
  if (left.length === 0 || right.length === 0) return write(result, leading(result));
  const factors = [write(left, leading(left)), write(right, leading(right))].sort();
  const scale = multiply(leading(left), leading(right));
  return `(${factors.join(") * (")}) = ${write(result, scale)}`;
}

function normalize(side: Side): Side {
  return side
    .map(([wire, coefficient]) => [wire, reduce(coefficient % FIELD_MODULUS)] as const)
    .filter(([, coefficient]) => coefficient !== 0n)
    .sort(([left], [right]) => left - right);
}

function leading(side: Side): bigint {
  return side[0]?.[1] ?? 1n;
}

function write(side: Side, divisor: bigint): string {
  const inverse = invert(divisor);
  return side.map(([wire, value]) => `${multiply(value, inverse)} w${wire}`).join(" + ");
}
