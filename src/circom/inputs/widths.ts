/** What a circuit's constraints say about the size of its inputs: the bits of each. */
import { invert, multiply, negate, reduce } from "../../crypto/field.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import { constantOf, ONE, readForm } from "../determinacy/forms.ts";
import type { Terms } from "../determinacy/linear-system.ts";

const NOTHING_KNOWN = new Uint8Array(0);

/**
 * Finds wires of limited width: x (x − 1) = 0 has one bit, and x = Σ 2^i b_i as many as there are.
 *
 * @returns The number of bits by wire.
 */
export function findWidths(r1cs: R1cs): ReadonlyMap<number, number> {
  const widths = new Map<number, number>();
  const linear: Terms[] = [];
  for (let row = 0; row < r1cs.constraints; row++) {
    const [a, b, c] = [r1cs.a, r1cs.b, r1cs.c].map((matrix) =>
      readForm(r1cs, matrix, row, NOTHING_KNOWN),
    ) as [ReturnType<typeof readForm>, ReturnType<typeof readForm>, ReturnType<typeof readForm>];
    if (a.unknown.size === 0 && b.unknown.size === 0) {
      if (c.known.size === 0) linear.push(c.unknown);
      continue;
    }
    const wires = new Set([a, b, c].flatMap(({ unknown }) => [...unknown.keys()]));
    if (wires.size > 1 || constantOf(c) !== 0n) continue;
    const wire = [...wires][0]!;
    const isRoot = (value: bigint) =>
      [a, b].some(({ known, unknown }) => {
        const sum = (known.get(ONE) ?? 0n) + (unknown.get(wire) ?? 0n) * value;
        return reduce(sum) === 0n;
      });
    if (isRoot(0n) && isRoot(1n)) widths.set(wire, 1);
  }
  for (const terms of linear) {
    const open = [...terms.keys()].filter((wire) => widths.get(wire) !== 1);
    if (open.length === 1 && terms.size > 1) widths.set(open[0]!, terms.size - 1);
  }
  return widths;
}

/** Maximum values that {@link findRoots} returns. */
const ROOTS_MAX = 200;

/** Returns the values at which a factor or sum of one wire is 0, such as 1 for 1 − x. */
export function findRoots(r1cs: R1cs): bigint[] {
  const roots = new Set<bigint>();
  for (let row = 0; row < r1cs.constraints && roots.size < ROOTS_MAX; row++) {
    for (const matrix of [r1cs.a, r1cs.b, r1cs.c]) {
      if (matrix.rowStart[row + 1]! - matrix.rowStart[row]! > 2) continue;
      const { known, unknown } = readForm(r1cs, matrix, row, NOTHING_KNOWN);
      if (unknown.size !== 1) continue;
      const [factor] = unknown.values();
      roots.add(multiply(negate(known.get(ONE) ?? 0n), invert(factor!)));
    }
  }
  return [...roots];
}
