/** Writes `generated/abi.ts`, so that a client needs no build artifacts. */
import { Interface, type InterfaceAbi } from "ethers";

/** The used part of a build artifact. */
export interface AbiArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
}

/**
 * Renders the ABI of a contract as a module.
 *
 * @param artifact - Build artifact of the contract.
 * @param source - Path of the contract from `contracts`, without `.sol`.
 * @param name - Name of the exported constant.
 */
export function renderAbi(artifact: AbiArtifact, source = "Rollup", name = "ROLLUP_ABI"): string {
  const fragments = new Interface(artifact.abi as InterfaceAbi).format();
  return [
    `// generated from contracts/${source}.sol; run \`npm run generate\``,
    `/** ABI of the ${source.split("/").at(-1)} contract, human-readable as ethers takes it. */`,
    `export const ${name} = [`,
    ...fragments.map((fragment) => `  ${JSON.stringify(fragment)},`),
    "] as const;",
    "",
  ].join("\n");
}
