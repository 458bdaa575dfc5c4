/** Real proofs in a simulation: too slow for every block; some are made, and verified on chain. */
import { expect } from "chai";
import hre, { network } from "hardhat";
import { createProver } from "../../src/plugin/rollup/prover.ts";
import { verifierContract } from "../../src/plugin/rollup/artifact-names.ts";
import type { PresetName } from "../../src/protocol/presets.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { isRollupError } from "../../src/util/errors.ts";

/** Proves one job of several for real, and has the generated verifier look at the proof. */
export interface ProofSample {
  /** The circuits are of this size. */
  readonly preset: PresetName;
  look(job: ProofJob): Promise<void>;
  /** How many have been proven. */
  readonly proven: number;
  close(): Promise<void>;
}

/**
 * @param oneOf - Of so many jobs one is proven, the first being the first.
 * @returns Undefined if the last build has made no circuits.
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
