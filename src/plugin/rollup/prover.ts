/** Creates the prover for the last build. */
import type { HardhatConfig } from "hardhat/types/config";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import type { QueueSettings } from "../../farm/location.ts";
import type { KeyedCircuit } from "../../farm/keys.ts";
import { createGroth16Workers } from "../../groth16/provers/workers.ts";
import { isProvingKeyIntact } from "../../groth16/setup/proving-keys.ts";
import type { Logger } from "../../operator/logger.ts";
import { PROTOCOL_DIGEST } from "../../operations/table.ts";
import type { PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { createCircuitProver } from "../../prover/circuit-prover.ts";
import { fromJobProof } from "../../prover/job-proof.ts";
import { createMockProver } from "../../prover/mock-prover.ts";
import type { JobProof, Prover } from "../../prover/prover.ts";
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

/** A database of proof jobs, and a log of what becomes of them. */
export interface ProofQueue extends QueueSettings {
  readonly logger?: Logger;
}

/** The circuits of a rollup with their keys, and a prover of this process. */
export interface RollupCircuits {
  readonly keys: readonly KeyedCircuit[];
  readonly prover: Prover;
  /** Whether a proof holds under the key of a circuit. */
  readonly verify: (keyId: number, proof: JobProof) => Promise<boolean>;
}

/**
 * Creates the prover of a rollup, and checks that circuits, keys and the compiled verifier belong
 * together, so that L1 accepts the proofs.
 *
 * @param queue - Where workers elsewhere prove; without it this process does.
 * @returns A prover that the caller closes.
 * @throws ROLLUP_NOT_BUILT, CEREMONY_KEY_DAMAGED, EXTERNAL_PROVER_NOT_CONFIGURED, and as
 * `createQueueProver`
 */
export async function createProver(
  config: HardhatConfig,
  preset: PresetName,
  prover: ProverName,
  queue?: ProofQueue,
): Promise<Prover> {
  if (prover === "mock") return createMockProver();
  const { keys, verify, prover: own } = await openRollupCircuits(config, preset, prover);
  if (queue === undefined) return own;
  const { createQueueProver } = await import("../../farm/queue-prover.ts");
  const closing = (error: unknown) => own.close().then(() => Promise.reject(error as Error));
  const remote = await createQueueProver({ ...queue, keys, verify }).catch(closing);
  const close = async () => {
    await remote.close();
    await own.close();
  };
  return { ...remote, close };
}

/**
 * Opens the circuits of a rollup, with their keys.
 *
 * @param prover - Not the mock, which has no circuits.
 * @throws ROLLUP_NOT_BUILT, CEREMONY_KEY_DAMAGED, EXTERNAL_PROVER_NOT_CONFIGURED
 */
export async function openRollupCircuits(
  { rollup }: HardhatConfig,
  preset: PresetName,
  prover: ProverName,
): Promise<RollupCircuits> {
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
  const keys: KeyedCircuit[] = [];
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
    const { digest, verificationKeyHash: key } = built;
    keys.push({ keyId, circuit: digest, key, zkeyPath, loaded: circuit });
  }
  return {
    keys,
    verify: (keyId, proof) => circuits.get(keyId)!.verify(fromJobProof(proof)),
    prover: createCircuitProver({
      name: prover,
      capacity: prover === "kernel" ? KERNEL_CAPACITY : 1,
      circuitOf: (keyId) => Promise.resolve(circuits.get(keyId)!),
      close: provingOptions.workers.close,
    }),
  };
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
