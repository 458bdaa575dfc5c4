/** Makes or finds the keys of circuits, by the config's setup. */
import type { CompiledCircuit } from "../../circom/compile.ts";
import { ensureSystemKey, isInsecureKey } from "../../circom/proof-systems.ts";
import { type Protocol } from "../../circom/protocols.ts";
import type { RollupConfig } from "../config/types.ts";
import type { ProtocolKey } from "../../circom/verifier-source.ts";
import { ensureVerificationKey, exportVerificationKey } from "./verifiers.ts";

interface ProvingKeys {
  readonly zkeyPath: string;
  /** Whether anybody can forge proofs: the key of a dev setup, or one without contributions. */
  readonly insecure: boolean;
}

/** The keys of a circuit for its proof system. */
export type CircuitKeys = ProvingKeys & ProtocolKey;

/**
 * Makes or finds the keys of a circuit, by the config's setup.
 *
 * @throws as `ensureSystemKey`
 */
export async function ensureKeys(
  circuit: CompiledCircuit,
  protocol: Protocol,
  { setup, paths }: RollupConfig,
): Promise<CircuitKeys> {
  const { ptau } = setup;
  const options = { setup, cacheDir: paths.circuits, ...(ptau !== undefined && { ptau }) };
  const zkeyPath = await ensureSystemKey(circuit, protocol, options);
  // A ceremony's key changes with every contribution, so an earlier export may be stale.
  const mayChange = setup.type === "ceremony" && protocol === "groth16";
  const exportKey = mayChange ? exportVerificationKey : ensureVerificationKey;
  const verificationKey = await exportKey(zkeyPath, protocol);
  const key = { protocol, verificationKey } as ProtocolKey;
  return { zkeyPath, insecure: isInsecureKey(zkeyPath, protocol), ...key };
}
