/** The prover for what the last build has made. */
import { existsSync } from "node:fs";
import type { HardhatConfig } from "hardhat/types/config";
import { assertIntactKey } from "../../groth16/setup/ceremony.ts";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import { compileCircuit } from "../../circom/compile.ts";
import { isIntactZkey } from "../../groth16/setup/dev-setup.ts";
import { PROTOCOL_DIGEST } from "../../operations/table.ts";
import type { PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { createExternalProver } from "../../prover/external-prover.ts";
import { createKernelProver } from "../../prover/kernel-prover.ts";
import { createMockProver } from "../../prover/mock-prover.ts";
import type { Prover } from "../../prover/prover.ts";
import { createSnarkjsProver } from "../../prover/snarkjs-prover.ts";
import { ensureKeys } from "../circuits/keys.ts";
import { readManifest } from "../circuits/manifest.ts";
import { rollupKeyIds, writeRollupCircuit } from "../circuits/sources.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

/**
 * Checks that circuits, keys and the compiled verifier belong together, so that no proof is made
 * that L1 must refuse.
 *
 * @throws ROLLUP_NOT_BUILT, CEREMONY_KEY_DAMAGED, EXTERNAL_PROVER_NOT_CONFIGURED
 */
export async function createProver(
  { rollup }: HardhatConfig,
  preset: PresetName,
  prover: ProverName,
): Promise<Prover> {
  if (prover === "mock") return createMockProver();
  const notBuilt = (reason: string) =>
    pluginError({ code: "ROLLUP_NOT_BUILT", preset, prover, reason });
  const manifest = await readManifest(rollup);
  if (manifest === undefined) throw notBuilt("nothing has been built");
  if (manifest.protocolDigest !== PROTOCOL_DIGEST) {
    throw notBuilt("the last build was of another version of the protocol");
  }
  if (manifest.preset !== preset) {
    throw notBuilt(
      `the last build was of ${manifest.preset ?? "no preset, but for a mock prover"}`,
    );
  }
  const circuits = new Map<number, Circuit>();
  for (const keyId of rollupKeyIds(preset, rollup)) {
    const source = await writeRollupCircuit(preset, keyId, rollup);
    const built = manifest.circuits.find((circuit) => circuit.keyId === keyId);
    if (built === undefined) throw notBuilt(`the last build was without the key ${keyId}`);
    const { zkeyPath } = built;
    if (!existsSync(zkeyPath)) throw notBuilt(`the key ${zkeyPath} is missing`);
    const circuit = await loadCircuit({ ...source, zkeyPath, cacheDir: rollup.paths.circuits });
    if (rollup.setup.type === "ceremony") {
      await assertIntactKey(circuit, zkeyPath);
    } else if (!(await isIntactZkey(zkeyPath))) {
      throw notBuilt(`the key ${zkeyPath} is damaged`);
    }
    if (built.digest !== circuit.digest) {
      throw notBuilt(`the circuit ${circuit.name} has changed since the last build`);
    }
    circuits.set(keyId, circuit);
  }
  return createBackend(rollup, prover, async (keyId) => circuits.get(keyId)!);
}

/**
 * A prover for exits and nothing else. It makes what it needs: whoever leaves a rollup has not
 * built it, perhaps, and the circuits of its blocks may take minutes and gigabytes.
 *
 * @throws CEREMONY_KEY_MISSING, EXTERNAL_PROVER_NOT_CONFIGURED
 */
export async function createExitProver(
  { rollup }: HardhatConfig,
  preset: PresetName,
  prover: ProverName,
): Promise<Prover> {
  if (prover === "mock") return createMockProver();
  const source = await writeRollupCircuit(preset, EXIT_KEY_ID, rollup);
  const options = { ...source, cacheDir: rollup.paths.circuits };
  const { zkeyPath } = await ensureKeys(await compileCircuit(options), rollup);
  const circuit = await loadCircuit({ ...options, zkeyPath });
  return createBackend(rollup, prover, () => Promise.resolve(circuit));
}

function createBackend(
  { externalProver }: RollupConfig,
  prover: Exclude<ProverName, "mock">,
  circuitOf: (keyId: number) => Promise<Circuit>,
): Prover {
  if (prover === "kernel") return createKernelProver({ circuitOf });
  if (prover === "snarkjs") return createSnarkjsProver({ circuitOf });
  if (externalProver !== undefined) return createExternalProver({ circuitOf, ...externalProver });
  throw pluginError({ code: "EXTERNAL_PROVER_NOT_CONFIGURED" });
}
