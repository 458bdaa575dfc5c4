/** Fuzzes a circuit: random inputs, for which it must compute what a model in TypeScript does. */
import fc from "fast-check";
import type { Circuit } from "../circom/circuit.ts";
import type { OutputValues } from "../circom/circuit-witness.ts";
import { createWitnessCalculator } from "../circom/witness-generator.ts";
import { isRefusal } from "../circom/errors.ts";
import { cornerInputs } from "../circom/inputs/arbitrary.ts";
import type { Protocol } from "../circom/protocols.ts";
import type { InputValues } from "../circom/witness-inputs.ts";
import { type Difference, findDifferences } from "./compare.ts";
import { testingError } from "./errors.ts";
import { type CircuitModel, type ModelFunction, modelInputs } from "./fuzz-model.ts";

/** How circuit and model disagree about inputs. */
export type Disagreement =
  | { readonly kind: "outputs"; readonly differences: readonly Difference[] }
  /** The circuit accepts what the model refuses. */
  | { readonly kind: "accepted"; readonly reason: string; readonly outputs: object }
  /** The circuit refuses what the model accepts. */
  | { readonly kind: "refused"; readonly reason: string; readonly outputs: object };

/** Inputs on which circuit and model disagree, made as small as possible. */
export interface FuzzCounterExample {
  readonly inputs: InputValues;
  readonly disagreement: Disagreement;
  /** Together with the seed, repeats these inputs alone. */
  readonly path: string;
  /** Number of steps in which the inputs were made smaller. */
  readonly shrinks: number;
}

export interface FuzzReport {
  readonly circuit: string;
  readonly passed: boolean;
  /** Inputs that were tried, and of these what circuit and model both accept and both refuse. */
  readonly runs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly seed: number;
  readonly counterExample?: FuzzCounterExample;
  /** Whether the time limit ended the run early. */
  readonly isTimedOut: boolean;
}

export interface FuzzOptions {
  /** Number of random inputs. Default: 1,000. */
  readonly runs?: number;
  /** Seed of the inputs, a 32-bit integer. Default: a random one. */
  readonly seed?: number;
  /** Path of a counter-example in an earlier run with the same seed. */
  readonly path?: string;
  /** Time limit in milliseconds, without the shrinking of a counter-example. Default: 60,000. */
  readonly timeMs?: number;
  /** Is called after each input on which both agree. */
  readonly onProgress?: () => void;
}

const DEFAULT_RUNS = 1_000;
const DEFAULT_TIME_MS = 60_000;

/** Outputs, or why there are none. */
type Outcome<Outputs> =
  | { readonly outputs: Outputs; readonly reason?: undefined }
  | { readonly outputs?: undefined; readonly reason: string };

/**
 * Compares a circuit with a model on random inputs: values that fit the widths which the
 * constraints give to the inputs, and some at boundaries, equal, small or anywhere in the field.
 *
 * @param circuit - A loaded circuit.
 * @param model - A function from inputs to outputs, null for inputs that the circuit must refuse;
 *   or an object, such as a module, with this function as `default` and generators of inputs.
 * @param options - Number of runs, seed and path of an earlier run, time limit.
 * @returns Whether they agree; if not, the smallest inputs that were found, and how to repeat them.
 * @throws MODEL_FAILED, MODEL_OUTPUTS, INPUT_… for generated inputs that do not fit the circuit
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const report = await fuzzCircuit(multiplier, ({ a, b }) => ({ product: a * b % FIELD_MODULUS }));
 * report.passed; // true
 */
export async function fuzzCircuit<
  Inputs extends object,
  Outputs extends object,
  Signals extends object,
  P extends Protocol,
