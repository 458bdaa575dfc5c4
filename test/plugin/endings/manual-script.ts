import { deployWithDeposit } from "./deploy.ts";

const { deposit } = await deployWithDeposit("manual");
void deposit.wait();
console.log("waiting");
