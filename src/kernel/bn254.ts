/** Puts together the module that the prover and the setup run on. */

import { defineImport } from "./conversion.ts";
import { defineCurve } from "./curve.ts";
import type { CurveFunctions } from "./curve.ts";
import { BETA_G1, BETA_G2 } from "./endomorphism.ts";
import { createBaseCoordinates, createExtensionCoordinates } from "./extension.ts";
import { defineFft } from "./fft.ts";
import { createFieldMacros } from "./field.ts";
import { FQ, FR, invertModulo, modulo } from "./limbs.ts";
import { defineMsm } from "./msm.ts";
import { definePower } from "./power.ts";
import { defineQuotient } from "./quotient.ts";
import { defineScalars } from "./scalars.ts";
import { createModule } from "./wasm/module.ts";
import type { MemoryLimits } from "./wasm/module.ts";

/** G1 is y² = x³ + 3. */
const G1_B = 3n;
/** G2 is y² = x³ + 3/(9 + u), and 1/(9 + u) = (9 − u)/82. */
const G2_B = [27n, -3n].map((c) => modulo(c * invertModulo(82n, FQ.modulus), FQ.modulus));

export interface Bn254Module {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly g1: CurveFunctions;
  readonly g2: CurveFunctions;
}

/** The module over a memory of the given limits. */
export function buildBn254Module(memory: MemoryLimits): Bn254Module {
  const module = createModule(memory);
  const fq = createFieldMacros(module, FQ);
  const power = definePower(module, fq, FQ.modulus - 2n);
  const g1 = defineCurve(
    module,
    {
      coordinates: createBaseCoordinates(fq),
      tripleB: [3n * G1_B],
      beta: [BETA_G1],
      power,
    },
    "G1",
  );
  const g2 = defineCurve(
    module,
    {
      coordinates: createExtensionCoordinates(fq),
      tripleB: G2_B.map((c) => 3n * c),
      beta: [BETA_G2, 0n],
      power,
    },
    "G2",
  );
  const fr = createFieldMacros(module, FR);
  defineImport(module, fq, "Fq");
  defineImport(module, fr, "Fr");
  defineFft(module, fr);
  defineQuotient(module, fr);
  defineScalars(module);
  defineMsm(module, g1, "G1");
  defineMsm(module, g2, "G2");
  return { bytes: module.build(), g1, g2 };
}
