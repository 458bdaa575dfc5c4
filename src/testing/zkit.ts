/** A circuit with the methods of hardhat-zkit, on top of a loaded one. */
import type { InputValue } from "../circom/witness-inputs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import { type SolidityProof, toSolidityProof } from "../groth16/verifier/verifier.ts";
import type { TestedCircuit } from "./subjects.ts";

/** Inputs by name. */
type Inputs = Readonly<Record<string, InputValue>>;

/** The circuit object of hardhat-zkit, for Groth16. */
export interface ZkitCircuit {
  /**
   * Computes the values of all wires.
   *
   * @param inputs - Values of all input signals, by name.
   * @param overrides - Values by full name that replace computed ones, such as "main.a".
   * @returns One field element for each wire.
   * @throws as `CircuitWitness.with`
   */
  calculateWitness(inputs: Inputs, overrides?: Inputs): Promise<Witness>;
  /**
   * Computes a witness and proves it.
   *
   * @param inputs - Values of all input signals, by name.
   * @param overrides - As of {@link ZkitCircuit.calculateWitness}.
   * @returns The proof in snarkjs's form, with the public values.
   * @throws CONSTRAINT_VIOLATED for overrides that break a constraint; as `Circuit.prove`
   */
  generateProof(inputs: Inputs, overrides?: Inputs): Promise<ProofWithSignals>;
  /**
   * Returns whether a proof is valid.
   *
   * @param proof - With all its public values.
   * @throws PROOF_MALFORMED
   */
  verifyProof(proof: ProofWithSignals): Promise<boolean>;
  /**
   * Returns the arguments of the contract: `verifyProof(a, b, c, publicSignals)`.
   *
   * @param proof - With all its public values.
   * @throws PROOF_MALFORMED
   */
  generateCalldata(proof: ProofWithSignals): Promise<{
    readonly proofPoints: Pick<SolidityProof, "a" | "b" | "c">;
    readonly publicSignals: readonly bigint[];
  }>;
  /** Returns the name of the circuit. */
  getCircuitName(): string;
  /** Returns the name of the proof system. */
  getProvingSystemType(): "groth16";
}

/**
 * Wraps a circuit as hardhat-zkit's object, to keep its tests.
 *
 * @param circuit - Of `hre.circuits.get` or `loadCircuit`.
 * @returns The object, which holds nothing to close.
 *
 * @example
 * const circuit = createZkitCircuit(await hre.circuits.get("multiplier"));
 * const proof = await circuit.generateProof({ a: 6, b: 7 });
 * await circuit.verifyProof(proof); // true
 * (await circuit.generateCalldata(proof)).publicSignals; // [42n]
 */
export function createZkitCircuit(circuit: TestedCircuit): ZkitCircuit {
  const witness = async (inputs: Inputs, overrides: Inputs = {}) =>
    (await circuit.witness(inputs as never)).with(overrides);
  return {
    calculateWitness: async (inputs, overrides) => (await witness(inputs, overrides)).values,
    generateProof: async (inputs, overrides) => (await witness(inputs, overrides)).prove(),
    verifyProof: (proof) => circuit.verify(proof),
    generateCalldata: (proof) => {
      const { a, b, c, input } = toSolidityProof(proof);
      return Promise.resolve({ proofPoints: { a, b, c }, publicSignals: input });
    },
    getCircuitName: () => circuit.name,
    getProvingSystemType: () => "groth16",
  };
}
