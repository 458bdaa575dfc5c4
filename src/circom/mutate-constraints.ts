/**
 * Removes each constraint of a circuit, and looks for something that notices it.
 *
 * A constraint that computes something is noticed if a signal is free without it. One that only
 * asserts something is noticed if it alone refuses some inputs. A constraint that nobody would
 * miss is redundant, or the tests lack inputs for it.
 */
import type { R1cs } from "../groth16/formats/r1cs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";
import { checkConstraints } from "../groth16/check-witness.ts";
import type { Circuit } from "./circuit.ts";
import { createDeterminacyCheck } from "./determinacy.ts";
import { weakenCircuit } from "./determinacy/weakened.ts";
import { showConstraint } from "./equations.ts";
import { unlessRefused } from "./errors.ts";
import { sampleInputs } from "./inputs/arbitrary.ts";
import type { Protocol } from "./protocols.ts";
import { readSignalTable } from "./signal-table.ts";
import { readSymbols, wiresOfInputs } from "./signals.ts";
import { createUncheckedCalculator } from "./witness-generator.ts";
import type { InputValues } from "./witness-inputs.ts";

/** A constraint whose removal nothing notices. */
export interface UnmissedConstraint {
  /** Index of the constraint, from 0 on. */
  readonly constraint: number;
  /** The constraint by names of signals. */
  readonly equation: string;
}

export interface MutationReport {
  readonly circuit: string;
  readonly constraints: number;
  /** Constraints without which some signal is free, at an input that the circuit accepts. */
  readonly freeSignal: number;
  /** Other constraints that alone refuse some of the given inputs. */
  readonly refusal: number;
  /** Other constraints that alone refuse generated inputs, which no test has. */
  readonly generatedRefusal: readonly UnmissedConstraint[];
  /** Constraints whose removal nothing notices. */
  readonly unmissed: readonly UnmissedConstraint[];
  readonly seed: number;
  /** Whether the time limit ended the run; constraints that were not reached are not listed. */
  readonly isTimedOut: boolean;
}

export interface MutationOptions {
  /** Inputs that the circuit accepts, such as those of its tests. */
  readonly inputs?: readonly InputValues[];
  /** Inputs that the circuit must refuse, such as those of its tests. */
  readonly refused?: readonly InputValues[];
  /** Inputs that are generated besides. Default: 200. */
  readonly samples?: number;
  /** Seed of the generated inputs. Default: a random one. */
  readonly seed?: number;
  /** Time limit in milliseconds. Default: 60,000. */
  readonly timeMs?: number;
}

const DEFAULT_SAMPLES = 200;
const DEFAULT_TIME_MS = 60_000;
/** Maximum accepted inputs at which free signals are looked for. */
const ACCEPTED_MAX = 8;

/**
 * Finds the constraints of a circuit that nobody would miss.
 *
 * @param circuit - A loaded circuit.
 * @param options - Inputs that the circuit accepts and refuses, as far as its tests have them.
 * @returns How many constraints are noticed, by what, and the others.
 * @throws INPUT_… for given inputs of another form; CIRCUIT_ASSERT_FAILED for `inputs` that the
 *   circuit refuses
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const report = await mutateConstraints(multiplier);
 * report.unmissed; // []
 */
export async function mutateConstraints<
  Inputs extends object,
  Outputs extends object,
  Signals extends object,
  P extends Protocol,
>(
  circuit: Circuit<Inputs, Outputs, Signals, P>,
  options: MutationOptions = {},
): Promise<MutationReport> {
  const { seed = Math.floor(Math.random() * 2 ** 31), timeMs = DEFAULT_TIME_MS } = options;
  const end = performance.now() + timeMs;
  const untyped = circuit as unknown as Circuit;
  const r1cs = circuit.constraints();
  const { accepted, refusals, generated } = await collectWitnesses(untyped, options, seed);
  const names = circuit.inputs.map(({ name }) => name);
  const given = wiresOfInputs(readSymbols(circuit.symPath), names);
  const mutants = accepted.map((witness) => createMutants(r1cs, witness, given));
  const { nameOf } = readSignalTable(circuit);
  const describe = (row: number): UnmissedConstraint => ({
    constraint: row,
    equation: showConstraint(r1cs, row, nameOf),
  });
  const counts = { freeSignal: 0, refusal: 0 };
  const [generatedRefusal, unmissed]: [UnmissedConstraint[], UnmissedConstraint[]] = [[], []];
  let row = 0;
  for (; row < r1cs.constraints && performance.now() < end; row++) {
    if (refusals.has(row)) counts.refusal++;
    else if (mutants.some((isFreeWithout) => isFreeWithout(row))) counts.freeSignal++;
    else (generated.has(row) ? generatedRefusal : unmissed).push(describe(row));
  }
  const isTimedOut = row < r1cs.constraints;
  const { name, stats } = circuit;
  const { constraints } = stats;
  return { circuit: name, constraints, ...counts, generatedRefusal, unmissed, seed, isTimedOut };
}

interface Witnesses {
  readonly accepted: readonly Witness[];
  /** Constraints that alone refuse given and generated inputs. */
  readonly refusals: ReadonlySet<number>;
  readonly generated: ReadonlySet<number>;
}

async function collectWitnesses(
  circuit: Circuit,
  { inputs = [], refused = [], samples = DEFAULT_SAMPLES }: MutationOptions,
  seed: number,
): Promise<Witnesses> {
  const r1cs = circuit.constraints();
  const compute = await createUncheckedCalculator(circuit);
  const accepted: Witness[] = [];
  for (const given of inputs) accepted.push(await circuit.calculateWitness(given));
  const loneRefusal = (given: InputValues): number | undefined => {
    // The generator can fail even without asserts.
    const witness = unlessRefused(() => compute(given));
    if (witness === undefined) return undefined;
    const violated = violatedRows(witness);
    if (violated.length === 0 && accepted.length < ACCEPTED_MAX) accepted.push(witness);
    return violated.length === 1 ? violated[0] : undefined;
  };
  const violatedRows = (witness: Witness): number[] => {
    const rows: number[] = [];
    for (let row = 0; row < r1cs.constraints && rows.length < 2; row++) {
      if (checkConstraints(r1cs, witness, [row]) !== null) rows.push(row);
    }
    return rows;
  };
  const alone = (list: Iterable<InputValues>) => {
    const rows = new Set<number>();
    for (const given of list) {
      const row = loneRefusal(given);
      if (row !== undefined) rows.add(row);
    }
    return rows;
  };
  const refusals = alone(refused);
  const random = sampleInputs(circuit, seed, samples);
  return { refusals, generated: alone(random), accepted };
}

/** Returns whether a signal is free without a constraint, at one witness. */
function createMutants(
  r1cs: R1cs,
  witness: Witness,
  given: readonly number[],
): (row: number) => boolean {
  const { isMissed } = weakenCircuit(r1cs, witness, given);
  // The fast derivation, which repeats only what depends on a row, does not know all rules.
  const check = createDeterminacyCheck(r1cs, witness, { looksFurther: true });
  const free = check(given).undetermined.length;
  return (row) => isMissed(row) || check(given, [row]).undetermined.length > free;
}
