/** Lets snarkjs judge the proofs that L1 has taken. */
import { verify } from "../../circuits/snarkjs.ts";
import { fromSolidityProof } from "../../circuits/verifier.ts";
import type { AppliedBlock } from "../../block/block.ts";
import type { JobProof } from "../../prover/prover.ts";
import { assert } from "../../util/errors.ts";
import { readManifest } from "../circuits/manifest.ts";
import { ensureVerificationKey } from "../circuits/verifiers.ts";
import type { RollupConfig } from "../config/types.ts";

interface BlockWithProof {
  readonly applied: AppliedBlock;
  readonly proof: JobProof;
}

/** Asserts that snarkjs takes the proofs of blocks of the rollup that was built last. */
export async function assertSnarkjsTakes(
  config: RollupConfig,
  blocks: readonly BlockWithProof[],
): Promise<void> {
  const circuits = (await readManifest(config))?.circuits ?? [];
  for (const { applied, proof } of blocks) {
    const { slots, blockNumber } = applied.block;
    const circuit = circuits.find(({ keyId }) => keyId === slots);
    assert(circuit !== undefined, `there is a circuit for ${slots} slots`);
    const key = await ensureVerificationKey(circuit.zkeyPath);
    const proven = fromSolidityProof({ flat: proof.proof, input: proof.publicInputs });
    assert(await verify(key, proven), `snarkjs accepts the proof of block ${blockNumber}`);
  }
}
