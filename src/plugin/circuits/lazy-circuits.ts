/** Creates `hre.circuits`. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { ProjectCircuits } from "./project-circuits.ts";

/** Creates `hre.circuits`, which loads the tool chain at the first use of a circuit. */
export function createProjectCircuits({
  config,
  artifacts,
}: Pick<HardhatRuntimeEnvironment, "config" | "artifacts">): ProjectCircuits {
  const project = { root: config.paths.root, config: config.rollup, artifacts };
  const load = () => import("./load-project-circuit.ts");
  let loader: ReturnType<typeof startLoader> | undefined;
  const startLoader = async () => (await load()).createCircuitLoader(project);
  return {
    names: async () => (await load()).projectCircuitNames(project),
    get: async (name, options) => (await (loader ??= startLoader())).load(name, options),
    close: async () => {
      const last = loader;
      loader = undefined;
      await (await last)?.close();
    },
  };
}
