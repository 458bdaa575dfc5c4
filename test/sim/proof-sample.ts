/** Real proofs in a simulation: a sample, because they are slow; verified on chain. */
import { expect } from "chai";
import hre, { network } from "hardhat";
import { createProver } from "../../src/plugin/rollup/prover.ts";
import { verifierContract } from "../../src/plugin/rollup/artifact-names.ts";
import type { PresetName } from "../../src/protocol/presets.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { isRollupError } from "../../src/util/errors.ts";

/** Proves one job in several for real, and verifies the proof with the generated verifier. */
export interface ProofSample {
  /** Size of the circuits. */
  readonly preset: PresetName;
  look(job: ProofJob): Promise<void>;
  /** Number of real proofs. */
  readonly proven: number;
  close(): Promise<void>;
}

/**
 * @param oneOf - One job in this number is proven, starting with the first.
 * @returns Undefined if the last build has no circuits.
 */
export async function createProofSample(oneOf: number): Promise<ProofSample | undefined> {
  const { preset } = hre.config.rollup;
  const prover = await createProver(hre.config, preset, "snarkjs").catch((error: unknown) => {
    if (isRollupError(error) && error.code === "ROLLUP_NOT_BUILT") return undefined;
    throw error;
  });
  if (prover === undefined) return undefined;
  const { ethers, close } = await network.create();
  const name = verifierContract(hre.config, "snarkjs");
  const verifier = await ethers.deployContract(name);
  const verifyProof = verifier.getFunction("verifyProof");
  let [jobs, proven] = [0, 0];
  return {
    preset,
    get proven() {
      return proven;
    },
    look: async (job) => {
      if (jobs++ % oneOf > 0) return;
      const { proof, publicInputs } = await prover.prove(job);
      expect(publicInputs).to.deep.equal(job.publicInputs);
      expect(await verifyProof(job.keyId, proof, publicInputs), "a real proof").to.equal(true);
      proven++;
    },
    close: async () => {
      await prover.close();
      await close();
    },
  };
}
