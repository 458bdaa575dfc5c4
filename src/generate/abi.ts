/** Writes `generated/abi.ts`, so that a client needs no build artifacts. */
import { Interface, type InterfaceAbi } from "ethers";

/** The used part of a build artifact. */
export interface AbiArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
}

/**
 * Renders `src/l1/generated/abi.ts`.
 *
 * @param rollup - Build artifact of `Rollup.sol`.
 */
export function renderAbi(rollup: AbiArtifact): string {
  const fragments = new Interface(rollup.abi as InterfaceAbi).format();
  return [
    "// generated from contracts/Rollup.sol; run `npm run generate`",
    "/** ABI of the Rollup contract, human-readable as ethers takes it. */",
    "export const ROLLUP_ABI = [",
    ...fragments.map((fragment) => `  ${JSON.stringify(fragment)},`),
    "] as const;",
    "",
  ].join("\n");
}
