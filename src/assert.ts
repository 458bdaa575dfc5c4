/**
 * Assertions about circuits and rollups for any test runner, without Chai and without Hardhat:
 * `import { circuitAssert, rollupAssert } from "hardhat-zkrollup/assert"`.
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier"); // or loadCircuit
 * const witness = multiplier.witness({ a: 6, b: 7 });
 * await circuitAssert.witnessOutputs(witness, { product: 42 });
 */
export {
  type CircuitAssertions,
  circuitAssert,
  type ExpectedOutputs,
  type OutputOptions,
} from "./testing/assertions.ts";
export type { CountLimits } from "./testing/circuit-checks.ts";
export type { ExpectedOf } from "./testing/compare.ts";
export type { CircuitLike, ProofSubject, WitnessLike, WitnessSubject } from "./testing/subjects.ts";
export { type RollupAssertions, rollupAssert } from "./matchers/assertions.ts";
export type { EventArguments } from "./matchers/emitted.ts";
export type {
  Balances,
  L1Emitter,
  L1Steps,
  L2Action,
  L2Holder,
  Placed,
  Waitable,
} from "./matchers/subjects.ts";
export type { RefusedBy } from "./testing/witness-checks.ts";
