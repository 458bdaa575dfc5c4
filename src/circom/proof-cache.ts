/** Keeps proofs of tests, by content: circuit, proving key and witness. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hashFile } from "../groth16/files/digests.ts";
import { writeIfChanged, writingToCache } from "../groth16/files/files.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";

/** What a proof depends on. */
export interface ProofKey {
  /** SHA-256 of the r1cs file, in hex. */
  readonly digest: string;
  readonly zkeyPath: string;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
}

/**
 * Returns a proof from the cache, or makes and keeps it. A proof of the cache is verified first, so
 * that a damaged or foreign file does no harm.
 *
 * @param cacheDir - Folder of the cache; proofs are in its folder `proofs`.
 * @param isValid - Whether a proof is that of the witness.
 */
export async function cachedProof(
  cacheDir: string,
  { digest, zkeyPath, witness }: ProofKey,
  isValid: (proven: ProofWithSignals) => Promise<boolean>,
  prove: () => Promise<ProofWithSignals>,
): Promise<ProofWithSignals> {
  const witnessHash = createHash("sha256").update(witness).digest("hex");
  const content = JSON.stringify([digest, await hashFile(zkeyPath), witnessHash]);
  const name = createHash("sha256").update(content).digest("hex");
  const path = join(resolve(cacheDir), "proofs", `${name}.json`);
  const kept = await readProof(path);
  if (kept !== undefined && (await isValid(kept).catch(() => false))) return kept;
  const proven = await prove();
  await writingToCache(() => writeIfChanged(path, JSON.stringify(proven)));
  return proven;
}

async function readProof(path: string): Promise<ProofWithSignals | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProofWithSignals;
  } catch {
    return undefined;
  }
}
