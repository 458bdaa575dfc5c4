/** Runs a small phase 1 of a ceremony. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
// @ts-expect-error: the package has no types
import * as snarkjs from "snarkjs";

/**
 * Runs a small ceremony of phase 1.
 *
 * @returns Path of the file that is prepared for phase 2; contributed.ptau beside it is not.
 */
export async function createPowersOfTau(folder: string, exponent: number): Promise<string> {
  const { powersOfTau, curves } = snarkjs as unknown as SnarkJsPhase1;
  await mkdir(folder, { recursive: true });
  const isShared = sharedCurve() !== undefined;
  const file = (name: string) => join(folder, `${name}.ptau`);
  await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), exponent, file("new"));
  const entropy = randomBytes(32).toString("hex");
  await powersOfTau.contribute(file("new"), file("contributed"), "tests", entropy);
  await powersOfTau.preparePhase2(file("contributed"), file("prepared"));
  if (!isShared) await sharedCurve()?.terminate();
  return file("prepared");
}

/** The threads of snarkjs, which its first call starts. */
function sharedCurve() {
  const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } };
  return curve ?? undefined;
}

interface SnarkJsPhase1 {
  readonly curves: { getCurveFromName(name: string): Promise<unknown> };
  readonly powersOfTau: {
    newAccumulator(curve: unknown, exponent: number, path: string): Promise<unknown>;
    contribute(from: string, to: string, name: string, entropy: string): Promise<unknown>;
    preparePhase2(from: string, to: string): Promise<unknown>;
  };
}
