/** Builds the rollup if the build of the project has left it out. */
import type { HardhatConfig } from "hardhat/types/config";
import { readManifest } from "../circuits/manifest.ts";
import type { ProverName } from "../config/types.ts";
import { environmentOf } from "../environments.ts";
import { printWarning } from "../progress.ts";
import { goOnWithout } from "../test-runs.ts";

/**
 * Builds the config's rollup if the last build was one without it; later builds have it. A project
 * that was never built stays so: its user has asked for no build.
 */
export async function buildRollupIfLeftOut(
  config: HardhatConfig,
  prover: ProverName,
): Promise<void> {
  const manifest = await readManifest(config.rollup);
  const hre = environmentOf(config);
  if (manifest?.hasRollup !== false || hre === undefined) return;
  printWarning(
    "Nothing in the project mentions a rollup, so the build has left it out. It is built now, and " +
      "in every later build. Set rollup.preset in the config to build it before tests start.",
  );
  const { preset, prover: usual } = config.rollup;
  const built = prover === "mock" ? prover : usual;
  const build = () => hre.tasks.getTask("build").run({ preset, prover: built, quiet: true });
  await goOnWithout(hre, build);
}
