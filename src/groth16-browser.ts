/**
 * Groth16 proofs in pages, in the form of snarkjs: what bundlers find as
 * `import { groth16 } from "hardhat-zkrollup/groth16"`.
 *
 * See docs/guide/browser.md.
 */
import { createGroth16 } from "./portable/page.ts";

export { createGroth16, type PageOptions } from "./portable/page.ts";
export type { Groth16, FileSource, ProveOptions, ProveProgress } from "./portable/types.ts";
export type { InputValues } from "./circom/witness-inputs.ts";
export type { Groth16Proof, ProofWithSignals, VerificationKey } from "./groth16/snarkjs.ts";
export { isRollupError, RollupError } from "./util/errors.ts";

/** snarkjs's `groth16` for pages: its worker starts at the first proof. */
export const groth16 = createGroth16();
