/** Checks of the circuits' keys: against the build, and against the verifier on L1. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { RollupClient } from "../../l1/client.ts";
import { providerOf } from "../../l1/events.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { ProverName } from "../config/types.ts";
import { verifierContract } from "../rollup/artifact-names.ts";
import { openRollupCircuits } from "../rollup/prover.ts";
import { failed, type Finding, passed, warned } from "./checks.ts";

/** @throws ROLLUP_NOT_BUILT, CEREMONY_KEY_DAMAGED, EXTERNAL_PROVER_NOT_CONFIGURED */
export async function checkKeys(
  { config }: HardhatRuntimeEnvironment,
  preset: PresetName,
  prover: ProverName,
): Promise<Finding> {
  if (prover === "mock") {
    const fix = "Use another prover for a rollup that holds money.";
    return warned("The prover is the mock, which proves nothing.", fix);
  }
  const { keys, prover: opened } = await openRollupCircuits(config, preset, prover);
  await opened.close();
  return passed(`${keys.length} keys belong to the circuits of the last build`);
}

/** Whether L1 checks proofs with the keys of the last build. */
export async function checkVerifier(
  { config, artifacts }: HardhatRuntimeEnvironment,
  client: RollupClient,
  prover: ProverName,
): Promise<Finding> {
  const address = await client.contract.verifier();
  const onL1 = await providerOf(client.contract).getCode(address);
  const { deployedBytecode } = await artifacts.readArtifact(verifierContract(config, prover));
  if (withoutMetadata(onL1) === withoutMetadata(deployedBytecode)) {
    return passed(`The verifier ${address} is the one of the last build`);
  }
  return failed(
    `The verifier ${address} on L1 is another contract than that of the last build.`,
    "Build with the keys, the preset and the compiler that it was deployed with, or with the mock " +
      "prover if it is the mock.",
  );
}

/** The compiler appends the hash of sources and settings, and its length in two bytes. */
function withoutMetadata(code: string): string {
  const length = 2 * (Number.parseInt(code.slice(-4), 16) + 2);
  return length < code.length ? code.slice(0, -length) : code;
}
