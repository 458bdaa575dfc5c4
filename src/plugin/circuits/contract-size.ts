/** Finds verifier contracts that are too large for L1. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { ManifestCircuit } from "./manifest.ts";
import { fullContractName } from "./verifiers.ts";

/** Maximum bytes of a contract's code. @see EIP-170 */
const CODE_BYTES_MAX = 24_576;

interface VerifyProof {
  readonly name?: string;
  readonly inputs?: readonly { readonly type: string }[];
}

/** Describes each contract of the project's circuits that no L1 deploys, with its size. */
export async function describeLargeVerifiers(
  circuits: readonly ManifestCircuit[],
  { artifacts, config }: Pick<HardhatRuntimeEnvironment, "artifacts" | "config">,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { name, keyId, verifier, verifierFile, protocol = "groth16" } of circuits) {
    if (keyId !== undefined || verifier === undefined || verifierFile === undefined) continue;
    const { paths, rollup } = config;
    const fullName = fullContractName(verifierFile, verifier, paths.root, rollup);
    // It is missing if other contracts do not compile.
    if (!(await artifacts.artifactExists(fullName))) continue;
    const { deployedBytecode, abi } = await artifacts.readArtifact(fullName);
    const bytes = (deployedBytecode.length - "0x".length) / 2;
    if (bytes <= CODE_BYTES_MAX) continue;
    const values = publicValues(abi as readonly VerifyProof[]);
    warnings.push(
      `warning: ${verifier} of the circuit ${name} has ${format(bytes)} bytes for ${values} public ` +
        `values, and L1 takes ${format(CODE_BYTES_MAX)} (EIP-170): ${remedy(protocol)}`,
    );
  }
  return warnings;
}

/** The number of values is part of the last argument's type: uint256[400]. */
function publicValues(abi: readonly VerifyProof[]): string {
  const type = abi.find(({ name }) => name === "verifyProof")?.inputs?.at(-1)?.type ?? "";
  return /\[(\d+)\]$/.exec(type)?.[1] ?? "its";
}

function remedy(protocol: string): string {
  const hash = "make a hash of the values public instead";
  return protocol === "plonk"
    ? `${hash}.`
    : `${hash}, or prove by plonk, whose contract stays small.`;
}

function format(count: number): string {
  return count.toLocaleString("en");
}
