/** Verifies with snarkjs the proofs that L1 has accepted. */
import { withSnarkjs } from "../../groth16/snarkjs.ts";
import type { BlockWithProof } from "../../operator/ledger/blocks.ts";
import { fromJobProof } from "../../prover/job-proof.ts";
import { blockKindId, blockKindName } from "../../protocol/kinds.ts";
import { assert } from "../../util/errors.ts";
import { readManifest } from "../circuits/manifest.ts";
import { ensureVerificationKey } from "../circuits/verifiers.ts";
import type { RollupConfig } from "../config/types.ts";

/** Asserts that snarkjs accepts the proofs of blocks of the rollup that was built last. */
export async function assertSnarkjsTakes(
  config: RollupConfig,
  blocks: readonly Pick<BlockWithProof, "applied" | "proof">[],
): Promise<void> {
  const circuits = (await readManifest(config))?.circuits ?? [];
  await withSnarkjs(async (snarkjs) => {
    for (const { applied, proof } of blocks) {
      const { kind, blockNumber } = applied.block;
      const circuit = circuits.find(({ keyId }) => keyId === blockKindId(kind));
      assert(circuit !== undefined, `there is a circuit for the kind ${blockKindName(kind)}`);
      const key = await ensureVerificationKey(circuit.zkeyPath, "groth16");
      const isAccepted = await snarkjs.verify(key, fromJobProof(proof));
      assert(isAccepted, `snarkjs accepts the proof of block ${blockNumber}`);
    }
  });
}
