/** Makes or finds the keys of circuits, by the config's setup. */
import { rm } from "node:fs/promises";
import type { CompiledCircuit } from "../../circom/compile.ts";
import {
  ensureSystemKey,
  isInsecureKey,
  type SystemKeyOptions,
  systemKeyPath,
} from "../../circom/proof-systems.ts";
import { type Protocol } from "../../circom/protocols.ts";
import { digestPath } from "../../groth16/files/digests.ts";
import type { RollupConfig } from "../config/types.ts";
import type { ProtocolKey } from "../../circom/verifier-source.ts";
import { ensureVerificationKey, exportVerificationKey, verificationKeyPath } from "./verifiers.ts";

interface ProvingKeys {
  readonly zkeyPath: string;
  /** Whether anybody can forge proofs: the key of a dev setup, or one without contributions. */
  readonly insecure: boolean;
}

/** The keys of a circuit for its proof system. */
export type CircuitKeys = ProvingKeys & ProtocolKey;

type KeyConfig = Pick<RollupConfig, "setup" | "paths">;

/** Where the config has keys, and what it makes them of. */
export function toKeyOptions({ setup, paths }: KeyConfig): SystemKeyOptions {
  const { ptau } = setup;
  return { setup, cacheDir: paths.circuits, ...(ptau !== undefined && { ptau }) };
}

/** Whether a key comes from a ceremony of its circuit, so that nobody can make it again. */
export function isCeremonyKey(protocol: Protocol, { setup }: Pick<RollupConfig, "setup">): boolean {
  return setup.type === "ceremony" && protocol === "groth16";
}

/**
 * Makes or finds the keys of a circuit, by the config's setup.
 *
 * @throws as `ensureSystemKey`
 */
export async function ensureKeys(
  circuit: CompiledCircuit,
  protocol: Protocol,
  config: KeyConfig,
): Promise<CircuitKeys> {
  const zkeyPath = await ensureSystemKey(circuit, protocol, toKeyOptions(config));
  // A ceremony's key changes with every contribution, so an earlier export may be stale.
  const exportKey = isCeremonyKey(protocol, config) ? exportVerificationKey : ensureVerificationKey;
  const verificationKey = await exportKey(zkeyPath, protocol);
  const key = { protocol, verificationKey } as ProtocolKey;
  return { zkeyPath, insecure: isInsecureKey(zkeyPath, protocol), ...key };
}

/** Lets {@link ensureKeys} make the keys of a circuit again. Those of a ceremony stay. */
export async function discardKeys(
  circuit: CompiledCircuit,
  protocol: Protocol,
  config: KeyConfig,
): Promise<void> {
  if (isCeremonyKey(protocol, config)) return;
  const zkeyPath = systemKeyPath(circuit, protocol, toKeyOptions(config));
  if (zkeyPath === undefined) return;
  // A key without its digest counts as unfinished; the file itself may be in use.
  for (const path of [zkeyPath, verificationKeyPath(zkeyPath)]) {
    await rm(digestPath(path), { force: true });
  }
}
