/**
 * Names of circomkit and hardhat-zkit on top of our circuits, so that their tests go on unchanged:
 * `import { createWitnessTester } from "hardhat-zkrollup/compat"`. New tests say more with
 * `hardhat-zkrollup/chai` or `hardhat-zkrollup/assert`.
 *
 * @example
 * const tester = createWitnessTester(await hre.circuits.get("multiplier"));
 * await tester.expectPass({ a: 6, b: 7 }, { product: 42 });
 * await tester.getConstraintCount(); // 1
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
