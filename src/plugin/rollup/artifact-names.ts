/** Full names of the contracts that a rollup is made of. */
import { relative } from "node:path";
import type { HardhatConfig } from "hardhat/types/config";
import { ROLLUP_VERIFIER } from "../circuits/verifier-name.ts";
import type { ProverName } from "../config/types.ts";
import { PACKAGE_NAME, PACKAGE_ROOT } from "../package-root.ts";

/** A contract of this package, which here is a source and elsewhere comes from npm. */
export function packageContract({ paths }: HardhatConfig, file: string, name: string): string {
  const prefix = paths.root === PACKAGE_ROOT ? "" : `${PACKAGE_NAME}/`;
  return `${prefix}contracts/${file}:${name}`;
}

/** The verifier that goes with a prover: the generated one, or the mock. */
export function verifierContract(config: HardhatConfig, prover: ProverName): string {
  if (prover === "mock") return packageContract(config, "mocks/MockVerifier.sol", "MockVerifier");
  const { paths, rollup } = config;
  const folder = relative(paths.root, rollup.paths.contracts).replaceAll("\\", "/");
  return `${folder}/${ROLLUP_VERIFIER}.sol:${ROLLUP_VERIFIER}`;
}
