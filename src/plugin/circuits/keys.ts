/** The keys of circuits, made or found as the config's setup says. */
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
 * The keys of a circuit, made or found as the config says.
 *
 * @throws as `ensureProvingKey`
 */
export async function ensureKeys(
  circuit: CompiledCircuit,
  { setup, paths }: RollupConfig,
): Promise<CircuitKeys> {
  const zkeyPath = await ensureProvingKey(circuit, { setup, cacheDir: paths.circuits });
  // A ceremony's key changes with every contribution: what was exported from it may be stale.
  const exportKey = setup.type === "ceremony" ? exportVerificationKey : ensureVerificationKey;
  const verificationKey = await exportKey(zkeyPath);
  return { zkeyPath, verificationKey, insecure: isInsecureZkey(zkeyPath) };
}

/** What to do in a ceremony, in this order. */
export interface CeremonySteps {
  /** File of the powers of tau: starts the ceremony of a circuit that has none, and verifies. */
  readonly ptau?: string | undefined;
  /** Name under which to contribute. */
  readonly contribute?: string | undefined;
  /** Hex of the value that ends the ceremony. */
  readonly beacon?: string | undefined;
  /** Verifies the key in the end. */
  readonly verify: boolean;
}

export interface CeremonyResult {
  readonly name: string;
  readonly zkey: string;
  readonly started: boolean;
  /** Hash of what was contributed now. */
  readonly contribution?: string;
  readonly beacon?: string;
  /** The contributions with their hashes, if they were verified. */
  readonly report?: readonly string[];
}

export function hasCeremonySteps({ ptau, contribute, beacon, verify }: CeremonySteps): boolean {
  return verify || [ptau, contribute, beacon].some((step) => step !== undefined);
}

/** @throws CEREMONY_NOT_CONFIGURED, PTAU_MISSING, and the codes of the ceremony */
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
