/**
 * Groth16 over BN254 for any circuit, in snarkjs's file formats and without Hardhat: files, setup,
 * ceremony, provers and Solidity verifiers: `import { … } from "hardhat-zkrollup/groth16"`.
 *
 * A test runs the examples of its docstrings (test/docs/examples.test.ts). In their scope are,
 * beside what src/sdk.ts lists: `multiplier`, a loaded circuit with the private inputs `a` and `b`
 * and the public output `product`; `ptauPath`, the path of powers of tau for it; and `folder`, the
 * path of an empty folder.
 *
 * @example
 * const { r1csPath } = multiplier;
 * const zkeyPath = `${folder}/multiplier.zkey`;
 * await createDevSetup({ r1csPath, zkeyPath, seed: "example" });
 * const workers = createGroth16Workers();
 * const witness = encodeWitness(await multiplier.calculateWitness({ a: 6n, b: 7n }));
 * const proven = await workers.prove("kernel", zkeyPath, witness);
 * proven.publicSignals; // ["42"]
 * await workers.verify(await readVerificationKey(zkeyPath), proven); // true
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
// snarkjs's functions.
export { createGroth16, groth16 } from "./portable/node.ts";
export type { FileSource, Groth16, ProveOptions, ProveProgress } from "./portable/types.ts";
// Solidity.
export type { VerifierKey } from "./groth16/verifier/keys.ts";
export {
  generateVerifier,
  type SolidityProof,
  toSolidityProof,
  type VerifierOptions,
} from "./groth16/verifier/verifier.ts";
export { generateVyperVerifier, type VyperVerifierOptions } from "./groth16/verifier/vyper.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
