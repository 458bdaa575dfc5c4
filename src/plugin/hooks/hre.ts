import type { HardhatRuntimeEnvironmentHooks } from "hardhat/types/hooks";
import { createProjectCircuits } from "../circuits/lazy-circuits.ts";
import { startCoverage } from "../coverage/test-run.ts";
import { noteEnvironment } from "../environments.ts";
import { noteTestPhase } from "../test-runs.ts";
import { recordCircuits } from "./circuit-statistics.ts";
import { skipGeneratedContracts } from "./gas-statistics.ts";

const handlers: Partial<HardhatRuntimeEnvironmentHooks> = {
  created: async (_context, hre) => {
    hre.circuits = createProjectCircuits(hre);
    skipGeneratedContracts(hre);
    noteEnvironment(hre);
    noteTestPhase(hre);
    recordCircuits(hre);
    await startCoverage(hre);
  },
};

export default () => Promise.resolve(handlers);
