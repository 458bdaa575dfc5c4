/** Keeps proofs of tests, by content: circuit, proving key and witness. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hashFile } from "../groth16/files/digests.ts";
import { writeIfChanged, writingToCache } from "../groth16/files/files.ts";
import { readElements } from "../groth16/formats/bn254.ts";
import { publicCount } from "../groth16/formats/r1cs.ts";
import { readWitnessValues } from "../groth16/formats/wtns.ts";
import type { CompiledCircuit } from "./compile.ts";
import type { ProofSystem } from "./proof-systems.ts";
import type { Protocol, ProvenBy } from "./protocols.ts";

/**
 * Lets a proof system take proofs from the cache. A proof of the cache is verified first, so that a
 * damaged or foreign file does no harm.
 *
 * @param cacheDir - Folder of the cache; proofs are in its folder `proofs`.
 */
export function withCachedProofs<P extends Protocol>(
  system: ProofSystem<P>,
  { digest, stats }: Pick<CompiledCircuit, "digest" | "stats">,
  cacheDir: string,
): ProofSystem<P> {
  const pathOf = async (witness: Uint8Array) => {
    const witnessHash = createHash("sha256").update(witness).digest("hex");
    const content = JSON.stringify([digest, await hashFile(await system.zkeyPath()), witnessHash]);
    const name = createHash("sha256").update(content).digest("hex");
    return join(resolve(cacheDir), "proofs", `${name}.json`);
  };
  return {
    ...system,
    prove: async (witness, options) => {
      const path = await pathOf(witness);
      const kept = await readProof<P>(path);
      const first = readElements(readWitnessValues(witness), 0, 1 + publicCount(stats));
      const values = first.slice(1).map(String);
      const isKept =
        JSON.stringify(kept?.publicSignals) === JSON.stringify(values) &&
        (await system.verify(kept!).catch(() => false));
      if (isKept) return kept!;
      const proven = await system.prove(witness, options);
      await writingToCache(() => writeIfChanged(path, JSON.stringify(proven)));
      return proven;
    },
  };
}

async function readProof<P extends Protocol>(path: string): Promise<ProvenBy[P] | undefined> {
  try {
    return (JSON.parse(await readFile(path, "utf8")) as ProvenBy[P] | null) ?? undefined;
  } catch {
    return undefined;
  }
}
