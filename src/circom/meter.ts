/** Receives the times of what is done with a circuit. */
export interface CircuitMeter {
  /**
   * A witness was computed; inputs that the circuit refuses have none.
   *
   * @param ms - Milliseconds that it took.
   */
  witness(ms: number): void;
  /**
   * A proof was made; those of the cache are not made.
   *
   * @param ms - Milliseconds from the call to the proof.
   */
  proof(ms: number): void;
}
