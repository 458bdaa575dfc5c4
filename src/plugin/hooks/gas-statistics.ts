/** Leaves generated verifiers out of the gas statistics, which are about the user's contracts. */
import { relative, sep } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

interface GasMeasurement {
  /** Such as `project/contracts/Token.sol:Token`. */
  readonly contractFqn: string;
}

interface GasAnalyticsManager {
  addGasMeasurement(measurement: GasMeasurement): void;
}

/**
 * Hardhat's coverage can skip files, but its gas statistics can not, so what collects the
 * measurements is handed only those of other contracts. A Hardhat that collects them elsewhere
 * counts the verifiers, and nothing else changes.
 */
export function skipGeneratedContracts(hre: HardhatRuntimeEnvironment): void {
  const { _gasAnalytics: manager } = hre as { _gasAnalytics?: Partial<GasAnalyticsManager> };
  const add = manager?.addGasMeasurement?.bind(manager);
  if (manager === undefined || add === undefined) return;
  const { paths, rollup } = hre.config;
  const folder = relative(paths.root, rollup.paths.contracts).split(sep).join("/");
  manager.addGasMeasurement = (measurement) => {
    if (!measurement.contractFqn.startsWith(`project/${folder}/`)) add(measurement);
  };
}
