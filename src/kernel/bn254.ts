/** Assembles the WebAssembly module of the prover. */

import { defineImport } from "./conversion.ts";
import type { CurveFunctions } from "./curve.ts";
import { defineFft } from "./fft.ts";
import { createFieldMacros } from "./field.ts";
import { defineGroup } from "./groups.ts";
import { defineInversion } from "./inversion.ts";
import { FQ, FR } from "./limbs.ts";
import { defineMsm } from "./msm.ts";
import { defineQuotient } from "./quotient.ts";
import { defineScalars } from "./scalars.ts";
import { createModule } from "./wasm/module.ts";
import type { MemoryLimits } from "./wasm/module.ts";

export interface Bn254Module {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly g1: CurveFunctions;
  readonly g2: CurveFunctions;
}

/** Builds the module for a memory of the given limits. */
export function buildBn254Module(memory: MemoryLimits): Bn254Module {
  const module = createModule(memory);
  const fq = createFieldMacros(module, FQ);
  const inversion = defineInversion(module, fq);
  const g1 = defineGroup(module, fq, inversion, "G1");
  const g2 = defineGroup(module, fq, inversion, "G2");
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
