/** Creates `hre.circuits`. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CircuitMain } from "../config/types.ts";
import { registerMatchers } from "../matchers.ts";
import type { ProjectCircuitOptions, ProjectCircuits } from "./project-circuits.ts";

/** Creates `hre.circuits`, which loads the tool chain at the first use of a circuit. */
export function createProjectCircuits({
  config,
  artifacts,
}: Pick<HardhatRuntimeEnvironment, "config" | "artifacts">): ProjectCircuits {
  const project = { root: config.paths.root, config: config.rollup, artifacts };
  const load = () => import("./load-project-circuit.ts");
  let loader: ReturnType<typeof startLoader> | undefined;
  let matchers: Promise<void> | undefined;
  const startLoader = async () => (await load()).createCircuitLoader(project);
  return {
    names: async () => (await load()).projectCircuitNames(project),
    get: (async (circuit: string | CircuitMain, options?: ProjectCircuitOptions) => {
      await (matchers ??= registerMatchers(loadMatchers));
      return (await (loader ??= startLoader())).load(circuit, options);
    }) as ProjectCircuits["get"],
    close: async () => {
      const last = loader;
      loader = undefined;
      await (await last)?.close();
    },
  };
}

async function loadMatchers() {
  return (await import("../../testing/chai-plugin.ts")).circuitMatchers;
}
