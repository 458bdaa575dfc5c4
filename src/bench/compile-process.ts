/** Compiles a circuit; see `measureProcess`. */

import type { CompileOptions } from "../circom/compilation.ts";
import { compileCircuit } from "../circom/compile.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import { runInProcess } from "./measure.ts";

/** The counts of a circuit, and whether its compiled files were there before. */
export type CompileResult = R1csHeader & { readonly cached: boolean };

runInProcess(async (options: CompileOptions): Promise<CompileResult> => {
  const { stats, cached } = await compileCircuit(options);
  return { ...stats, cached };
});
