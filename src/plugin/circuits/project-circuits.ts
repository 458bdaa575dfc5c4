/** The type of `hre.circuits`: the circuits of the project, by name, with typed inputs. */
import type { Circuit, ProveOptions } from "../../circom/circuit.ts";
import type { CircuitInputs } from "../../circom/input-types.ts";
import type { ProofWithSignals } from "../../groth16/snarkjs.ts";
import type { SolidityProof } from "../../groth16/verifier/verifier.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";

/** Input values of a circuit: its own type once a build has generated it. */
export type InputsOf<Name extends string> = Name extends keyof CircuitInputs
  ? CircuitInputs[Name] & object
  : InputValues;

/** Any circuit of the project; the names that a build has generated types for are proposed. */
export type CircuitName = keyof CircuitInputs | (string & {});

/** A circuit of the project, with the contract that verifies its proofs. */
export interface ProjectCircuit<Inputs extends object = InputValues> extends Circuit<Inputs> {
  /**
   * Name of the generated contract, for `ethers.deployContract`.
   *
   * @throws CIRCUIT_WITHOUT_PUBLIC_VALUE as it is read: no contract is generated then
   */
  readonly verifierContract: string;
  /** The arguments of the contract's `verifyProof`. @throws PROOF_MALFORMED */
  toSolidityProof(proven: ProofWithSignals): SolidityProof;
}

export interface ProjectCircuitOptions extends ProveOptions {
  /** A key from elsewhere, made for this circuit. Default: the key of the config's setup. */
  readonly zkeyPath?: string;
}

export interface ProjectCircuits {
  /** The names of the project's circuits: those of their files, without ending. */
  names(): Promise<string[]>;
  /**
   * A circuit of the project, compiled if it is not yet. All circuits share their threads, and keys
   * that are in memory.
   *
   * @param options.prover Who proves. Default: the config's prover, and the kernel instead of a
   *   mock.
   * @throws CIRCUIT_UNKNOWN, CEREMONY_KEY_MISSING, EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of
   *   `loadCircuit`
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const proof = multiplier.toSolidityProof(await multiplier.prove({ a: 3, b: 11 }));
   * const verifier = await ethers.deployContract(multiplier.verifierContract);
   * await verifier.verifyProof(proof.a, proof.b, proof.c, proof.input); // true
   */
  get<Name extends CircuitName>(
    name: Name,
    options?: ProjectCircuitOptions,
  ): Promise<ProjectCircuit<InputsOf<Name>>>;
  /**
   * Closes all circuits that were got here, and their threads. The end of a test run does it, and
   * idle threads never keep a script from ending.
   */
  close(): Promise<void>;
}
