import type { HardhatRuntimeEnvironmentHooks } from "hardhat/types/hooks";
import { createProjectCircuits } from "../circuits/project-circuits.ts";

export default async (): Promise<Partial<HardhatRuntimeEnvironmentHooks>> => ({
  created: async (_context, hre) => {
    hre.circuits = createProjectCircuits(hre.config);
  },
});
