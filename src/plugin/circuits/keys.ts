/** Makes or finds the keys of circuits, by the config's setup. */
import type { CompiledCircuit } from "../../circom/compile.ts";
import { isInsecureZkey } from "../../groth16/setup/dev-setup.ts";
import { ensureProvingKey } from "../../groth16/setup/proving-keys.ts";
import type { VerificationKey } from "../../groth16/snarkjs.ts";
import type { RollupConfig } from "../config/types.ts";
import { ensureVerificationKey, exportVerificationKey } from "./verifiers.ts";

export interface CircuitKeys {
  readonly zkeyPath: string;
  readonly verificationKey: VerificationKey;
  /** Whether anybody can forge proofs: the key of a dev setup, or one without contributions. */
  readonly insecure: boolean;
}

/**
 * Makes or finds the keys of a circuit, by the config's setup.
 *
 * @throws as `ensureProvingKey`
 */
export async function ensureKeys(
  circuit: CompiledCircuit,
  { setup, paths }: RollupConfig,
): Promise<CircuitKeys> {
  const zkeyPath = await ensureProvingKey(circuit, { setup, cacheDir: paths.circuits });
  // A ceremony's key changes with every contribution, so an earlier export may be stale.
  const exportKey = setup.type === "ceremony" ? exportVerificationKey : ensureVerificationKey;
  const verificationKey = await exportKey(zkeyPath);
  return { zkeyPath, verificationKey, insecure: isInsecureZkey(zkeyPath) };
}
