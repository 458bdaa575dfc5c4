import { isRollupError } from "../../../src/util/errors.ts";
import { deployWithDeposit, removeValidator } from "./deploy.ts";

const onDemand = await deployWithDeposit("on-demand");
await removeValidator(onDemand);
const error: unknown = await onDemand.deposit.wait().catch((thrown: unknown) => thrown);
console.log(isRollupError(error) ? error.code : error);
await removeValidator(await deployWithDeposit("interval"));
