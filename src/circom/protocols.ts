/** The proof systems that a circuit can have, and the types of their values. */
import type { ProofWithSignals, VerificationKey } from "../groth16/snarkjs.ts";
import {
  PLONK_PROTOCOLS,
  type PlonkKeys,
  type PlonkProtocol,
  type PlonkProven,
} from "../plonk/protocols.ts";

export const PROTOCOLS = ["groth16", ...PLONK_PROTOCOLS] as const;
/** A proof system: Groth16, or one of snarkjs's with a universal setup. */
export type Protocol = (typeof PROTOCOLS)[number];

/** A proof of each protocol, in snarkjs's form and with its public values. */
export interface ProvenBy extends PlonkProven {
  readonly groth16: ProofWithSignals;
}

/** The verification key of each protocol, in snarkjs's form. */
export interface VerificationKeyOf extends PlonkKeys {
  readonly groth16: VerificationKey;
}

/** Whether a protocol has a universal setup and snarkjs as its only prover. */
export function isPlonk(protocol: Protocol): protocol is PlonkProtocol {
  return (PLONK_PROTOCOLS as readonly Protocol[]).includes(protocol);
}
