/** Words what a witness generator has returned. */

import type { WitnessFile } from "../groth16/formats/wtns.ts";
import { circomError } from "./errors.ts";
import type { GeneratorOutcome } from "./wasm-generator.ts";

/** @throws CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED */
export function toWitnessFile(circuit: string, outcome: GeneratorOutcome): WitnessFile {
  if (!("failure" in outcome)) return outcome;
  const { isAssert, reason } = outcome.failure;
  const trace = [...outcome.failure.trace];
  if (isAssert) throw circomError({ code: "CIRCUIT_ASSERT_FAILED", circuit, trace });
  throw circomError({ code: "WITNESS_GENERATOR_FAILED", circuit, reason, trace });
}
