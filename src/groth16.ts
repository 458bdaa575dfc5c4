/**
 * Groth16 over BN254 for any circuit, in snarkjs's file formats and without Hardhat: files, setup,
 * ceremony, provers and Solidity verifiers: `import { … } from "hardhat-zkrollup/groth16"`.
 *
 * @example
 * const workers = createGroth16Workers();
 * const proven = await workers.prove("kernel", "circuit.zkey", await readFile("circuit.wtns"));
 * await workers.verify(await readVerificationKey("circuit.zkey"), proven); // true
 * await workers.close();
 */
// Files.
export type { R1cs, R1csHeader, SparseMatrix } from "./groth16/formats/r1cs.ts";
export { publicCount, readR1cs, readR1csHeader } from "./groth16/formats/r1cs.ts";
export { readVerificationKey } from "./groth16/formats/verification-key.ts";
export { decodeWitness, encodeWitness, type Witness } from "./groth16/formats/wtns.ts";
export { checkWitness } from "./groth16/check-witness.ts";
// Setup.
export {
  applyBeaconToKey,
  contributeToKey,
  startCeremony,
  verifyCeremony,
} from "./groth16/setup/ceremony.ts";
export type { SetupCircuit } from "./groth16/setup/circuit.ts";
export {
  createDevSetup,
  type DevSetupOptions,
  ensureDevKey,
  isInsecureZkey,
  type SetupProgress,
} from "./groth16/setup/dev-setup.ts";
export { ensureProvingKey, type KeyOptions, type KeySetup } from "./groth16/setup/proving-keys.ts";
// Proofs.
export { createExternalProver } from "./groth16/provers/external-prover.ts";
export { createKernelProver, type KernelProverOptions } from "./groth16/provers/kernel-prover.ts";
export type { ExternalChoice, Groth16Prover, ProverChoice } from "./groth16/provers/prover.ts";
export { createSnarkjsProver } from "./groth16/provers/snarkjs-prover.ts";
export { createGroth16Workers, type Groth16Workers } from "./groth16/provers/workers.ts";
export type { Groth16Proof, ProofWithSignals, VerificationKey } from "./groth16/snarkjs.ts";
// Solidity.
export type { VerifierKey } from "./groth16/verifier/keys.ts";
export {
  generateVerifier,
  type SolidityProof,
  toSolidityProof,
  type VerifierOptions,
} from "./groth16/verifier/verifier.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
