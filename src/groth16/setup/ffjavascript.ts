/**
 * The part of ffjavascript that the dev setup uses, with types. The package has none.
 *
 * ffjavascript generates a WebAssembly module with the field and curve arithmetic of BN254. This is
 * its single-threaded build, which starts no workers. Every setup uses it for what is not hot: the
 * polynomials of a circuit, the points of a header, pairings, and points of unknown logarithm.
 * Machines that cannot run the kernel use it for the points of the lists, too (`fixed-base.ts`).
 */

// @ts-expect-error: the package has no types
import * as untyped from "ffjavascript";

/** A group of points; those with affine coordinates are (x, y) in Montgomery form. */
export interface CurveGroup {
  /** The generator, in Jacobian coordinates. */
  readonly g: Uint8Array;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
  toAffine(point: Uint8Array): Uint8Array;
  /** Whether a point, affine or Jacobian, is on the curve or infinity. */
  isValid(point: Uint8Array): boolean;
  /** Converts to big-endian coordinates, not in Montgomery form, which snarkjs hashes. */
  toUncompressed(point: Uint8Array): Uint8Array;
  /** A point of unknown logarithm. */
  fromRng(rng: unknown): Uint8Array;
  fromRprLEM(bytes: Uint8Array, offset: number): Uint8Array;
}

export interface Curve {
  readonly G1: CurveGroup;
  readonly G2: CurveGroup;
  readonly Gt: { toObject(element: Uint8Array): bigint[][][] };
  readonly tm: { readonly code: Uint8Array<ArrayBuffer> };
  readonly pairing: (g1: Uint8Array, g2: Uint8Array) => Uint8Array;
}

interface FfJavascript {
  readonly buildBn128: (singleThread: true) => Promise<Curve>;
  readonly ChaCha: new (seed: readonly number[]) => unknown;
}

const { buildBn128, ChaCha } = untyped as FfJavascript;

let curve: Promise<Curve> | undefined;

/** Returns the curve, which is built at its first use in about 0.1 s. */
export function loadCurve(): Promise<Curve> {
  curve ??= buildBn128(true);
  return curve;
}

/** Creates a deterministic generator for {@link CurveGroup.fromRng} from eight 32-bit words. */
export function createChaCha(seed: readonly number[]): unknown {
  return new ChaCha(seed);
}
