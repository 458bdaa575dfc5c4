/** Arguments of the tasks that restore a rollup from L1. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { pluginError } from "../src/plugin/errors.ts";
import type { RestoreSettings } from "../src/plugin/restore/restore-from-network.ts";

/**
 * Connects to the L1 of the chosen network, which must outlive this process.
 *
 * @throws NETWORK_WITHOUT_L1
 */
export async function connectToL1({
  network,
}: HardhatRuntimeEnvironment): Promise<NetworkConnection> {
  const connection = await network.create();
  const { networkConfig, networkName } = connection;
  if (networkConfig.type === "http") return connection;
  await connection.close();
  throw pluginError({ code: "NETWORK_WITHOUT_L1", network: networkName });
}

/** An option with an integer must have a default. */
export const FROM_BLOCK_UNKNOWN = -1;

export interface RestoreArguments {
  readonly rollup?: string | undefined;
  readonly fromBlock: number;
  readonly output?: string | undefined;
}

/** @throws ADDRESS_INVALID, OPTION_INVALID */
export async function toRestoreSettings({
  rollup,
  fromBlock,
  output,
}: RestoreArguments): Promise<RestoreSettings> {
  const { integer, nonZeroAddress, readInput } = await import("../src/sdk/inputs.ts");
  return {
    ...(rollup !== undefined && { rollup: readInput(nonZeroAddress, rollup, "--rollup") }),
    ...(fromBlock !== FROM_BLOCK_UNKNOWN && {
      fromBlock: readInput(integer(0), fromBlock, "--from-block"),
    }),
    ...(output !== undefined && { output }),
  };
}
