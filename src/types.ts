/** The public types of the plugin: `import type { … } from "hardhat-zkrollup/types"`. */
// With a star, so that the generated types of a project can add to the interface CircuitInputs.
export type * from "./circom/input-types.ts";
export type { Circuit } from "./circom/circuit.ts";
export type { ProveOptions } from "./circom/proof-systems.ts";
export type { Protocol, ProvenBy } from "./circom/protocols.ts";
export type {
  CircuitWitness,
  OutputValues,
  SignalValues,
  Violation,
} from "./circom/circuit-witness.ts";
export type { TemplateParameter } from "./circom/main-component.ts";
export type { SignalTree } from "./circom/signal-tree.ts";
export type { InputValues, SignalArray, SignalValue } from "./circom/witness-inputs.ts";
export type { ProverChoice } from "./groth16/provers/prover.ts";
export type {
  CircuitName,
  InputsOf,
  OutputsOf,
  ProjectCircuit,
  ProjectCircuitOptions,
  ProjectCircuits,
  SignalsOf,
} from "./plugin/circuits/project-circuits.ts";
export type {
  CircuitMain,
  CircuitsConfig,
  ExternalProverConfig,
  OperatorConfig,
  ProverName,
  RollupConfig,
  RollupUserConfig,
  SetupConfig,
} from "./plugin/config/types.ts";
export type { PresetName } from "./protocol/presets.ts";
