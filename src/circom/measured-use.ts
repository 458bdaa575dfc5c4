/** Measures witnesses and proofs for a meter. */
import type { CircuitMeter } from "./meter.ts";
import type { ProofSystem } from "./proof-systems.ts";
import type { Protocol } from "./protocols.ts";

/** Computes a witness by a loaded generator, and reports its time. */
export async function measureWitness<T>(
  meter: CircuitMeter | undefined,
  compute: () => T | Promise<T>,
): Promise<T> {
  const start = performance.now();
  const witness = await compute();
  meter?.witness(performance.now() - start);
  return witness;
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
