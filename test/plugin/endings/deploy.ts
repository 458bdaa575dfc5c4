/** What the scripts and tests of this folder have in common. Each leaves something open. */
import { network } from "hardhat";
import type { DeployOptions } from "../../../src/plugin/rollup/types.ts";

/** A rollup with the mock prover, and a deposit in its queue. */
export async function deployWithDeposit(mode: NonNullable<DeployOptions["mode"]>) {
  const { rollup } = await network.create();
  await rollup.deploy({ prover: "mock", mode, blockTimeMs: 50 });
  const [operator, alice] = await rollup.getWallets();
  const deposit = await alice!.deposit({ token: "ETH", amount: 1n });
  return { rollup, operator: operator!, deposit };
}

/** From then on L1 refuses all that the operator sends. */
export async function removeValidator({
  rollup,
  operator,
}: Awaited<ReturnType<typeof deployWithDeposit>>): Promise<void> {
  await (await rollup.contracts.rollup.setValidator(operator.address, false)).wait();
}
