/** Errors between a .circom file and its witness. */
import { counted } from "../util/counted.ts";
import { defineErrors, isRollupError, type RollupError } from "../util/errors.ts";

/** Where a witness generator stopped. */
type GeneratorTrace = {
  /** In circom's words, innermost first: "Error in template InRange_0 line: 14". */
  trace: string[];
  /** The same from the source, as far as it can be evaluated. */
  details?: string[];
  /** A `FailureTrace`, if the source can be evaluated. */
  failure?: unknown;
};

export type CircomErrorFacts =
  | { code: "CIRCUIT_NOT_FOUND"; file: string }
  | { code: "CIRCUIT_DIRECTORY_NOT_FOUND"; directory: string }
  | { code: "NO_MAIN_COMPONENT"; file: string }
  | { code: "INCLUDE_NOT_FOUND"; include: string; file: string; line: number; searched: string[] }
  | { code: "CIRCUIT_SYNTAX"; file: string; location: string | null; output: string }
  | {
      code: "CIRCUIT_NOT_UNDERSTOOD";
      file: string;
      line: number;
      column: number;
      problem: string;
    }
  | { code: "EVALUATION_TOO_LARGE"; what: string; max: number }
  | { code: "COMPILER_CRASHED"; file: string; reason: string; output: string }
  | { code: "COMPILER_NOT_USABLE"; path: string; reason: string }
  | { code: "COMPILER_VERSION"; path: string; expected: string; actual: string }
  | { code: "VERIFIER_LANGUAGE"; circuit: string; language: string; protocol: string }
  | { code: "CPP_TOOLS_MISSING"; circuit: string; missing: string[] }
  | { code: "CPP_BUILD_FAILED"; circuit: string; reason: string; output: string }
  | { code: "CPP_LIMIT_EXCEEDED"; circuit: string; limit: string }
  | { code: "PRIME_UNKNOWN"; prime: string; known: readonly string[] }
  | { code: "PRIME_WITHOUT_PROVER"; circuit: string; prime: string }
  | { code: "INPUT_MISSING"; circuit: string; signals: string[] }
  | { code: "INPUT_UNKNOWN"; circuit: string; signal: string; known: string[] }
  | { code: "INPUT_SHAPE"; circuit: string; signal: string; expected: string; actual: string }
  | { code: "INPUT_NOT_A_NUMBER"; circuit: string; signal: string; value: string }
  | { code: "INPUT_OUT_OF_FIELD"; circuit: string; signal: string; value: bigint }
  | ({ code: "CIRCUIT_ASSERT_FAILED"; circuit: string } & GeneratorTrace)
  | ({ code: "WITNESS_GENERATOR_FAILED"; circuit: string; reason: string } & GeneratorTrace)
  | { code: "CONSTRAINT_VIOLATED"; circuit: string; constraint: number; details?: string[] }
  | { code: "SIGNAL_NOT_FOUND"; circuit: string; signal: string; known: string[] }
  | { code: "SIGNAL_SUBSTITUTED"; circuit: string; signal: string; equal: string }
  | { code: "SIGNAL_WITHOUT_WIRE"; circuit: string; signal: string }
  | { code: "MAIN_TEMPLATE_UNKNOWN"; file: string; template: string; known: string[] }
  | {
      code: "MAIN_PARAMETER_COUNT";
      template: string;
      parameters: readonly string[];
      actual: number;
    }
  | { code: "MAIN_PARAMETER_INVALID"; value: string }
  | { code: "MAIN_PUBLIC_UNKNOWN"; template: string; signal: string; known: string[] }
  | { code: "MAIN_NAME_INVALID"; name: string }
  | { code: "PROFILE_BASELINE_INVALID"; file: string; reason: string }
  | { code: "CIRCUIT_NAMES_CLASH"; first: string; second: string };

