/** Measures what is done with a circuit. */
import type { ProofSystem } from "./proof-systems.ts";
import type { Protocol } from "./protocols.ts";
import type { WitnessCalculator } from "./witness-generator.ts";

/** Receives the times of a circuit. */
export interface CircuitMeter {
  /** @param ms - Milliseconds in which a witness was computed. Refused inputs have none. */
  witness(ms: number): void;
  /** @param ms - Milliseconds from the call to the proof. Proofs of the cache are not made. */
  proof(ms: number): void;
}

/** Reports the times of a calculator. */
export function measureWitnesses(
  calculate: WitnessCalculator,
  meter: CircuitMeter | undefined,
): WitnessCalculator {
  if (meter === undefined) return calculate;
  return (inputs) => {
    const start = performance.now();
    const witness = calculate(inputs);
    meter.witness(performance.now() - start);
    return witness;
  };
}

/** Reports the times of proofs. */
export function measureProofs<P extends Protocol>(
  system: ProofSystem<P>,
  meter: CircuitMeter | undefined,
): ProofSystem<P> {
  if (meter === undefined) return system;
  return {
    ...system,
    prove: async (witness, options) => {
      const start = performance.now();
      const proven = await system.prove(witness, options);
      meter.proof(performance.now() - start);
      return proven;
    },
  };
}
