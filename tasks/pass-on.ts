/** The action of an override that only adds options. */
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";

const passOn: TaskOverrideActionFunction = (args, _hre, runSuper) => runSuper(args);

export default passOn;
