/** A compiled circuit, as far as a setup needs to know it. */
export interface SetupCircuit {
  readonly name: string;
  readonly r1csPath: string;
  /** SHA-256 of what the circuit was compiled from, hex: names the key that belongs to it. */
  readonly digest: string;
}
