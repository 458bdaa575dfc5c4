/** The model of a circuit: a TypeScript function that says what the circuit must compute. */
import fc, { type Arbitrary } from "fast-check";
import { circuitInputs, type GeneratedInputs } from "../circom/inputs/arbitrary.ts";
import type { Circuit } from "../circom/circuit.ts";
import type { InputValues } from "../circom/witness-inputs.ts";
import { circomError } from "../circom/errors.ts";

/** Outputs by name, in the forms in which inputs are written. */
export type ModelOutputs = Readonly<Record<string, unknown>>;

/**
 * Computes the outputs of a circuit, or says that it must refuse the inputs: by null, or by
 * throwing any error but a `TypeError` or `ReferenceError`, which are faults of the model.
 */
export type ModelFunction<Inputs extends object = InputValues> = (
  inputs: Inputs,
) => ModelOutputs | null | Promise<ModelOutputs | null>;

/** Arbitraries by the names of inputs, or a function of fast-check that makes them. */
export type ModelInputs =
  | Readonly<Record<string, Arbitrary<unknown>>>
  | ((check: typeof fc) => Readonly<Record<string, Arbitrary<unknown>>>);

/** What a module of a model exports. */
export interface CircuitModel<Inputs extends object = InputValues> {
  readonly default: ModelFunction<Inputs>;
  /** Generators of some inputs, in place of those by the types of the signals. */
  readonly inputs?: ModelInputs;
  /**
   * Makes the generator of all inputs from that by the types of the signals: computes a root from
   * a path, for example, because no random one fits.
   */
  readonly generate?: (
    typed: Arbitrary<GeneratedInputs>,
    check: typeof fc,
  ) => Arbitrary<Readonly<Record<string, unknown>>>;
}

/** Returns the generator of inputs for a circuit and its model. @throws INPUT_UNKNOWN */
export function modelInputs(
  circuit: Pick<Circuit, "name" | "inputs" | "constraints" | "symPath">,
  { inputs, generate }: Omit<CircuitModel<never>, "default">,
): Arbitrary<InputValues> {
  const own = typeof inputs === "function" ? inputs(fc) : (inputs ?? {});
  const known = [...new Set(circuit.inputs.map(({ name }) => /^[^.[]+/.exec(name)![0]))];
  const unknown = Object.keys(own).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw circomError({ code: "INPUT_UNKNOWN", circuit: circuit.name, signal: unknown, known });
  }
  const replaced = fc
    .tuple(circuitInputs(circuit), fc.record(own))
    .map(([typed, others]) => ({ ...typed, ...others }) as GeneratedInputs);
  return (generate?.(replaced, fc) ?? replaced) as Arbitrary<InputValues>;
}
