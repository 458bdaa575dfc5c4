/** Finds the proving key of a circuit: a given one, a dev key, or a ceremony's. */
import { existsSync } from "node:fs";
import { groth16Error } from "../errors.ts";
import { readR1csHeader, publicCount } from "../formats/r1cs.ts";
import { createZkeyReader } from "../formats/zkey-file.ts";
import { assertIntactKey, findCeremonyKey } from "./ceremony.ts";
import type { SetupCircuit } from "./circuit.ts";
import { ensureDevKey, isIntactZkey } from "./dev-setup.ts";
import { domainSize } from "./qap.ts";

/** Keys from a known trapdoor, in seconds. **Insecure**: the seed is enough to forge proofs. */
export interface DevSetup {
  readonly type: "dev";
  /** Text that the trapdoor is derived from: the same seed gives the same keys. Default: fixed. */
  readonly seed?: string;
}

/** Keys from a ceremony, which every chain accepts; dev keys work on local chains only. */
export interface CeremonySetup {
  readonly type: "ceremony";
  /** Absolute folder of the keys. */
  readonly keysDir: string;
}

/** The setup that proving keys come from. */
export type KeySetup = DevSetup | CeremonySetup;

/** Options for finding the proving key of a circuit. */
export interface KeyOptions {
  /** Path of another key for this circuit; it takes precedence over `setup`. */
  readonly zkeyPath?: string;
  /** Default: a dev setup. */
  readonly setup?: KeySetup;
  /** The folder that keeps dev keys. */
  readonly cacheDir: string;
}

/**
 * Finds the proving key of a circuit. Creates a dev key if the cache has none that is whole.
 *
 * @param circuit - A compiled circuit.
 * @param options - A key of its own, or the setup and the folder of dev keys.
 * @returns The path of the zkey.
 * @throws ZKEY_NOT_USABLE, BINARY_FORMAT, FIELD_NOT_SUPPORTED and PROTOCOL_NOT_SUPPORTED for a
 *   given key;
 *   CEREMONY_KEY_MISSING, CEREMONY_KEY_DAMAGED; CIRCUIT_TOO_LARGE, FOLDER_NOT_WRITABLE
 *
 * @example
 * const cacheDir = `${folder}/keys`;
 * const zkeyPath = await ensureProvingKey(multiplier, { cacheDir });
 * (await ensureProvingKey(multiplier, { zkeyPath, cacheDir })) === zkeyPath; // true
 * const setup = { type: "ceremony", keysDir: cacheDir };
 * await ensureProvingKey(multiplier, { setup, cacheDir }); // throws CEREMONY_KEY_MISSING
 */
export async function ensureProvingKey(
  circuit: SetupCircuit,
  { zkeyPath, setup = { type: "dev" }, cacheDir }: KeyOptions,
): Promise<string> {
  if (zkeyPath !== undefined) {
    assertKeyOf(circuit, zkeyPath);
    return zkeyPath;
  }
  if (setup.type === "ceremony") {
    const found = findCeremonyKey(circuit, setup.keysDir);
    await assertIntactKey(circuit, found);
    return found;
  }
  const { seed } = setup;
  return (await ensureDevKey({ circuit, cacheDir, ...(seed !== undefined && { seed }) })).zkeyPath;
}

/**
 * Returns whether a key that {@link ensureProvingKey} has found earlier exists unchanged.
 *
 * @throws CEREMONY_KEY_DAMAGED for a ceremony's key, which nobody can make again
 */
export async function isProvingKeyIntact(
  circuit: SetupCircuit,
  zkeyPath: string,
  setup: KeySetup,
): Promise<boolean> {
  if (!existsSync(zkeyPath)) return false;
  if (setup.type === "dev") return isIntactZkey(zkeyPath);
  await assertIntactKey(circuit, zkeyPath);
  return true;
}

/** Compares counts only; a proof with another key of the same counts does not verify. */
function assertKeyOf({ name, r1csPath }: SetupCircuit, zkeyPath: string): void {
  const refuse = (problem: string) =>
    groth16Error({ code: "ZKEY_NOT_USABLE", circuit: name, zkey: zkeyPath, problem });
  if (!existsSync(zkeyPath)) throw refuse("there is no such file");
  const { header } = createZkeyReader(zkeyPath);
  const circuit = readR1csHeader(r1csPath);
  const isOfCircuit =
    header.wires === circuit.wires &&
    header.publicCount === publicCount(circuit) &&
    header.domainSize === domainSize(circuit);
  if (!isOfCircuit) throw refuse("it was made for another circuit");
}
