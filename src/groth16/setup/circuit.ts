/** The part of a compiled circuit that a setup needs. */
export interface SetupCircuit {
  /** Name of the circuit, for the name of its key. */
  readonly name: string;
  /** Path of its `.r1cs` file. */
  readonly r1csPath: string;
  /** SHA-256 of the r1cs file, in hex; it names the circuit's key. */
  readonly digest: string;
}
