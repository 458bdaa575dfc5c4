/**
 * Proves and verifies PLONK and fflonk by snarkjs. The threads have an owner, who closes them; they
 * start at their first use, and idle threads never keep the process alive.
 */
import { groth16Error } from "../groth16/errors.ts";
import { openSnarkjs } from "../groth16/snarkjs.ts";
import { decodeWitnessCount } from "../groth16/formats/wtns.ts";
import { assertPlonkProof, assertPlonkVerificationKey, isCanonicalPlonk } from "./formats/proof.ts";
import { readPlonkZkeyHeader } from "./formats/zkey.ts";
import type { PlonkKeys, PlonkProtocol, PlonkProven } from "./protocols.ts";
import { checkProof, exportKey, makeProof } from "./snarkjs.ts";

export interface PlonkWorkers {
  /**
   * Proves a witness, which is not checked: the proof of a wrong one does not verify.
   *
   * @param zkeyPath - The proving key in snarkjs's format.
   * @param witness - The bytes of a .wtns file.
   * @throws PROTOCOL_NOT_SUPPORTED, WITNESS_LENGTH_MISMATCH, PROVER_CLOSED
   */
  prove<P extends PlonkProtocol>(
    protocol: P,
    zkeyPath: string,
    witness: Uint8Array,
  ): Promise<PlonkProven[P]>;
  /**
   * Whether a proof is valid for its public values under a key.
   *
   * @throws PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED, PROVER_CLOSED
   */
  verify<P extends PlonkProtocol>(
    protocol: P,
    key: PlonkKeys[P],
    proven: PlonkProven[P],
  ): Promise<boolean>;
  /** Extracts the verification key of a proving key. @throws PROTOCOL_NOT_SUPPORTED */
  verificationKey<P extends PlonkProtocol>(protocol: P, zkeyPath: string): Promise<PlonkKeys[P]>;
  /** Ends the threads unless others use them. Pending work is rejected with PROVER_CLOSED. */
  close(): Promise<void>;
}

export function createPlonkWorkers(): PlonkWorkers {
  const snarkjs = openSnarkjs();
  return {
    prove: async (protocol, zkeyPath, witness) => {
      const { wires: expected } = readPlonkZkeyHeader(zkeyPath, protocol);
      const actual = decodeWitnessCount(witness);
      if (actual !== expected) {
        throw groth16Error({ code: "WITNESS_LENGTH_MISMATCH", expected, actual });
      }
      return makeProof(snarkjs, protocol, zkeyPath, witness);
    },
    verify: async (protocol, key, proven) => {
      assertPlonkVerificationKey(protocol, key);
      assertPlonkProof(protocol, proven);
      const [expected, actual] = [key.nPublic, proven.publicSignals.length];
      if (actual !== expected) {
        const problem = `it has ${actual} public values, but the key is for ${expected}`;
        throw groth16Error({ code: "PROOF_MALFORMED", problem });
      }
      return isCanonicalPlonk(protocol, proven) && checkProof(snarkjs, protocol, key, proven);
    },
    verificationKey: async (protocol, zkeyPath) => {
      readPlonkZkeyHeader(zkeyPath, protocol);
      return (await exportKey(snarkjs, zkeyPath)) as PlonkKeys[typeof protocol];
    },
    close: snarkjs.close,
  };
}
