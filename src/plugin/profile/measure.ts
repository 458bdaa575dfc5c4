/** Measures witness and proof of a circuit, for the times in a profile. */
import fc from "fast-check";
import { type Circuit, loadCircuit } from "../../circom/circuit.ts";
import { circuitInputs, cornerInputs } from "../../circom/inputs/arbitrary.ts";
import { unlessRefused } from "../../circom/errors.ts";
import type { ProvingTime } from "../../circom/profile/proving-time.ts";
import { isPlonk } from "../../circom/protocols.ts";
import { createWitnessCalculator } from "../../circom/witness-generator.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";
import { encodeWitness, type Witness } from "../../groth16/formats/wtns.ts";
import { measureProof } from "../../groth16/kernel/measure-proof.ts";
import { PROTOCOL_TITLES } from "../../plonk/protocols.ts";
import { median } from "../../util/median.ts";
import type { CircuitSource } from "../circuits/sources.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";

const RUNS = 5;
const RANDOM_INPUTS = 300;
/** Seed of the random inputs, so that each run measures the same. */
const SEED = 1;

/**
 * Measures a proof by the kernel, with the key of the config's setup.
 *
 * @param given - Inputs; without them, the first random ones that the circuit accepts.
 * @throws PROFILE_PROTOCOL_UNTIMED, PROFILE_INPUTS_MISSING, and as `Circuit.calculateWitness` and
 *   `Circuit.zkeyPath`
 */
export async function measureCircuit(
  source: CircuitSource,
  name: string,
  given: InputValues | undefined,
  { setup, paths }: RollupConfig,
): Promise<ProvingTime> {
  const { protocol } = source;
  if (isPlonk(protocol)) {
    const facts = { circuit: name, protocol: PROTOCOL_TITLES[protocol] };
    throw pluginError({ code: "PROFILE_PROTOCOL_UNTIMED", ...facts });
  }
  const options = { ...source, setup, cacheDir: paths.circuits, log: () => undefined };
  await using circuit = await loadCircuit(options);
  const inputs = given ?? (await findInputs(circuit as unknown as Circuit, name));
  const { witness, witnessMs } = await measureWitness(circuit as unknown as Circuit, inputs);
  const times = await measureProof(await circuit.zkeyPath(), encodeWitness(witness), RUNS);
  return { ...times, witnessMs };
}

async function measureWitness(
  circuit: Circuit,
  inputs: InputValues,
): Promise<{ witness: Witness; witnessMs: number }> {
  const witness = await circuit.calculateWitness(inputs);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await circuit.calculateWitness(inputs);
    times.push(performance.now() - start);
  }
  return { witness, witnessMs: median(times) };
}

async function findInputs(circuit: Circuit, name: string): Promise<InputValues> {
  const random = fc.sample(circuitInputs(circuit), { seed: SEED, numRuns: RANDOM_INPUTS });
  const tried = [...random, ...cornerInputs(circuit)];
  const calculate = await createWitnessCalculator(circuit, () => undefined);
  const found = tried.find((inputs) => unlessRefused(() => calculate(inputs)) !== undefined);
  if (found !== undefined) return found;
  throw pluginError({ code: "PROFILE_INPUTS_MISSING", circuit: name, tried: tried.length });
}
