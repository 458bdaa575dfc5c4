/** Equations of degree 2 in one unknown. */
import { invert, multiply, negate, reduce, squareRoot, subtract } from "../../crypto/field.ts";

/** Returns the distinct roots of q x² + l x + c; undefined if all elements are roots. */
export function solveQuadratic(q: bigint, l: bigint, c: bigint): bigint[] | undefined {
  if (q === 0n) {
    if (l !== 0n) return [multiply(negate(c), invert(l))];
    return c === 0n ? undefined : [];
  }
  const root = squareRoot(subtract(multiply(l, l), multiply(4n, multiply(q, c))));
  if (root === undefined) return [];
  const scale = invert(multiply(2n, q));
  const roots = [root, negate(root)].map((sign) => multiply(reduce(sign - l), scale));
  return roots[0] === roots[1] ? [roots[0]!] : roots;
}
