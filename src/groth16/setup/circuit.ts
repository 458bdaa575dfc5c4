/** The part of a compiled circuit that a setup needs. */
export interface SetupCircuit {
  readonly name: string;
  readonly r1csPath: string;
  /** SHA-256 of the r1cs file, in hex; it names the circuit's key. */
  readonly digest: string;
}
