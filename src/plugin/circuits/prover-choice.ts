/** The config's prover, as a circuit takes it. */
import type { ProverChoice } from "../../groth16/provers/prover.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

/**
 * @returns The prover of circuits. The mock stands for the rollup's verifier only, so other
 *   circuits are proven by the kernel.
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
