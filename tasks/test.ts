/** `hardhat test`: its build goes on without the circuits that do not compile. */
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";

const testAction: TaskOverrideActionFunction = async (args, hre, runSuper) => {
  const { goOnWithout, repeatFailure } = await import("../src/plugin/test-runs.ts");
  const { markFailedTests } = await import("../src/plugin/checks/mutant-run.ts");
  const { withJoinedCoverage } = await import("../src/plugin/coverage/test-run.ts");
  const { withCircuitReport } = await import("../src/plugin/hooks/circuit-statistics.ts");
  const run = () => withJoinedCoverage(hre, () => runSuper(args));
  const result: unknown = await goOnWithout(hre, () => withCircuitReport(hre, run));
  if (!repeatFailure(hre)) markFailedTests(result);
  return result;
};

export default testAction;
