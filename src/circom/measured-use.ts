/** Measures witnesses and proofs for a meter. */
import type { CircuitMeter } from "./meter.ts";
import type { ProofSystem } from "./proof-systems.ts";
import type { Protocol } from "./protocols.ts";
import {
  createWitnessCalculator,
  type WitnessCalculator,
  type WitnessCircuit,
} from "./witness-generator.ts";

/** Creates a calculator as {@link createWitnessCalculator} does, and reports its times. */
export async function createMeasuredCalculator(
  circuit: WitnessCircuit,
  log: (line: string) => void,
  meter: CircuitMeter | undefined,
): Promise<WitnessCalculator> {
  const calculate = await createWitnessCalculator(circuit, log);
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
