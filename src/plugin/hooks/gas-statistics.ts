/** Removes generated verifiers from the gas statistics, which cover the user's contracts. */
import { relative, sep } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

interface GasMeasurement {
  /** Full name, such as `project/contracts/Token.sol:Token`. */
  readonly contractFqn: string;
}

interface GasAnalyticsManager {
  addGasMeasurement(measurement: GasMeasurement): void;
}

/**
 * Filters the measurements before Hardhat collects them: its coverage can skip files, but its gas
 * statistics cannot. A Hardhat that collects them elsewhere counts the verifiers too, and nothing
 * else changes.
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
