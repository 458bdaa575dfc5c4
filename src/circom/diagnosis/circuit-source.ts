/**
 * Diagnoses of a circuit from its source.
 *
 * They only add to what circom reports: where the evaluator does not know a construct, or a
 * circuit is too large for it, circom's own text remains.
 */
import { DEFAULT_PRIME, type PrimeName } from "../../crypto/primes.ts";
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import { isRollupError, type RollupError } from "../../util/errors.ts";
import { circomError, type CircomErrorFacts } from "../errors.ts";
import { type CircuitDesign, elaborate } from "../evaluation/evaluate.ts";
import { loadPrograms } from "../language/load-programs.ts";
import type { SignalTable } from "../signal-table.ts";
import { collectSources, type SourceFolders } from "../sources.ts";
import type { InputValues } from "../witness-inputs.ts";
import { type ConstraintLocator, createConstraintLocator } from "./constraint-places.ts";
import { type FailureTrace, renderTrace, shortPath, traceFailure } from "./trace.ts";

/** The source of a circuit, which is read when it is needed. */
export interface CircuitSource {
  /** Instantiates the circuit. @throws CIRCUIT_NOT_UNDERSTOOD, EVALUATION_TOO_LARGE */
  design(): CircuitDesign;
  /** Returns the same error with the place, the component and the values, as far as known. */
  explain(error: unknown, inputs: InputValues): unknown;
  /** Finds the statements behind violated constraints, as far as known. */
  locator(constraints: R1cs, signals: SignalTable, witness: Witness): ConstraintLocator;
}

/**
 * Maximum statements of all evaluations that explain errors of one circuit: tests that reject
 * inputs by the thousand take no longer for it than some seconds.
 */
const EXPLAINED_STEPS_MAX = 20_000_000;

/**
 * @param file - Path of the .circom file with the main component.
 * @param prime - The evaluator knows that of BN254 only.
 * @param explainedSteps - Maximum statements of all evaluations that explain errors.
 */
export function createCircuitSource(
  file: string,
  folders: SourceFolders = {},
  prime: PrimeName = DEFAULT_PRIME,
  explainedSteps = EXPLAINED_STEPS_MAX,
): CircuitSource {
  let made: CircuitDesign | undefined;
  let stepsLeft = explainedSteps;
  const design = () => {
    if (prime !== DEFAULT_PRIME) {
      const problem = `it is compiled for the prime ${prime}`;
      throw circomError({ code: "CIRCUIT_NOT_UNDERSTOOD", file, line: 1, column: 1, problem });
    }
    return (made ??= elaborate(loadPrograms(file, folders)));
  };
  return {
    design,
    explain: (error, inputs) => {
      if (!isRollupError(error)) return error;
      const trace = () => {
        if (stepsLeft <= 0) return "no values: many inputs have been explained before";
        const limit = stepsLeft;
        stepsLeft = 0; // unless it succeeds: what is too large once is always
        const found = traceFailure(design(), inputs, limit);
        stepsLeft = limit - (found?.steps ?? 0);
        return found ?? "the evaluation of the source accepts these inputs";
      };
      return explainError(error, trace, () => collectSources(file, folders).files);
    },
    locator: (constraints, signals, witness) => {
      try {
        return createConstraintLocator(design(), constraints, signals, witness);
      } catch {
        return () => undefined;
      }
    },
  };
}

type SourceTexts = () => readonly { readonly file: string; readonly text: string }[];

function explainError(
  error: RollupError,
  trace: () => FailureTrace | string,
  sources: SourceTexts,
): unknown {
  const facts = error.facts as CircomErrorFacts;
  if (facts.code !== "CIRCUIT_ASSERT_FAILED" && facts.code !== "WITNESS_GENERATOR_FAILED") {
    return error;
  }
  const generatorTrace = facts.trace;
  const { failure, note } = attemptTrace(trace, generatorTrace);
  const details =
    failure === undefined
      ? [...nameFiles(generatorTrace, sources), ...(note === undefined ? [] : [`(${note})`])]
      : [...renderTrace(failure), ...generatorTrace.slice(0, 1).map((line) => `circom: ${line}`)];
  return circomError({ ...facts, details, failure }, { cause: error });
}

/** A trace counts only if it names the same function or template as circom's. */
function attemptTrace(
  trace: () => FailureTrace | string,
  generatorTrace: readonly string[],
): { failure?: FailureTrace; note?: string } {
  try {
    const found = trace();
    if (typeof found === "string") return { note: found };
    const [first] = generatorTrace;
    const isSame = first === undefined || first.includes(` ${found.routine}_`);
    return isSame ? { failure: found } : { note: `the evaluation fails in ${found.routine}` };
  } catch (error) {
    const reason = isRollupError(error) ? error.sentence : "the source could not be evaluated";
    return { note: `no values: ${reason}` };
  }
}

/** Adds files to lines such as "Error in template InRange_0 line: 14". */
function nameFiles(generatorTrace: readonly string[], sources: SourceTexts): string[] {
  return generatorTrace.map((entry) => {
    const [, kind, name, line] =
      /^Error in (template|function) (.+)_\d+ line: (\d+)/.exec(entry) ?? [];
    if (kind === undefined || name === undefined) return entry;
    const declaration = new RegExp(`\\b${kind}\\s+(?:\\w+\\s+)*${name.replaceAll("$", "\\$")}\\b`);
    const found = sources().find(({ text }) => declaration.test(text));
    return found === undefined ? entry : `${shortPath(found.file)}:${line!} in the ${kind} ${name}`;
  });
}
