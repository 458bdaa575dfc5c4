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
import { ensureSystemKey, isInsecureKey } from "../../circom/proof-systems.ts";
import { type Protocol } from "../../circom/protocols.ts";
import type { RollupConfig } from "../config/types.ts";
import type { ProtocolKey } from "../../circom/verifier-source.ts";
import { pluginError } from "../errors.ts";
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
