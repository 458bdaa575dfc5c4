/** Creates the prover for the last build. */
import type { HardhatConfig } from "hardhat/types/config";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { isProvingKeyIntact } from "../../groth16/setup/proving-keys.ts";
import { PROTOCOL_DIGEST } from "../../operations/table.ts";
import type { PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { createCircuitProver } from "../../prover/circuit-prover.ts";
import { createMockProver } from "../../prover/mock-prover.ts";
import type { Prover } from "../../prover/prover.ts";
import { readManifest } from "../circuits/manifest.ts";
import { toProverChoice } from "../circuits/prover-choice.ts";
import { rollupCircuitName, rollupKeyIds, writeRollupCircuit } from "../circuits/sources.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { createUsageMeter } from "../profile/usage.ts";

/**
 * The kernel makes one proof after the other; the witness of the next block is computed meanwhile.
 * snarkjs or another program would run twice, with twice the memory and no gain.
 */
const KERNEL_CAPACITY = 2;

/**
 * Creates the prover of a rollup, and checks that circuits, keys and the compiled verifier belong
 * together, so that L1 accepts the proofs.
 *
 * @returns A prover that the caller closes.
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
  const [circuits, provingOptions] = [new Map<number, Circuit>(), toOptions(rollup, prover)];
  for (const keyId of rollupKeyIds(preset, rollup)) {
    const name = rollupCircuitName(preset, keyId);
    const source = await writeRollupCircuit(preset, keyId, rollup);
    const built = manifest.circuits.find((circuit) => circuit.keyId === keyId);
    if (built === undefined) throw notBuilt(`the last build was without the circuit ${name}`);
    const { zkeyPath } = built;
    const meter = createUsageMeter(rollup, name);
    const metered = { ...provingOptions, ...(meter && { meter }) };
    const circuit = await loadCircuit({ ...source, ...metered, zkeyPath });
    meter?.describe(circuit);
    if (!(await isProvingKeyIntact(circuit, zkeyPath, rollup.setup))) {
      throw notBuilt(`the key ${zkeyPath} is missing or damaged`);
    }
    if (built.digest !== circuit.digest) {
      throw notBuilt(`the circuit ${circuit.name} has changed since the last build`);
    }
    circuits.set(keyId, circuit);
  }
  const { close } = provingOptions.workers;
  return createCircuitProver({
    name: prover,
    capacity: prover === "kernel" ? KERNEL_CAPACITY : 1,
    circuitOf: (keyId) => Promise.resolve(circuits.get(keyId)!),
    close,
  });
}

/**
 * Creates a prover only for exits. It builds the exit circuit alone: the user may not have built
 * the rollup, and the circuits of its blocks may take minutes and gigabytes.
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
  const options = toOptions(rollup, prover);
  const circuit = await loadCircuit({ ...source, ...options });
  await circuit.zkeyPath();
  const { close } = options.workers;
  const circuitOf = () => Promise.resolve(circuit);
  return createCircuitProver({ name: prover, capacity: 1, circuitOf, close });
}

/** Loads the rollup's circuits, which share threads. */
function toOptions(config: RollupConfig, prover: ProverName) {
  const { setup, paths } = config;
  return {
    setup,
    cacheDir: paths.circuits,
    prover: toProverChoice(prover, config),
    // The operator goes on while a block is proven.
    explain: false,
    workers: createGroth16Workers(),
  };
}
