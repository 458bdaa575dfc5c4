/** Makes or finds the keys of circuits, by the config's setup. */
import {
  applyBeaconToKey,
  assertIntactKey,
  contributeToKey,
  findCeremonyKey,
  startCeremony,
  verifyCeremony,
} from "../../groth16/setup/ceremony.ts";
import type { CompiledCircuit } from "../../circom/compile.ts";
import { isInsecureZkey } from "../../groth16/setup/dev-setup.ts";
import { ensureProvingKey } from "../../groth16/setup/proving-keys.ts";
import type { VerificationKey } from "../../groth16/snarkjs.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
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

/** Steps of a ceremony, in this order. */
export interface CeremonySteps {
  /** File of the powers of tau, which starts the ceremony of a circuit and verifies its key. */
  readonly ptau?: string | undefined;
  /** Name under which to contribute. */
  readonly contribute?: string | undefined;
  /** Hex of the value that ends the ceremony. */
  readonly beacon?: string | undefined;
  /** Whether to verify the key at the end. */
  readonly verify: boolean;
}

export interface CeremonyResult {
  readonly name: string;
  readonly zkey: string;
  readonly started: boolean;
  /** Hash of this contribution. */
  readonly contribution?: string;
  readonly beacon?: string;
  /** The contributions with their hashes, if they were verified. */
  readonly report?: readonly string[];
}

export function hasCeremonySteps({ ptau, contribute, beacon, verify }: CeremonySteps): boolean {
  return verify || [ptau, contribute, beacon].some((step) => step !== undefined);
}

/** Takes the steps of a ceremony. @throws CEREMONY_NOT_CONFIGURED, PTAU_MISSING, and its codes */
export async function takeCeremonySteps(
  circuit: CompiledCircuit,
  steps: CeremonySteps,
  { setup }: RollupConfig,
): Promise<CeremonyResult> {
  if (setup.type !== "ceremony") throw pluginError({ code: "CEREMONY_NOT_CONFIGURED" });
  const { ptau, contribute, beacon, verify } = steps;
  if (verify && ptau === undefined) throw pluginError({ code: "PTAU_MISSING" });
  const started = ptau !== undefined && (await startCeremony(circuit, ptau, setup.keysDir)).started;
  const zkey = findCeremonyKey(circuit, setup.keysDir);
  await assertIntactKey(circuit, zkey);
  const contribution =
    contribute === undefined ? undefined : await contributeToKey(zkey, contribute);
  const ended = beacon === undefined ? undefined : await applyBeaconToKey(zkey, beacon);
  const report = verify ? await verifyCeremony(circuit, ptau!, zkey) : undefined;
  return {
    name: circuit.name,
    zkey,
    started,
    ...(contribution !== undefined && { contribution }),
    ...(ended !== undefined && { beacon: ended }),
    ...(report !== undefined && { report }),
  };
}
