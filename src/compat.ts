/**
 * Names of circomkit and hardhat-zkit on top of our circuits, so that their tests go on unchanged:
 * `import { createWitnessTester } from "hardhat-zkrollup/compat"`. New tests say more with
 * `hardhat-zkrollup/chai` or `hardhat-zkrollup/assert`.
 *
 * @example
 * const tester = createWitnessTester(multiplier);
 * await tester.compute({ a: 6, b: 7 }, ["product"]); // { product: 42n }
 */
export {
  createProofTester,
  createWitnessTester,
  type ProofTester,
  type SignalsOfNames,
  type WitnessTester,
} from "./testing/circomkit.ts";
export type { TestedCircuit } from "./testing/subjects.ts";
export { createZkitCircuit, type ZkitCircuit } from "./testing/zkit.ts";
