/**
 * Differences between two witnesses that are small: a bit differs by −1, 0 or 1.
 *
 * A span says that a wire differs by `unit` times an integer from −`size` to `size`.
 */
import { FIELD_MODULUS, invert, multiply } from "../../crypto/field.ts";
import { toSigned } from "./forms.ts";
import type { Terms } from "./linear-system.ts";

export interface Span {
  readonly unit: bigint;
  readonly size: bigint;
}

/** The absolute weight of a wire in an equation between integers, and the size of its span. */
interface Weight {
  readonly weight: bigint;
  readonly size: bigint;
}

/**
 * Returns whether the equation Σ terms = 0 over differences has no solution but 0: sorted by
 * weight, each outweighs all smaller ones together, and no sum reaches r. The bits of a number of
 * up to 253 bits are an example.
 */
export function forcesZero(terms: Terms, spanOf: (wire: number) => Span | undefined): boolean {
  const parts: { product: bigint; size: bigint }[] = [];
  for (const [wire, coefficient] of terms) {
    const span = spanOf(wire);
    if (span === undefined) return false;
    parts.push({ product: multiply(coefficient, span.unit), size: span.size });
  }
  const units = new Set([1n, parts[0]!.product, parts.at(-1)!.product]);
  return [...units].some((unit) => {
    const scale = invert(unit);
    return outweighs(
      parts.map(({ product, size }) => ({ weight: magnitude(multiply(product, scale)), size })),
    );
  });
}

function outweighs(weights: readonly Weight[]): boolean {
  const sorted = [...weights].sort((left, right) => (left.weight < right.weight ? -1 : 1));
  let reach = 0n;
  for (const { weight, size } of sorted) {
    if (weight <= reach) return false;
    reach += weight * size;
  }
  return reach < FIELD_MODULUS;
}

/**
 * Returns the span of the one wire of an equation that has none yet, if the others bound it.
 *
 * @returns Undefined unless exactly one wire has no span and the bound is below r / 2.
 */
export function boundOther(
  terms: Terms,
  spanOf: (wire: number) => Span | undefined,
): { wire: number; span: Span } | undefined {
  const open = [...terms.keys()].filter((wire) => spanOf(wire) === undefined);
  if (open.length !== 1) return undefined;
  const wire = open[0]!;
  const scale = invert(terms.get(wire)!);
  let size = 0n;
  for (const [other, coefficient] of terms) {
    if (other === wire) continue;
    const span = spanOf(other)!;
    size += magnitude(multiply(multiply(coefficient, scale), span.unit)) * span.size;
    if (size >= FIELD_MODULUS / 2n) return undefined;
  }
  return { wire, span: { unit: 1n, size } };
}

function magnitude(value: bigint): bigint {
  const signed = toSigned(value);
  return signed < 0n ? -signed : signed;
}
