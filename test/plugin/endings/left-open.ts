/** Mocha tests of which two time out. */
import { deployWithDeposit, removeValidator } from "./deploy.ts";

const TIMEOUT_MS = 2_000;

it("leaves an operator at work", async () => {
  await (await deployWithDeposit("interval")).deposit.wait();
});

it("waits for what nobody does", async () => {
  await (await deployWithDeposit("manual")).deposit.wait();
}).timeout(TIMEOUT_MS);

it("waits for what fails again and again", async () => {
  const world = await deployWithDeposit("interval");
  await removeValidator(world);
  await world.operator.deposit({ token: "ETH", amount: 1n }).then((late) => late.wait());
}).timeout(TIMEOUT_MS);