export const circomError = defineErrors<CircomErrorFacts>({
  CIRCUIT_NOT_FOUND: {
    message: ({ file }) => `There is no circuit file ${file}.`,
    fix: "Check the path; circuits are .circom files, by default in the folder circuits/.",
  },
  CIRCUIT_DIRECTORY_NOT_FOUND: {
    message: ({ directory }) => `There is no folder of circuits at ${directory}.`,
    fix: "Create it, or set the circuits path in the configuration to the folder of your circuits.",
  },
  NO_MAIN_COMPONENT: {
    message: ({ file }) => `${file} declares no main component, so there is nothing to compile.`,
    fix: 'Add a line such as "component main {public [a]} = MyTemplate();" at the end of the file.',
  },
  INCLUDE_NOT_FOUND: {
    message: ({ include, file, line, searched }) =>
      `${file}:${line} includes "${include}", which is in none of: ${searched.join(", ")}.`,
    fix: "Correct the include (with / between folders), install its package, or add an include path.",
  },
  CIRCUIT_SYNTAX: {
    message: ({ file, location, output }) =>
      `circom does not accept ${location ?? file}.\n${output}`,
    fix: "Correct the circuit at the place in circom's message.",
  },
  CIRCUIT_NOT_UNDERSTOOD: {
    message: ({ file, line, column, problem }) =>
      `The diagnostics cannot follow the circuit at ${file}:${line}:${column}: ${problem}.`,
    fix: "Compile the circuit: circom has the last word. If it accepts it, report the line.",
  },
  EVALUATION_TOO_LARGE: {
    message: ({ what, max }) =>
      `The circuit is too large for diagnostics from its source: more than ${max} ${what}.`,
    fix: "Diagnose a component of it alone, as the main component of a small circuit.",
  },
  COMPILER_CRASHED: {
    message: ({ file, reason, output }) =>
      `The circom compiler stopped on ${file} without a message of its own: ${reason}` +
      (output === "" ? "." : `\n${output}`),
    fix: "Try a lower optimization level or a smaller circuit: the compiler has 4 GB of memory.",
  },
  COMPILER_NOT_USABLE: {
    message: ({ path, reason }) => `${path} is not usable as the circom compiler: ${reason}.`,
    fix: "Set circuits.compiler.path to a circom program of version 2, or remove the setting.",
  },
  COMPILER_VERSION: {
    message: ({ path, expected, actual }) =>
      `The circom compiler ${path} has version ${actual} instead of ${expected}.`,
    fix: "Install that version of circom, or set circuits.compiler.version to the one that you have.",
  },
  VERIFIER_LANGUAGE: {
    message: ({ circuit, language, protocol }) =>
      `There is no verifier of ${circuit} in ${language} for ${protocol}.`,
    fix: "Use solidity; vyper is for circuits whose protocol is groth16.",
  },
  CPP_TOOLS_MISSING: {
    message: ({ circuit, missing }) =>
      `The C++ witness generator of ${circuit} cannot be built here. Missing: ${missing.join(", ")}.`,
    fix:
      "Install them (Debian: apt-get install make g++ nasm libgmp-dev nlohmann-json3-dev), " +
      'or set circuits.witness to "wasm", which needs nothing.',
  },
  CPP_BUILD_FAILED: {
    message: ({ circuit, reason, output }) =>
      `The C++ witness generator of ${circuit} was not built: ${reason}.\n${output}`,
    fix: 'Read the messages of the C++ compiler, or set circuits.witness to "wasm".',
  },
  CPP_LIMIT_EXCEEDED: {
    message: ({ circuit, limit }) =>
      `The C++ witness generator of ${circuit} was stopped: it needs more than ${limit}.`,
    fix: "Raise timeoutMs or memoryMb in circuits.cpp of the configuration.",
  },
  PRIME_UNKNOWN: {
    message: ({ prime, known }) => `circom has no prime ${prime}; it has ${known.join(", ")}.`,
    fix: "Name one of them in circuits.prime, in an override, or in the options of the call.",
  },
  PRIME_WITHOUT_PROVER: {
    message: ({ circuit, prime }) =>
      `The circuit ${circuit} is compiled for the prime ${prime}, for which there is no prover here.`,
    fix: "Compile for BN254, circom's default (prime bn128), or prove its r1cs and wtns elsewhere.",
  },
  INPUT_MISSING: {
    message: ({ circuit, signals }) =>
      `Circuit ${circuit} has no value for: ${signals.join(", ")}.`,
    fix: "Give a value to every input signal of the main component.",
  },
  INPUT_UNKNOWN: {
    message: ({ circuit, signal, known }) =>
      `Circuit ${circuit} has no input ${signal}; its inputs are ${known.join(", ")}.`,
    fix: "Correct the name, or omit the value.",
  },
  INPUT_SHAPE: {
    message: ({ circuit, signal, expected, actual }) =>
      `Input ${signal} of circuit ${circuit} must be ${expected}, but is ${actual}.`,
    fix: "Nest and pad values as the signal is declared: arrays, typed arrays, an object for a bus.",
  },
  INPUT_NOT_A_NUMBER: {
    message: ({ circuit, signal, value }) =>
      `Input ${signal} of circuit ${circuit} is ${value}, which is no integer.`,
    fix: "Pass a bigint, a safe integer, a boolean, or a decimal or 0x-hexadecimal string.",
  },
  INPUT_OUT_OF_FIELD: {
    message: ({ circuit, signal, value }) =>
      `Input ${signal} of circuit ${circuit} is ${value}, which is not in the field [0, r).`,
    fix: "Reduce the value modulo r first; a negative x is written r - |x|.",
  },
  CIRCUIT_ASSERT_FAILED: {
    message: ({ circuit, trace, details = trace }) =>
      [`Circuit ${circuit} rejects these inputs: a constraint or assert fails.`, ...details].join(
        "\n",
      ),
    fix: "Read the trace from the top: the first line names the file, the line and the component.",
  },
  WITNESS_GENERATOR_FAILED: {
    message: ({ circuit, reason, trace, details = trace }) =>
      [`The witness generator of ${circuit} failed: ${reason}.`, ...details].join("\n"),
    fix: "Look for accesses beyond the end of an array in the circuit, and compile it again.",
  },
  CONSTRAINT_VIOLATED: {
    message: ({ circuit, constraint, details = [] }) =>
      [
        `The witness violates constraint ${constraint} of circuit ${circuit}: no proof of it holds.`,
        ...details,
      ].join("\n"),
    fix: "Compute the witness with calculateWitness, and change nothing in it.",
  },
  SIGNAL_NOT_FOUND: {
    message: ({ circuit, signal, known }) =>
      `Circuit ${circuit} has no signal ${signal}; it has, for example, ${known.join(", ")}.`,
    fix: 'Use full names, with an index for an element of an array: "main.hash.out", "main.in[2]".',
  },
  SIGNAL_SUBSTITUTED: {
    message: ({ circuit, signal, equal }) =>
      `Signal ${signal} of circuit ${circuit} has no wire: circom has put ${equal} in its place.`,
    fix: "Change the signals in its place, or compile with optimization: 0, which substitutes none.",
  },
  SIGNAL_WITHOUT_WIRE: {
    message: ({ circuit, signal }) =>
      `Signal ${signal} of circuit ${circuit} is in no constraint, so the witness has no value for it.`,
    fix: "Compile with optimization: 0, which keeps all signals, or constrain the signal.",
  },
  MAIN_TEMPLATE_UNKNOWN: {
    message: ({ file, template, known }) =>
      `${file} has no template ${template}; it has or includes ${known.join(", ") || "none"}.`,
    fix: "Correct the name of the template, or the path of its file.",
  },
  MAIN_PARAMETER_COUNT: {
    message: ({ template, parameters, actual }) =>
      `Template ${template} has ${counted(parameters.length, "parameter")} (${parameters.join(", ")}), ` +
      `but ${actual} are given.`,
    fix: "Pass a value for each parameter, in the order of their declaration.",
  },
  MAIN_PARAMETER_INVALID: {
    message: ({ value }) => `${value} is no parameter of a template.`,
    fix: "Pass bigints, safe integers, and nested arrays of them.",
  },
  MAIN_PUBLIC_UNKNOWN: {
    message: ({ template, signal, known }) =>
      `Template ${template} has no input ${signal}; its inputs are ${known.join(", ") || "none"}.`,
    fix: "List inputs of the template as public; outputs are public without it.",
  },
  MAIN_NAME_INVALID: {
    message: ({ name }) => `"${name}" cannot be the name of a circuit, which names its files.`,
    fix: 'Use letters, digits, "-", "_" and ".", as in "merkle-proof-20".',
  },
  PROFILE_BASELINE_INVALID: {
    message: ({ file, reason }) => `${file} is no baseline of rollup:profile: ${reason}.`,
    fix: "Take it from version control, or write a new one by rollup:profile --write-baseline.",
  },
  CIRCUIT_NAMES_CLASH: {
    message: ({ first, second }) =>
      `The circuits ${first} and ${second} give the same name to their types or verifiers.`,
    fix: "Rename one of the two files.",
  },
});

/** A hint may divide by zero or use an index beyond its array; then there is no witness either. */
const REFUSALS: readonly string[] = ["CIRCUIT_ASSERT_FAILED", "WITNESS_GENERATOR_FAILED"];

/** Whether an error says that a circuit has no witness for its inputs; others are faults. */
export function isRefusal(error: unknown): error is RollupError {
  return isRollupError(error) && REFUSALS.includes(error.code);
}

/** Does work on inputs. @returns Undefined if the circuit refuses them. */
export function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
