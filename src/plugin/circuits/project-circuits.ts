/** The types of `hre.circuits`: the circuits of the project, by name, with typed inputs. */
import type { Circuit } from "../../circom/circuit.ts";
import type { OutputValues, SignalValues } from "../../circom/circuit-witness.ts";
import type {
  CircuitInputs,
  CircuitOutputs,
  CircuitProtocols,
  CircuitSignalValues,
} from "../../circom/input-types.ts";
import type { ProveOptions } from "../../circom/proof-systems.ts";
import type { Protocol, ProvenBy } from "../../circom/protocols.ts";
import type { SolidityProofOf } from "../../circom/solidity-proof.ts";
import type { CircuitMain } from "../config/types.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";

/** Input values of a circuit: its own type once a build has generated it. */
export type InputsOf<Name extends string> = Name extends keyof CircuitInputs
  ? CircuitInputs[Name] & object
  : InputValues;

/** Proof system of a circuit by the config, once a build has generated its types. */
export type ProtocolOf<Name extends string> = Name extends keyof CircuitProtocols
  ? CircuitProtocols[Name] & Protocol
  : "groth16";

/** Outputs of a circuit: its own type once a build has generated it. */
export type OutputsOf<Name extends string> = Name extends keyof CircuitOutputs
  ? CircuitOutputs[Name] & object
  : OutputValues;

/** Signals of a circuit's main component: its own type once a build has generated it. */
export type SignalsOf<Name extends string> = Name extends keyof CircuitSignalValues
  ? CircuitSignalValues[Name] & object
  : SignalValues;

/** Name of a circuit of the project; an editor proposes those with generated types. */
export type CircuitName = keyof CircuitInputs | (string & {});

/** A circuit of the project, with the contract that verifies its proofs. */
export interface ProjectCircuit<
  Inputs extends object = InputValues,
  Outputs extends object = OutputValues,
  Signals extends object = SignalValues,
  P extends Protocol = "groth16",
> extends Circuit<Inputs, Outputs, Signals, P> {
  /**
   * Name of the generated contract, for `ethers.deployContract`: `MultiplierVerifier`, or with its
   * file in front if another contract of the project has the same name. Copies of the circuit by a
   * spread lack it.
   *
   * @throws CIRCUIT_WITHOUT_PUBLIC_VALUE and VERIFIER_OF_OTHER_PROTOCOL as it is read: no contract
   *   is generated then
   */
  readonly verifierContract: string;
  /**
   * Returns the arguments of the contract's `verifyProof`.
   *
   * @param proven - A proof of this circuit, with all its public values.
   * @throws PROOF_MALFORMED
   */
  toSolidityProof(proven: ProvenBy[P]): SolidityProofOf[P];
  /**
   * Returns these arguments as text, as `snarkjs zkey export soliditycalldata` prints them.
   *
   * @param proven - A proof of this circuit, with all its public values.
   * @throws PROOF_MALFORMED
   */
  toSolidityCalldata(proven: ProvenBy[P]): string;
}

export interface ProjectCircuitOptions<P extends Protocol = Protocol> extends ProveOptions {
  /** Another proof system than the config's for this circuit. */
  readonly protocol?: P;
  /** Path of another proving key for this circuit. Default: the key of the config's setup. */
  readonly zkeyPath?: string;
  /**
   * Whether to keep proofs in the cache, by circuit, key and witness, so that tests prove once.
   * Default: `circuits.cacheProofs` of the config, which is false.
   */
  readonly cacheProofs?: boolean;
}

export interface ProjectCircuits {
  /**
   * Lists the project's circuits.
   *
   * @returns The names of their files without `.circom`, sorted; the paths of files that have one
   *   name, such as "spend/note" and "mint/note".
   * @throws CIRCUIT_DIRECTORY_NOT_FOUND, CIRCUIT_NAMES_CLASH
   *
   * @example
   * await hre.circuits.names(); // ["multiplier"]
   */
  names(): Promise<string[]>;
  /**
   * Loads a circuit of the project, and compiles it if that was not done yet. All circuits share
   * threads and the keys in memory.
   *
   * @param name - Name of its file without `.circom`, or its path in the folder of circuits
   *   ("spend/note") or in the project ("circuits/spend/note.circom").
   * @param options - `prover`: "kernel", "snarkjs" or `{ external: command }` (default: the
   *   config's prover; the kernel instead of a mock); `zkeyPath`: another proving key; `protocol`:
   *   "groth16", "plonk" or "fflonk" (default: the config's); `cacheProofs`: whether to keep them.
   * @returns The circuit, which `hre.circuits.close()` closes too.
   * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, CIRCUIT_OPTION_UNKNOWN, CEREMONY_KEY_MISSING,
   *   CEREMONY_KEY_DAMAGED, EXTERNAL_PROVER_NOT_CONFIGURED, and the codes of `loadCircuit`
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const proof = multiplier.toSolidityProof(await multiplier.prove({ a: 3, b: 11 }));
   * proof.input; // [33n]
   * const { ethers } = await hre.network.create();
   * const verifier = await ethers.deployContract(multiplier.verifierContract);
   * await verifier.verifyProof(proof.a, proof.b, proof.c, proof.input); // true
   */
  get<Name extends CircuitName, P extends Protocol = ProtocolOf<Name>>(
    name: Name,
    options?: ProjectCircuitOptions<P>,
  ): Promise<ProjectCircuit<InputsOf<Name>, OutputsOf<Name>, SignalsOf<Name>, P>>;
  /**
   * Makes a circuit of a template, without a file with a main component. `circuits.mains` of the
   * config names such circuits for the build, which makes types and verifiers for them.
   *
   * @param main - `file` with the template, relative to the folder of circuits; `template`;
   *   `params`, bigints, numbers and nested arrays of them; `public` inputs.
   * @param options - As for a name.
   * @returns The circuit; it has no `verifierContract`.
   * @throws MAIN_TEMPLATE_UNKNOWN, MAIN_PARAMETER_COUNT, MAIN_PARAMETER_INVALID,
   *   MAIN_PUBLIC_UNKNOWN, and as for a name
   *
   * @example
   * const bits = await hre.circuits.get({
   *   file: "../node_modules/hardhat-zkrollup/circuits/lib/bits.circom",
   *   template: "ToBits",
   *   params: [4],
   * });
   * await bits.compute({ in: 5 }); // { out: [1n, 0n, 1n, 0n] }
   */
  get(main: CircuitMain, options?: ProjectCircuitOptions): Promise<ProjectCircuit>;
  /**
   * Closes all loaded circuits and ends their threads. The end of a test run calls it, and idle
   * threads never keep a script alive. A later `get` starts new threads.
   */
  close(): Promise<void>;
}