>(
  circuit: Circuit<Inputs, Outputs, Signals, P>,
  model: ModelFunction<never> | CircuitModel<never>,
  options: FuzzOptions = {},
): Promise<FuzzReport> {
  const { runs = DEFAULT_RUNS, path, onProgress } = options;
  const { seed = Math.floor(Math.random() * 2 ** 31), timeMs = DEFAULT_TIME_MS } = options;
  const given = typeof model === "function" ? { default: model } : model;
  const fuzzed = circuit as unknown as Circuit;
  const compute = given.default as ModelFunction;
  // Inputs are refused by the hundred, so only the counter-example is explained.
  const calculate = await createWitnessCalculator(fuzzed, () => undefined);
  const run = (inputs: InputValues) => fuzzed.toWitness(calculate(inputs)).outputs;
  const counts = { accepted: 0, refused: 0 };
  let isShrinking = false;
  const property = fc.asyncProperty(modelInputs(fuzzed, given), async (inputs) => {
    const found = await compare(fuzzed.name, run, compute, inputs);
    if (found === "accepted" || found === "refused") {
      if (isShrinking) return;
      counts[found]++;
      return onProgress?.();
    }
    isShrinking = true;
    throw new DisagreementError(found);
  });
  const isTyped = given.inputs === undefined && given.generate === undefined;
  const corners = isTyped ? cornerInputs(fuzzed) : [];
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    examples: corners.map((inputs): [InputValues] => [inputs]),
    interruptAfterTimeLimit: timeMs,
    ...(path !== undefined && { path }),
  });
  const { failed, counterexample, errorInstance } = details;
  if (failed && counterexample !== null && !(errorInstance instanceof DisagreementError)) {
    throw errorInstance;
  }
  return {
    circuit: circuit.name,
    passed: counterexample === null,
    runs: details.numRuns,
    ...counts,
    seed,
    ...(errorInstance instanceof DisagreementError && {
      counterExample: {
        inputs: counterexample![0],
        disagreement: await explain(errorInstance.disagreement, fuzzed, counterexample![0]),
        path: details.counterexamplePath!,
        shrinks: details.numShrinks,
      },
    }),
    isTimedOut: details.interrupted,
  };
}

/** Makes fast-check shrink the inputs. */
class DisagreementError extends Error {
  readonly disagreement: Disagreement;

  constructor(disagreement: Disagreement) {
    super(disagreement.kind);
    this.disagreement = disagreement;
  }
}

/** Says from the source why the circuit refuses inputs. */
async function explain(
  disagreement: Disagreement,
  circuit: Circuit,
  inputs: InputValues,
): Promise<Disagreement> {
  if (disagreement.kind !== "refused") return disagreement;
  const refusal: unknown = await circuit.calculateWitness(inputs).catch((error: unknown) => error);
  return isRefusal(refusal) ? { ...disagreement, reason: refusal.sentence } : disagreement;
}

async function compare(
  circuit: string,
  run: (inputs: InputValues) => OutputValues,
  compute: ModelFunction,
  inputs: InputValues,
): Promise<Disagreement | "accepted" | "refused"> {
  const actual = runCircuit(() => run(inputs));
  const expected = await runModel(compute, inputs);
  if (actual.outputs === undefined) {
    if (expected.outputs === undefined) return "refused";
    return { kind: "refused", reason: actual.reason, outputs: expected.outputs };
  }
  if (expected.outputs === undefined) {
    return { kind: "accepted", reason: expected.reason, outputs: actual.outputs };
  }
  const names = Object.keys(actual.outputs);
  const given = Object.keys(expected.outputs);
  if (names.some((name) => !given.includes(name)) || given.length > names.length) {
    throw testingError({ code: "MODEL_OUTPUTS", circuit, expected: names, given });
  }
  const differences = names.flatMap((name) =>
    findDifferences(name, actual.outputs[name]!, expected.outputs[name], true),
  );
  return differences.length === 0 ? "accepted" : { kind: "outputs", differences };
}

function runCircuit(run: () => OutputValues): Outcome<OutputValues> {
  try {
    return { outputs: run() };
  } catch (error) {
    if (isRefusal(error)) return { reason: error.sentence };
    throw error;
  }
}

async function runModel(
  compute: ModelFunction,
  inputs: InputValues,
): Promise<Outcome<Readonly<Record<string, unknown>>>> {
  try {
    const outputs: unknown = await compute(inputs);
    if (outputs === null || outputs === undefined) return { reason: "the model returns null" };
    if (typeof outputs === "object") return { outputs: outputs as Record<string, unknown> };
    throw new TypeError(`it returns a ${typeof outputs} instead of an object of outputs`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof TypeError || error instanceof ReferenceError)) return { reason };
    throw testingError({ code: "MODEL_FAILED", reason }, { cause: error });
  }
}
