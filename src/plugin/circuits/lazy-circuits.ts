/** Creates `hre.circuits`. */
import type { HardhatConfig } from "hardhat/types/config";
import type { ProjectCircuits } from "./project-circuits.ts";

/** Creates `hre.circuits`, which loads the tool chain at the first use of a circuit. */
export function createProjectCircuits({ paths, rollup }: HardhatConfig): ProjectCircuits {
  const load = () => import("./load-project-circuit.ts");
  let loader: ReturnType<typeof startLoader> | undefined;
  const startLoader = async () => (await load()).createCircuitLoader(paths.root, rollup);
  return {
    names: async () => (await load()).projectCircuitNames(paths.root, rollup),
    get: async (name, options) => (await (loader ??= startLoader())).load(name, options),
    close: async () => {
      const last = loader;
      loader = undefined;
      await (await last)?.close();
    },
  };
}
