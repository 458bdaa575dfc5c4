import { deployWithDeposit } from "./deploy.ts";

const { deposit } = await deployWithDeposit("interval");
console.log((await deposit.wait()).status);
