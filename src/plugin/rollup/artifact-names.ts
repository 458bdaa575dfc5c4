/** Full names of a rollup's contracts. */
import { relative } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import { ROLLUP_VERIFIER } from "../circuits/verifier-name.ts";
import type { ProverName } from "../config/types.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../package-root.ts";

/** Names a contract of this package: a source in this repository, an npm file elsewhere. */
export function packageContract({ paths }: HardhatConfig, file: string, name: string): string {
  const prefix = paths.root === PACKAGE_ROOT ? "" : `${PACKAGE_NAME}/`;
  return `${prefix}contracts/${file}:${name}`;
}

/** Names the verifier of a prover: the generated one, or the mock. */
export function verifierContract(config: HardhatConfig, prover: ProverName): string {
  if (prover === "mock") return packageContract(config, "mocks/MockVerifier.sol", "MockVerifier");
  const { paths, rollup } = config;
  const folder = relative(paths.root, rollup.paths.contracts).replaceAll("\\", "/");
  return `${folder}/${ROLLUP_VERIFIER}.sol:${ROLLUP_VERIFIER}`;
}
