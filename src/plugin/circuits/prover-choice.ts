/** Converts the config's prover to the choice of a circuit. */
import { isPlonk, type Protocol } from "../../circom/protocols.ts";
import { groth16Error } from "../../groth16/errors.ts";
import type { ProverChoice } from "../../groth16/provers/prover.ts";
import { PROVER_NAMES, type ProverName, type RollupConfig } from "../config/types.ts";
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

type ProverConfig = Pick<RollupConfig, "prover" | "externalProver">;

/** The provers of circuits, by the names of the config. */
const CIRCUIT_PROVERS = PROVER_NAMES.filter((name) => name !== "mock");

/**
 * Chooses the prover of a circuit.
 *
 * @param name - As the user has named it; default: the config's, or the only one of the protocol.
 * @throws PROVER_UNKNOWN, EXTERNAL_PROVER_NOT_CONFIGURED
 */
export function chooseProver(
  name: string | undefined,
  protocol: Protocol,
  config: ProverConfig,
): ProverChoice {
  if (name === undefined) {
    return isPlonk(protocol) ? "snarkjs" : toProverChoice(config.prover, config);
  }
  const known = CIRCUIT_PROVERS.find((prover) => prover === name);
  if (known !== undefined) return toProverChoice(known, config);
  throw groth16Error({ code: "PROVER_UNKNOWN", prover: name, known: CIRCUIT_PROVERS });
}
