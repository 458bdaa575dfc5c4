/** A rollup on a new chain for exact counts of gas. */
import { toBeHex } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import type { GasStage, WithStage } from "../../bench/operation-gas.ts";
import { connectRollup } from "../../l1/client.ts";
import { assert } from "../../util/errors.ts";
import { deployTestToken } from "../rollup/test-token.ts";

/**
 * Fixed time of the chain: calldata costs gas by its bytes, so times must not differ between runs.
 */
const START_TIME = 2_000_000_000;
const PLENTY = 10n ** 30n;

/** Returns a function that runs actions, each on its own stage. */
export function createGasStages(hre: HardhatRuntimeEnvironment): WithStage {
  return async (action) => {
    const connection = await hre.network.create();
    try {
      return await action(await setStage(hre, connection));
    } finally {
      await connection.close();
    }
  };
}

async function setStage(
  { config }: HardhatRuntimeEnvironment,
  connection: NetworkConnection,
): Promise<GasStage> {
  const { ethers, provider, rollup } = connection;
  const request = (method: string, ...params: unknown[]) => provider.request({ method, params });
  await request("evm_setNextBlockTimestamp", START_TIME);
  const [validator, user] = await ethers.getSigners();
  assert(validator !== undefined && user !== undefined, "a simulated chain has accounts");
  await rollup.deploy({ prover: "mock", mode: "manual" });
  const location = { rollupAddress: await rollup.contracts.rollup.getAddress() };
  const holders = [user.address, location.rollupAddress];
  const names = { name: "Test", symbol: "TST" };
  const token = await deployTestToken(config, connection, names, { holders, amount: PLENTY });
  await rollup.listToken(token.address);
  await (await token.contract.connect(user).approve(location.rollupAddress, PLENTY)).wait();
  await request("hardhat_setBalance", location.rollupAddress, toBeHex(PLENTY));
  return {
    validator: await connectRollup(location, validator),
    client: await connectRollup(location, user),
    user,
  };
}
