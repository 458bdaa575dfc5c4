/**
 * Checks whether a circuit is under-constrained: whether a prover can choose an output.
 *
 * Three tools, each exact in what it says:
 *
 *  - A derivation for every input shows that signals are determined (`determinacy/universal.ts`).
 *  - A derivation at honest witnesses shows it for the inputs that were tried (`determinacy.ts`).
 *  - A search around these witnesses finds counter-examples: two witnesses of the same inputs
 *    (`determinacy/counter-examples.ts`).
 *
 * What none of them decides stays unknown.
 */
import { assertDefaultPrime, indexConstraints } from "../groth16/check-witness.ts";
import type { Circuit } from "./circuit.ts";
import { type CheckedCircuit, Findings, type Sample } from "./determinacy/findings.ts";
import type { DeterminacyReport } from "./determinacy/report.ts";
import { deriveForEveryInput } from "./determinacy/universal.ts";
import { circomError, unlessRefused } from "./errors.ts";
import { cornerInputs, sampleInputs } from "./inputs/arbitrary.ts";
import type { Protocol } from "./protocols.ts";
import { readSymbols, wiresOfInputs } from "./signals.ts";
import { createWitnessCalculator } from "./witness-generator.ts";
import type { InputValues } from "./witness-inputs.ts";

export interface DeterminacyOptions {
  /** Honest inputs to start from, before generated ones. */
  readonly inputs?: readonly InputValues[];
  /** Random inputs to find that the circuit accepts; 0 for no generated ones. Default: 40. */
  readonly samples?: number;
  /** Seed of the generated inputs, a 32-bit integer. Default: a random one. */
  readonly seed?: number;
  /** Time limit in milliseconds. Default: 30,000. */
  readonly timeMs?: number;
  /** Names of the inputs that both witnesses share, such as the public ones. Default: all. */
  readonly given?: readonly string[];
  /** Receives what is being done. */
  readonly onProgress?: (message: string) => void;
}

const DEFAULT_SAMPLES = 40;
const DEFAULT_TIME_MS = 30_000;
/** Maximum inputs that are generated for one that the circuit accepts. */
const TRIES_PER_SAMPLE = 20;

/**
 * Checks whether the inputs of a circuit determine its outputs and intermediate signals.
 *
 * @param circuit - A loaded circuit.
 * @param options - Inputs to start from, number of generated ones, seed and time limit.
 * @returns Verdicts by signal, and counter-examples: pairs of witnesses that both satisfy all
 *   constraints. `passed` is false for a circuit whose outputs a prover can choose.
 * @throws INPUT_… for given inputs of another form; CIRCUIT_ASSERT_FAILED for given inputs that the
 *   circuit refuses; INPUT_UNKNOWN for a name in `given`
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const report = await checkDeterminacy(multiplier);
 * report.verdict; // "determined"
 * report.counterExamples; // []
 */
export async function checkDeterminacy<
  Inputs extends object,
  Outputs extends object,
  Signals extends object,
  P extends Protocol,
>(
  circuit: Circuit<Inputs, Outputs, Signals, P>,
  options: DeterminacyOptions = {},
): Promise<DeterminacyReport> {
  const { seed = Math.floor(Math.random() * 2 ** 31), timeMs = DEFAULT_TIME_MS } = options;
  const end = performance.now() + timeMs;
  const isOver = () => performance.now() > end;
  const checked = { ...readCircuit(circuit, options.given), isOver };
  const { r1cs } = checked;
  options.onProgress?.(`Deriving ${r1cs.wires} wires from ${r1cs.constraints} constraints`);
  const findings = new Findings(checked, deriveForEveryInput(checked));
  const samples = findings.isSettled
    ? { tried: 0, accepted: [] }
    : await collectSamples(circuit as unknown as Circuit, seed, options, isOver);
  for (const [index, sample] of samples.accepted.entries()) {
    if (findings.isSettled || isOver()) break;
    options.onProgress?.(`Searching at input ${index + 1} of ${samples.accepted.length}`);
    findings.search(sample);
    await new Promise(setImmediate); // so that a spinner turns
  }
  options.onProgress?.("Searching at intermediate signals");
  findings.searchFurther();
  const { tried, accepted } = samples;
  return {
    circuit: circuit.name,
    ...findings.report(),
    samples: { tried, accepted: accepted.length },
    seed,
    isTimedOut: isOver(),
  };
}

function readCircuit(
  circuit: Pick<Circuit, "name" | "inputs" | "symPath" | "constraints">,
  names: readonly string[] = circuit.inputs.map(({ name }) => name),
): Omit<CheckedCircuit, "isOver"> {
  const known = circuit.inputs.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw circomError({ code: "INPUT_UNKNOWN", circuit: circuit.name, signal: unknown, known });
  }
  const r1cs = circuit.constraints();
  assertDefaultPrime(r1cs);
  const symbols = readSymbols(circuit.symPath);
  const nameOf = new Map<number, string>();
  for (const [name, wire] of symbols) if (!nameOf.has(wire)) nameOf.set(wire, name);
  const given = wiresOfInputs(symbols, names);
  return { r1cs, rowsOf: indexConstraints(r1cs), given, nameOf };
}

async function collectSamples(
  circuit: Circuit,
  seed: number,
  { inputs = [], samples = DEFAULT_SAMPLES }: DeterminacyOptions,
  isOver: () => boolean,
): Promise<{ tried: number; accepted: Sample[] }> {
  const accepted: Sample[] = [];
  for (const given of inputs) {
    accepted.push({ inputs: given, witness: await circuit.calculateWitness(given) });
  }
  if (samples === 0) return { tried: inputs.length, accepted };
  const corners = cornerInputs(circuit);
  const random = sampleInputs(circuit, seed, samples * TRIES_PER_SAMPLE);
  const enough = inputs.length + corners.length + samples;
  // Generated inputs are refused by the hundred, so nothing explains that or prints logs.
  const calculate = await createWitnessCalculator(circuit, () => undefined);
  let tried = inputs.length;
  for (const generated of concat<InputValues>(corners, random)) {
    if (accepted.length >= enough || isOver()) break;
    tried++;
    const witness = unlessRefused(() => calculate(generated));
    if (witness !== undefined) accepted.push({ inputs: generated, witness });
  }
  return { tried, accepted };
}

function* concat<T>(...lists: readonly Iterable<T>[]): Generator<T> {
  for (const list of lists) yield* list;
}
