/**
 * The circom tool chain for any project, without Hardhat: compiling, typed inputs, witnesses,
 * proofs and soundness checks: `import { … } from "hardhat-zkrollup/circom"`.
 *
 * A test runs the examples of its docstrings, in the scope that src/groth16.ts describes; `fc` is
 * the package fast-check.
 *
 * @example
 * await using circuit = await loadCircuit({
 *   file: `${hre.config.paths.root}/circuits/multiplier.circom`,
 *   optimization: 1,
 *   cacheDir: `${folder}/cache`,
 * });
 * const proven = await circuit.prove({ a: 6n, b: 7n });
 * proven.publicSignals; // ["42"]
 */
export { type Circuit, loadCircuit, type LoadCircuitOptions } from "./circom/circuit.ts";
export type { ProveOptions } from "./circom/proof-systems.ts";
export type { Protocol, ProvenBy, VerificationKeyOf } from "./circom/protocols.ts";
export type {
  CircuitWitness,
  OutputValues,
  SignalValues,
  Violation,
} from "./circom/circuit-witness.ts";
export type { MainComponent, TemplateParameter } from "./circom/main-component.ts";
export type { SignalTree } from "./circom/signal-tree.ts";
export type { CompileOptions, OptimizationLevel } from "./circom/compilation.ts";
export { compileCircuit, type CompiledCircuit } from "./circom/compile.ts";
export type { CppLimits, WitnessKind } from "./circom/cpp/kinds.ts";
export { type CircuitInspection, inspectCircuit, type InspectFinding } from "./circom/inspect.ts";
export type { VerifierLanguage } from "./circom/verifier-source.ts";
export { checkDeterminacy, type DeterminacyOptions } from "./circom/check-determinacy.ts";
export type { CircuitMeter } from "./circom/meter.ts";
export type { LineProfile, TemplateProfile } from "./circom/profile/collect.ts";
export type { Counts, SelfAndTotal } from "./circom/profile/counts.ts";
export type { ArrayView, InstanceProfile } from "./circom/profile/instance-tree.ts";
export {
  type CircuitProfile,
  profileCircuit,
  type ProfileOptions,
} from "./circom/profile/profile-circuit.ts";
export type { CircuitLog } from "./circom/diagnosis/logs.ts";
export type { SourcePlace } from "./circom/diagnosis/trace.ts";
export {
  createDeterminacyCheck,
  type Determinacy,
  type DeterminacyCheck,
  type DerivationOptions,
} from "./circom/determinacy.ts";
export { exportCircuit, type ExportOptions } from "./circom/export-circuit.ts";
export type {
  CounterExample,
  DeterminacyReport,
  DeterminacyVerdict,
  SignalDifference,
  SignalFinding,
} from "./circom/determinacy/report.ts";
export {
  circuitInputs,
  type GeneratedInputs,
  type Values as GeneratedValues,
} from "./circom/inputs/arbitrary.ts";
export { generateCircuitTypes, type TypedCircuit } from "./circom/input-types.ts";
export { toSolidityCalldata } from "./circom/solidity-proof.ts";
export type { CircuitSignals, SignalDeclaration } from "./circom/signals.ts";
export { findCircuits } from "./circom/sources.ts";
export type { InputValue, InputValues, SignalArray, SignalValue } from "./circom/witness-inputs.ts";
export {
  type Disagreement,
  fuzzCircuit,
  type FuzzCounterExample,
  type FuzzOptions,
  type FuzzReport,
} from "./testing/fuzz-circuit.ts";
export type {
  CircuitModel,
  ModelFunction,
  ModelInputs,
  ModelOutputs,
} from "./testing/fuzz-model.ts";
export {
  mutateConstraints,
  type MutationOptions,
  type MutationReport,
  type UnmissedConstraint,
} from "./circom/mutate-constraints.ts";
export { type CircuitPatterns, findCircuitPatterns } from "./circom/patterns/circuit-patterns.ts";
export type { PatternFinding, PatternName } from "./circom/patterns/find-patterns.ts";
export { FIELD_MODULUS } from "./crypto/field.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
