/** Converts the config's prover to the choice of a circuit. */
import type { ProverChoice } from "../../groth16/provers/prover.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

/**
 * @returns The prover of circuits. The mock belongs to the rollup's verifier only, so the kernel
 *   proves other circuits then.
 * @throws EXTERNAL_PROVER_NOT_CONFIGURED
 */
export function toProverChoice(
  prover: ProverName,
  { externalProver }: Pick<RollupConfig, "externalProver">,
): ProverChoice {
  if (prover === "mock") return "kernel";
  if (prover !== "external") return prover;
  if (externalProver === undefined) throw pluginError({ code: "EXTERNAL_PROVER_NOT_CONFIGURED" });
  const { command, timeoutMs } = externalProver;
  return { external: command, ...(timeoutMs !== undefined && { timeoutMs }) };
}
