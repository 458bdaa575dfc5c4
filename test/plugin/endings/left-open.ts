/** Mocha tests of which two time out. */
import { rm } from "node:fs/promises";
import { loadCircuit } from "../../../src/circom/circuit.ts";
import { writeSquare } from "./circuits.ts";
import { deployWithDeposit, removeValidator } from "./deploy.ts";

const TIMEOUT_MS = 2_000;

it("leaves an operator at work", async () => {
  await (await deployWithDeposit("interval")).deposit.wait();
});

it("leaves circuits open that have proven", async () => {
  const options = await writeSquare();
  for (const prover of ["kernel", "snarkjs"] as const) {
    await (await loadCircuit({ ...options, prover })).prove({ a: 6n });
  }
  await rm(options.cacheDir, { recursive: true });
});

it("waits for what nobody does", async () => {
  await (await deployWithDeposit("manual")).deposit.wait();
}).timeout(TIMEOUT_MS);

it("waits for what fails again and again", async () => {
  const world = await deployWithDeposit("interval");
  await removeValidator(world);
  await world.operator.deposit({ token: "ETH", amount: 1n }).then((late) => late.wait());
}).timeout(TIMEOUT_MS);
