/** Deploys a rollup. Build artifacts are handed in, so this works without Hardhat. */
import { ContractFactory, type InterfaceAbi, type Signer, ZeroAddress } from "ethers";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import type { InitializeParamsStruct } from "../../types/ethers-contracts/contracts/Rollup.ts";
import { toChecksumAddress } from "./addresses.ts";
import { toL1Error } from "./reverts.ts";

/** What is needed of a build artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
  readonly bytecode: string;
}

export interface RollupArtifacts {
  /** Of `contracts/Rollup.sol`. */
  readonly rollup: ContractArtifact;
  /** Of `contracts/governance/RollupProxy.sol`. */
  readonly proxy: ContractArtifact;
  /** Of `contracts/governance/UpgradeTimelock.sol`. */
  readonly timelock: ContractArtifact;
  /** Of the verifier generated for the preset's circuits, or of the mock verifier. */
  readonly verifier: ContractArtifact;
}

/** Who governs a rollup. */
export interface GovernanceSettings {
  /**
   * Addresses that may announce upgrades, which a timelock then holds back until users had the time
   * to exit. Default: no timelock, the deployer upgrades at once; on local chains only.
   */
  readonly proposers?: readonly string[];
  /** Address that lists tokens and sets validators. Default: the timelock, or else the deployer. */
  readonly governor?: string;
  /** Address that may pause deposits, beside the governor. Default: nobody. */
  readonly guardian?: string;
}

export interface RollupSettings extends GovernanceSettings {
  readonly preset: Preset;
  /** L1 owner of the fee account, uint160: with it anyone can make the genesis state. */
  readonly feeAccountAddress: bigint;
  /** Root of the genesis state. */
  readonly genesisStateRoot: bigint;
  /** Addresses that may commit, execute and revert blocks. Default: the deployer alone. */
  readonly validators?: readonly string[];
  /** How long an L1 request may wait. Default: 14 days. */
  readonly priorityExpirationSeconds?: number;
  /** What an L1 request costs, in wei, at most 0.01 ether. Default: nothing. */
  readonly requestFeeWei?: bigint;
  /** Address whose pending balance the request fees become. Default: the governor. */
  readonly requestFeeRecipient?: string;
}

export interface DeployedRollup {
  /** Of the proxy. */
  readonly rollupAddress: string;
  readonly verifierAddress: string;
  /** L1 block of the rollup's deployment: where its events start. */
  readonly deploymentBlock: number;
}

const PRIORITY_EXPIRATION_SECONDS = 14 * 24 * 60 * 60;

/**
 * Deploys verifier, implementation, timelock if there are proposers, and the proxy, whose
 * constructor starts the rollup: it exists started or not at all.
 *
 * @param deployer - Pays, and gets all roles that `settings` gives to nobody else.
 * @throws DEV_KEYS_ON_LIVE_CHAIN if the verifier is insecure (dev keys or mock) and the chain is
 * not local; nothing has been deployed then.
 * @throws L1_REVERTED for example with UpgraderWithoutNotice: without proposers, and not local.
 */
export async function deployRollup(
  deployer: Signer,
  artifacts: RollupArtifacts,
  settings: RollupSettings,
): Promise<DeployedRollup> {
  const deployerAddress = await deployer.getAddress();
  const { preset, feeAccountAddress, genesisStateRoot, proposers } = settings;
  const { priorityExpirationSeconds = PRIORITY_EXPIRATION_SECONDS } = settings;
  const verifier = await deploy("RollupVerifier", artifacts.verifier, deployer);
  const implementation = await deploy("Rollup", artifacts.rollup, deployer);
  const timelock =
    proposers &&
    (await deploy("UpgradeTimelock", artifacts.timelock, deployer, [
      priorityExpirationSeconds,
      proposers,
    ]));
  const upgrader = timelock?.address ?? deployerAddress;
  const parameters = {
    verifier: verifier.address,
    governor: settings.governor ?? upgrader,
    guardian: settings.guardian ?? ZeroAddress,
    validators: [...(settings.validators ?? [deployerAddress])],
    feeAccount: toChecksumAddress(feeAccountAddress),
    genesisStateRoot,
    accountCapacity: accountCapacity(preset),
    tokenCapacity: tokenCapacity(preset),
    priorityExpirationSeconds,
    requestFeeWei: settings.requestFeeWei ?? 0n,
    requestFeeRecipient: settings.requestFeeRecipient ?? ZeroAddress,
  } satisfies InitializeParamsStruct;
  const proxy = await deploy("RollupProxy", artifacts.proxy, deployer, [
    implementation.address,
    upgrader,
    parameters,
  ]);
  return {
    rollupAddress: proxy.address,
    verifierAddress: verifier.address,
    deploymentBlock: proxy.blockNumber,
  };
}

interface Deployed {
  readonly address: string;
  readonly blockNumber: number;
}

async function deploy(
  name: string,
  artifact: ContractArtifact,
  signer: Signer,
  parameters: readonly unknown[] = [],
): Promise<Deployed> {
  const factory = new ContractFactory(artifact.abi as InterfaceAbi, artifact.bytecode, signer);
  return reverting(`The constructor of ${name}`, async () => {
    const contract = await factory.deploy(...parameters);
    const receipt = await contract.deploymentTransaction()!.wait();
    return { address: await contract.getAddress(), blockNumber: receipt!.blockNumber };
  });
}

/** Runs `action`, and turns a revert it meets into a coded error. */
async function reverting<T>(call: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toL1Error(call, error);
  }
}
