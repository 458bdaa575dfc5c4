/** The two groups of BN254, G1 over Fq and G2 over Fq2. */

import { defineCurve } from "./curve.ts";
import type { CurveFunctions } from "./curve.ts";
import { BETA_G1, BETA_G2 } from "./endomorphism.ts";
import { createBaseCoordinates, createExtensionCoordinates } from "./extension.ts";
import type { FieldMacros } from "./field.ts";
import { FQ, invertModulo, modulo } from "./limbs.ts";
import type { ModuleBuilder, WasmFunction } from "./wasm/module.ts";

export type Group = "G1" | "G2";

/** G1 is y² = x³ + 3. */
const G1_B = 3n;
/** G2 is y² = x³ + 3/(9 + u), and 1/(9 + u) = (9 − u)/82. */
const G2_B = [27n, -3n].map((c) => modulo(c * invertModulo(82n, FQ.modulus), FQ.modulus));

/** Defines the functions of a group, and exports its addition. */
export function defineGroup(
  module: ModuleBuilder,
  fq: FieldMacros,
  invert: WasmFunction,
  group: Group,
): CurveFunctions {
  const parameters =
    group === "G1"
      ? { coordinates: createBaseCoordinates(fq), tripleB: [3n * G1_B], beta: [BETA_G1] }
      : {
          coordinates: createExtensionCoordinates(fq),
          tripleB: G2_B.map((c) => 3n * c),
          beta: [BETA_G2, 0n],
        };
  return defineCurve(module, { ...parameters, invert }, group);
}
