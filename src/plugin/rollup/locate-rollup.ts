/** Finds the rollup of a network connection. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import type { RollupLocation } from "../../l1/client.ts";
import { assertRollupAt } from "../../l1/presence.ts";
import { createRpcClient } from "../../api/client.ts";
import { nonZeroAddress, readInput } from "../../sdk/inputs.ts";
import { RollupProvider } from "../../sdk/provider.ts";
import { pluginError } from "../errors.ts";
import { type DeploymentRecord, readDeployment, readGenesisHash } from "./deployment-file.ts";
import { deploymentFile } from "./deployment-path.ts";

export interface LocationSettings {
  /** Address of the contract. Default: the located one. */
  readonly rollup?: string | undefined;
  /** L1 block of the rollup's deployment, or an earlier one. Default: the recorded one. */
  readonly fromBlock?: number | undefined;
  /** The connection's own rollup. */
  readonly known?: RollupLocation | undefined;
}

/**
 * Finds the rollup: first by a given address, then by the connection's own rollup or the connected
 * operator, and last by the deployment file, which may belong to another chain.
 *
 * @throws ADDRESS_INVALID, ROLLUP_ADDRESS_UNKNOWN, ROLLUP_NOT_FOUND, DEPLOYMENT_OF_OTHER_CHAIN,
 * DEPLOYMENT_FILE_INVALID
 */
export async function locateRollup(
  { paths }: HardhatConfig,
  connection: NetworkConnection,
  settings: LocationSettings,
): Promise<Required<RollupLocation>> {
  const { provider } = connection.ethers;
  const { chainId } = await provider.getNetwork();
  const file = deploymentFile(paths.root, chainId);
  const named =
    settings.rollup === undefined
      ? undefined
      : readInput(nonZeroAddress, settings.rollup, "rollup");
  const found =
    named ??
    settings.known?.rollupAddress ??
    (await askOperator(connection).catch(() => undefined));
  const rollupAddress = found ?? (await recordedHere(connection, file)).rollup;
  await assertRollupAt(provider, rollupAddress);
  const deploymentBlock =
    settings.fromBlock ??
    knownBlock(rollupAddress, settings.known) ??
    (await recordedBlock(connection, file, rollupAddress));
  return { rollupAddress, deploymentBlock };
}

async function askOperator({ provider }: NetworkConnection): Promise<string> {
  const rpc = createRpcClient((method, params) => provider.request({ method, params }));
  return (await new RollupProvider(rpc).getConfig()).rollupAddress;
}

/** Returns the record of the file, if it is about this chain. */
async function recordedHere(
  connection: NetworkConnection,
  file: string,
): Promise<DeploymentRecord> {
  const { networkName: network, ethers } = connection;
  const record = await readDeployment(file);
  if (record === undefined) throw pluginError({ code: "ROLLUP_ADDRESS_UNKNOWN", network, file });
  if (await isOfChain(record, ethers.provider)) return record;
  throw pluginError({ code: "DEPLOYMENT_OF_OTHER_CHAIN", network, file, rollup: record.rollup });
}

async function isOfChain(
  { genesisHash }: DeploymentRecord,
  provider: NetworkConnection["ethers"]["provider"],
): Promise<boolean> {
  return genesisHash === undefined || genesisHash === (await readGenesisHash(provider));
}

function knownBlock(rollupAddress: string, known?: RollupLocation): number | undefined {
  return known?.rollupAddress === rollupAddress ? known.deploymentBlock : undefined;
}

/** Returns the recorded L1 block of this rollup on this chain, or 0. */
async function recordedBlock(
  { ethers }: NetworkConnection,
  file: string,
  rollupAddress: string,
): Promise<number> {
  // An unreadable file matters only if the address is unknown otherwise.
  const record = await readDeployment(file).catch(() => undefined);
  if (record?.rollup.toLowerCase() !== rollupAddress.toLowerCase()) return 0;
  return (await isOfChain(record, ethers.provider)) ? record.deploymentBlock : 0;
}
